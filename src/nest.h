/* nest.h: futures that are made of others. See nest.c. */
#ifndef WA_NEST_H
#define WA_NEST_H

#include "task.h"

/* Among a member's callbacks. */
typedef struct wa__nest_link {
  wa__callback callback;
  struct wa__nest *nest;
} wa__nest_link;

typedef struct wa__nest {
  wa_future future;
  void (*ended)(wa__nest_link *link); /* a member has */
  wa__callback later;   /* its turn: to be cancelled; or, on its way out, to let go of its members */
  wa__detail *reason; /* of a cancellation that is to come */
  uint32_t walk;      /* the latest that came by */
  struct wa__nest *next_met; /* in it */
  uint32_t n;
  wa_future **members; /* a reference to each */
  size_t size;         /* of the record that it begins */
} wa__nest;

static inline wa__nest *wa__nest_of(wa_future *f) { return wa__container(f, wa__nest, future); }

void wa__nest_init(wa__nest *nest, int kind, wa_future **members, uint32_t n, size_t size, void (*ended)(wa__nest_link *link));
void wa__nest_link_init(wa__nest_link *link, wa__nest *nest);
/* Cancels the members; whether any took it. */
bool wa__nest_cancel(wa__nest *nest, wa__detail *reason);
/* The rest of a kind's clean: lets go of the members. Returns what that is to return. */
size_t wa__nest_clean(wa__nest *nest);
/* A kind's leads_to. */
bool wa__nest_leads_to(wa_future *f, const wa_future *target);

#endif
