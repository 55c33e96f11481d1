/* fd.h: who waits for which descriptor. See fd.c. */
#ifndef WA_FD_H
#define WA_FD_H

#include "run.h"

/* One direction of a descriptor. */
typedef struct wa__side {
  wa__list waiters; /* futures, the earliest first */
  wa__list watched; /* its place among all that a poll looks at; in none while nobody waits */
  int fd;
  uint8_t what;     /* WA_READABLE or WA_WRITABLE */
} wa__side;

typedef struct wa__descriptor {
  struct wa__descriptor *next; /* in its bucket */
  wa__side sides[2];           /* readers, writers */
  struct wa__descriptor *next_changed;
  uint8_t told;                /* the interest that the host knows of */
  bool changed;                /* in the list of those it is to hear about */
} wa__descriptor;

extern wa__list wa__watched;  /* every side that somebody waits for: as many as wa__fd_waits says */
extern uint32_t wa__fd_woken; /* so far */

wa__descriptor *wa__fd_find(int fd); /* NULL if nobody waits */
/* inner: of a call that goes on with the descriptor, and is to hear of a close until it runs. NULL without memory. */
wa_future *wa__fd_watch(int fd, int what, bool inner);
/* Ready for that: wakes the earliest who waits. false if nobody does. */
bool wa__fd_ready(int fd, int what);
/* Not open: nobody would ever be woken otherwise. */
void wa__fd_bad(int fd);
/* Wakes all that wait for the descriptor, with that status. */
void wa__fd_wake_all(int fd, int status);
/* Blocks until `until` on the host's clock, or until a descriptor that is waited for is ready. */
int wa__fd_wait(wa_time until);
/* Frees the record once nothing is known of it any more. */
void wa__fd_drop_if_idle(wa__descriptor *d);

/* fd_host.c: notes that another set of tasks waits for it now. */
void wa__fd_changed(wa__descriptor *d);

#endif
