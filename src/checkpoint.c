/* checkpoint.c: the await point of a loop that computes.
 *
 *     wa_checkpoint: --fuel > 0 ? on : look at the clock --budget left--> refuel
 *                                                        '--spent------> the host's turn, then refuel
 *
 * Law: the clock is looked at about every LOOK_EVERY of time, whatever a round of the loop costs: fuel follows the
 * measured time of the rounds before. A cancellation sets the fuel to 0, so the next check sees it at once.
 */
#include "task.h"

#define LOOK_EVERY WA_US(200)
/* Few enough that a loop which turns slow is found out soon, many enough that the clock costs next to nothing. */
#define FUEL_MAX 256

static int32_t ration = 1; /* fuel handed out at the latest refuelling */
static wa_time refuelled_at;

static void refuel(wa_time now) {
  wa_time took = now - refuelled_at;
  if (took < LOOK_EVERY / 2 && ration < FUEL_MAX) ration *= 2;
  else if (took > LOOK_EVERY * 2 && ration > 1) ration = took > LOOK_EVERY * 16 ? 1 : ration / 2;
  refuelled_at = now;
  wa__fuel = ration;
}

/* Out of line and instrumented; wa_checkpoint itself is inline and is not. */
int wa__checkpoint(void) {
  wa__task *t = wa__need_task("wa_checkpoint");
  if (!t) {
    wa__fuel = 1;
    return WA_EMISUSE;
  }
  if (t->must_cancel && !t->uncancellable) return wa__deliver(t);
  wa__loop *l = &wa__the_loop;
  if (l->config.virtual_clock || l->budget_end == WA_FOREVER) {
    wa__fuel = FUEL_MAX;
    return WA_OK;
  }
  wa_time now = wa_now();
  refuel(now);
  if (now < l->budget_end) return WA_OK;
  l->steps_left = 1; /* the loop is to look at the clock after this step, and to stop */
  wa__park_turn(t);
  int st = wa__fiber_suspend();
  refuelled_at = wa_now();
  return st;
}
