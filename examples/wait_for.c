/* wait_for: a bound on a wait. When the time is up, the task is cancelled, and wait_for returns once it is gone: also
 * if its clean-up takes a while, so that nothing is left running in the background. A bare wa_await has no bound. */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int answer(void *arg) {
  int st = wa_sleep(*(wa_time *)arg);
  if (st == WA_ECANCELED) wa_sleep(WA_MS(30)); /* cleans up */
  return st;
}

static int run(void *arg) {
  (void)arg;
  static wa_time takes[] = {WA_MS(50), WA_MS(500)};
  for (int i = 0; i < 2; i++) {
    wa_task *task = wa_spawn(answer, &takes[i]);
    wa_time begin = wa_now();
    int st = wa_wait_for(task, WA_MS(100));
    printf("%3d ms: %s after %d ms; the task is %s\n", ms(), wa_status_name(st), (int)((wa_now() - begin) / WA_MS(1)),
           wa_cancelled(task) ? "cancelled and gone" : "done");
    wa_release(task);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 50 ms: WA_OK after 50 ms; the task is done
180 ms: WA_ETIMEDOUT after 130 ms; the task is cancelled and gone
*/
