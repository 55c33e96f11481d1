/* actors.h: the tasks that the program has made, each by a number of its own: an address may be another task's by now. */
#ifndef ACTORS_H
#define ACTORS_H

#include "../../../src/wasyncio.h"

enum { ACTORS = 64 };
typedef struct actor {
  wa_task *task; /* NULL: none yet, or one whose place another has taken */
  int number;
} actor;

void actors_begin(void);
/* The next one, directly before its task is spawned; NULL: no more. */
actor *actor_new(void);
/* Its task is this one, which whoever has had this address is not any more. */
void actor_is(actor *a, wa_task *task);
/* The running task's number; 0: none runs. */
int actor_current(void);
/* Whether its task has not ended. */
bool actor_lives(int number);

#endif
