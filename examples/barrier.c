/* barrier: nobody starts the next phase before all have ended this one. asyncio.Barrier. Aborted, it tells those who
 * wait that somebody will not come. */
#include "wasyncio.h"

#include <stdio.h>

static wa_barrier barrier;

static int racer(void *arg) {
  int id = *(int *)arg, index;
  for (int lap = 1;; lap++) {
    int st = wa_sleep(WA_MS(10 * id * lap));
    if (st == WA_OK) st = wa_barrier_wait(&barrier, &index);
    printf("%3d ms: racer %d, lap %d: %s\n", (int)(wa_now() / WA_MS(1)), id, lap, wa_status_name(st));
    if (st < 0) return st;
  }
}

static int run(void *arg) {
  (void)arg;
  static int ids[] = {1, 2, 3};
  wa_barrier_init(&barrier, 3);
  wa_task *tasks[3];
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn(racer, &ids[i]);
  wa_sleep(WA_MS(75));
  wa_cancel(tasks[2], "a flat tyre");
  wa_barrier_abort(&barrier);
  int st = wa_wait(tasks, 3, WA_ALL_COMPLETED, WA_FOREVER);
  for (int i = 0; i < 3; i++) printf("racer %d: %s\n", ids[i], wa_status_name(wa_status(tasks[i])));
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 30 ms: racer 3, lap 1: WA_OK
 30 ms: racer 1, lap 1: WA_OK
 30 ms: racer 2, lap 1: WA_OK
 75 ms: racer 3, lap 2: WA_ECANCELED
 75 ms: racer 1, lap 2: WA_EBROKEN
 75 ms: racer 2, lap 2: WA_EBROKEN
racer 1: WA_EBROKEN
racer 2: WA_EBROKEN
racer 3: WA_ECANCELED
*/
