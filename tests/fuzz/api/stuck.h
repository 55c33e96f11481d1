/* stuck.h: when the loop has nothing to do, nobody waits for what is there: no lost wake-up. */
#ifndef STUCK_H
#define STUCK_H

#include "oracle.h"

/* What a task waits for, and how to tell that it is not there. */
typedef struct waiting {
  bool (*blocked)(const void *object);
  const void *object;
} waiting;

void stuck_begin(void);
/* What the running task waits for from now on; returns what it was before. */
waiting stuck_note(waiting now);
/* How many tasks wait for this. */
unsigned stuck_count(waiting what);
/* To be called when the loop has nothing to do. */
void stuck_check(void);

/* WAIT (oracle.h), for an object. */
#define WAIT_ON(is_blocked, on, name, is_wrong, call)               \
  __extension__({                                                   \
    waiting before_it = stuck_note((waiting){is_blocked, on});      \
    int status_of_it = WAIT(name, is_wrong, call);                  \
    stuck_note(before_it);                                          \
    status_of_it;                                                   \
  })

#endif
