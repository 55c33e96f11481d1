/* checkpoint.c: the await point of a loop that computes.
 *
 *     wa_checkpoint: --fuel > 0 ? on : look at the clock, refuel --slice left--> on
 *                                                               '--over-------> others' turn, or the host's; then look at once
 *
 * Law: the clock is looked at about every LOOK_EVERY of time, whatever a round of the loop costs: fuel follows the
 * measured time of the rounds before. A cancellation sets the fuel to 1, so the next check sees it at once.
 */
#include "task.h"

#define LOOK_EVERY WA_US(200)
/* Few enough that a loop which turns slow is found out soon, many enough that the clock costs next to nothing. */
#define FUEL_MAX 512

static int32_t ration = 1; /* fuel handed out at the latest refuelling */
static wa_time refuelled_at;

/* Whose slice it is, in which iteration, and since when. */
static uint32_t slice_of, slice_turn;
static wa_time slice_began;

static void refuel(wa_time now) {
  wa_time took = now - refuelled_at;
  if (took < LOOK_EVERY / 2 && ration < FUEL_MAX) ration *= 2;
  else if (took > LOOK_EVERY * 2 && ration > 1) ration = took > LOOK_EVERY * 16 ? 1 : ration / 2;
  refuelled_at = now;
  wa__fuel = ration;
}

/* How long the running task may compute: the turn's budget, but an eighth of it while others are ready, so that a due
 * timer, or a deadline over this very task, is not late by whole turns. */
static bool slice_over(const wa__loop *l, wa_time now) {
  wa_time slice = l->config.turn_budget ? l->config.turn_budget : WA__TURN_BUDGET;
  if (!wa__list_empty(&l->batch) || !wa__list_empty(&l->ready)) slice /= 8;
  return now >= l->budget_end || now - slice_began >= slice;
}

/* Out of line and instrumented; wa_checkpoint itself is inline and is not. */
int wa__checkpoint(void) {
  wa__task *t = wa__need_task("wa_checkpoint");
  wa__loop *l = &wa__the_loop;
  if (!t) {
    wa__fuel = 1;
    return WA_EMISUSE;
  }
  if (wa__to_tell(t)) return wa__deliver(t);
  /* wa_run on a virtual clock: nobody is outside, and no time passes but by wa_spin. */
  wa_time now = l->budget_end == WA_FOREVER ? l->now : wa__loop_look();
  if (t->id != slice_of || l->turns != slice_turn) {
    slice_of = t->id;
    slice_turn = l->turns;
    slice_began = now;
    ration = 1;
  }
  refuel(now);
  if (!slice_over(l, now)) return WA_OK;
  l->steps_left = 1; /* the loop is to look at the clock after this step, and to stop if the turn is over */
  wa__fuel = 1;      /* the next task's rounds may take a thousand times as long as this one's */
  wa__park_turn(t);
  return wa__fiber_suspend();
}
