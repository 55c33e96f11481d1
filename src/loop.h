/* loop.h: the ready queue and the clock. See loop.c. */
#ifndef WA_LOOP_H
#define WA_LOOP_H

#include "timer.h"

#define WA__TURN_BUDGET WA_MS(8)

typedef struct wa__loop {
  wa__list ready; /* runs in the next iteration */
  wa__list batch; /* what is left of this one */
  wa_time now;    /* the virtual clock; on a real one the latest reading */
  wa_time budget_end;
  wa_time looked; /* the latest look at the clock */
  uint32_t turns; /* iterations so far */
  uint32_t stride; /* steps between two looks at the clock */
  uint32_t steps_left; /* until the next */
  wa_config config;
} wa__loop;
extern wa__loop wa__the_loop;

static inline void wa__ready(wa__callback *callback) { wa__list_push_to(&wa__the_loop.ready, &callback->link); }

/* The step of a task, which is what a callback that runs nothing stands for: nearly all are, and a call through a pointer
 * costs as much as the rest of the loop. */
void wa__wake(wa__callback *callback);

static inline void wa__deadline(wa__due *due, wa_time when) { wa__due_set(due, when, wa__the_loop.now); }

static inline bool wa__loop_idle(void) {
  return wa__list_empty(&wa__the_loop.ready) && wa__list_empty(&wa__the_loop.batch);
}

/* One iteration, or what is left of one that ran out of budget. If nothing is ready, a virtual clock jumps to the
 * next timer first. false: the budget is used up. many: those after it as well, while something is ready, no timer is set and
 * the clock is real (not in a small build). A call for each was a tenth of the time of a task spawned and awaited, which is two
 * iterations. */
bool wa__loop_run(bool many);
/* Reads the clock between two steps; about every millisecond also asks the host, and ends the budget if it wants its turn. */
wa_time wa__loop_look(void);
/* Starts a turn's budget. */
void wa__loop_begin_turn(void);

/* Told that a step ran longer than stall_after: the latest, or one of the `steps` up to it. */
extern void (*wa__loop_stalled)(wa_time ran, uint32_t steps);
/* NULL unless traced. Else the clock is looked at after every step, and this is told that one is over. */
extern void (*wa__loop_stepped)(wa_time began);

#endif
