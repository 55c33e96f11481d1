/* timer.h: a callback that is due at a time. See timer.c. */
#ifndef WA_TIMER_H
#define WA_TIMER_H

#include "list.h"

/* Something the loop will run: in exactly one list at a time (ready, or a future's callbacks), or in none. */
typedef struct wa__handle {
  wa__list link;
  void (*run)(struct wa__handle *handle);
} wa__handle;

typedef struct wa__due {
  wa__handle handle; /* what becomes ready when the time has come */
  uint32_t position; /* in the heap */
} wa__due;

/* t + delay, both 0 or more; what would be beyond all time is WA_FOREVER. */
WA__INLINE wa_time wa__plus(wa_time t, wa_time delay) { return delay > WA_FOREVER - t ? WA_FOREVER : t + delay; }

/* Zeroed and not set: no call needed before wa__due_set. */
static inline void wa__due_init(wa__due *due, void (*run)(wa__handle *)) {
  due->handle.run = run;
  due->handle.link.next = NULL;
  due->position = UINT32_MAX;
}

int wa__due_set(wa__due *due, wa_time when); /* WA_ENOMEM */
/* Takes it out of the heap, or out of the ready queue if it was due already. */
void wa__due_cancel(wa__due *due);

/* The earliest deadline, WA_FOREVER if there is none. */
wa_time wa__due_next(void);
/* Makes everything ready that is due at `now`. */
void wa__due_fire(wa_time now, wa__list *ready);
uint32_t wa__due_count(void);
void wa__due_trim(void);

#endif
