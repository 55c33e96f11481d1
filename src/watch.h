/* watch.h: a callback at each of several futures: what wait and as_completed begin with. */
#ifndef WA_WATCH_H
#define WA_WATCH_H
#include "future.h"

typedef struct wa__watch {
  wa__callback callback; /* in the future's callbacks, in the ready queue, or nowhere */
  void *owner;
  wa_future *future; /* a reference */
} wa__watch;

/* Calls run once for each future, also for one that is there twice. Returns how many that are. */
uint32_t wa__watch_begin(wa__watch *watches, wa_future *const *futures, size_t n, void (*run)(wa__callback *), void *owner);
void wa__watch_stop(wa__watch *watches, size_t n);
/* Stops, and gives the references back. */
void wa__watch_end(wa__watch *watches, size_t n);

#endif
