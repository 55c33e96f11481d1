/* objects.h: what all of a program's tasks share: futures, and one or more of each thing to wait for. */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "../../../src/wasyncio.h"

enum { QUEUES = 4, BARRIERS = 3, CONDITIONS = 3, PAIR = 2, MOST = 6 };
extern wa_lock locks[PAIR];
extern wa_event events[PAIR];
extern wa_condition conditions[CONDITIONS]; /* two of them over locks[0] */
extern wa_semaphore semaphores[PAIR];
extern wa_bounded_semaphore bounded[PAIR];
extern wa_barrier barriers[BARRIERS];
extern wa_queue queues[QUEUES];

void objects_begin(void);
/* Gives everything back; then nothing may be left. */
void objects_end(void);

/* A future, borrowed; NULL if none was found. */
wa_future *any_future(void);
/* Takes the reference over, and gives that of another back. NULL: nothing. */
void keep_future(wa_future *f);
/* Gives one back; or the one, if it is there: then whoever else holds it holds it alone. */
void release_future(void);
void forget_future(const wa_future *f);
/* Up to MOST of them, some twice; returns how many. *missing: whether one is NULL. */
size_t some_futures(wa_future **out, bool *missing);

/* One of these, or now and then NULL. */
wa_future *future_or_null(void);
#define ANY_OR_NULL(array) (wrong() ? NULL : &(array)[below(COUNT(array))])

/* What a body may return, or a wait may be given. */
int any_status(void);
/* How long, by the virtual clock. */
wa_time any_time(void);
/* The same, or now and then a negative one. */
wa_time time_or_wrong(void);

#endif
