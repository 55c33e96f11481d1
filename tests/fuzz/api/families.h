/* families.h: the families of calls, a file each, and what they need of each other.
 *
 * A family is a table of moves; one of them is made at random. A move makes one call, or a few that belong together, and between
 * those any moves of any family (`moves`), as a program's own code would.
 *
 * Law: a move may be made anywhere: in a task, in a clean-up, in a callback, a listener or a visitor, outside of the loop. Only
 * what it may be refused depends on that, and here.may_wait says it. */
#ifndef FAMILIES_H
#define FAMILIES_H

#include "objects.h"
#include "oracle.h"
#include "stuck.h"

/* ---- program.c -------------------------------------------------------------------------------------------------------- */

extern bool running;   /* wa_run is in progress */
extern bool over;      /* the end of the program: callbacks do nothing any more */
extern bool with_fds;  /* there are descriptors */
/* So many moves, as long as the program's budget lasts. */
void moves(int n);
/* A wa_run. */
void run(wa_task_fn f, void *arg);
int no_more(void *arg); /* a body that does nothing */

/* ---- the families ----------------------------------------------------------------------------------------------------- */

void move_futures(void);     /* made, settled, looked at, released */
void move_waits(void);       /* for one future, for several */
void move_combinations(void);/* gathers, shields, iterators */
void move_tasks(void);       /* spawned, returning, cleaned up, protected, visited */
void move_timeouts(void);
void move_groups(void);
void move_sync(void);
void move_queues(void);
void move_runtime(void);     /* time, the configuration, counts, the trace */
void move_descriptors(void);

void timeouts_begin(void);
void groups_begin(void);
void combinations_begin(void);
void descriptors_begin(void);
void descriptors_end(void);
void run_loop(void); /* runtime.c: refused in the loop; else a new main task */
void notices_begin(void); /* sync.c: no notice of a condition's is lost, either */
void notices_check(void);
static inline void quiet_check(void) {
  stuck_check();
  notices_check();
}
void sync_rescue(void);   /* lets somebody go on who may wait for ever */
void queues_rescue(void);

/* ---- what they share -------------------------------------------------------------------------------------------------- */

/* futures.c: reads all that can be read of it. NULL: nothing. */
void look_at(wa_future *f);
/* tasks.c: the body of every task of the fuzz; its argument is an actor. */
int body(void *actor);
extern const size_t usual_stack; /* of a task, in bytes */
/* tasks.c: a new task, perhaps by a wrong call. group: NULL, or whose member it is to be. */
void spawn(wa_group *group);
/* queues.c: a priority queue's order. While one compares, no queue is used. */
int compare_items(const void *a, const void *b);
extern bool comparing;
/* listener.c: hears the reports. */
void listener_begin(void);
extern bool listening; /* it is hearing one */

#define MOVE_ONE(table) (table)[below(COUNT(table))]()

#endif
