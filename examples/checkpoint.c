/* checkpoint: a loop that computes can be stopped, in one thread and without shared memory. asyncio can't: a loop
 * without an await never notices. wa_checkpoint costs about a nanosecond, and lets the others have their turn when the
 * time slice is used up; wa_yield in every round would do the same, and cost a turn in every round. Real clock. */
#include "wasyncio.h"

#include <stdio.h>

static int compute(void *arg) {
  unsigned *rounds = arg;
  for (unsigned long long x = 1;; x = x * 6364136223846793005u + 1) {
    int st = wa_checkpoint();
    if (st < 0) return st;
    *rounds += x != 0;
  }
}

static int tick(void *arg) {
  for (int *ticks = arg;; ++*ticks) {
    int st = wa_sleep(WA_MS(10));
    if (st < 0) return st;
  }
}

static int run(void *arg) {
  (void)arg;
  unsigned rounds = 0;
  int ticks = 0;
  wa_time begin = wa_now();
  wa_task *work = wa_spawn(compute, &rounds), *clock = wa_spawn(tick, &ticks);
  int st = wa_wait_for(work, WA_MS(300));
  int took = (int)((wa_now() - begin) / WA_MS(1));
  wa_cancel(clock, NULL);
  wa_await(clock);
  printf("%s, %s\n", wa_status_name(st), took < 300 ? "too early" : took < 5000 ? "in time" : "too late");
  printf("%s rounds; the other task %s meanwhile\n", rounds > 10000 ? "many" : "few",
         ticks > 1 ? "went on" : "stood still");
  wa_release(work);
  wa_release(clock);
  return WA_OK;
}

int main(void) { return wa_exit_status(wa_run(run, NULL)); }

/* Output:
WA_ETIMEDOUT, in time
many rounds; the other task went on meanwhile
*/
