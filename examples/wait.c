/* wait: waits for the first of several, and leaves them all alone; then each future is asked what became of it.
 * asyncio.wait(fs, return_when=FIRST_COMPLETED). */
#include "wasyncio.h"

#include <stdio.h>

static int mirror(void *arg) { return wa_sleep(*(wa_time *)arg); }

static void show(wa_task *const *tasks, int n) {
  printf("%3d ms:", (int)(wa_now() / WA_MS(1)));
  for (int i = 0; i < n; i++) {
    const char *what = !wa_done(tasks[i]) ? "pending" : wa_cancelled(tasks[i]) ? "cancelled" : "done";
    printf(" %s %s", wa_name(tasks[i]), what);
  }
  printf("\n");
}

static int run(void *arg) {
  (void)arg;
  static wa_time delays[] = {WA_MS(80), WA_MS(30), WA_MS(90)};
  const char *names[] = {"paris", "tokyo", "quito"};
  wa_task *tasks[3];
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn_with(mirror, &delays[i], &(wa_task_options){.name = names[i]});

  wa_wait(tasks, 3, WA_FIRST_COMPLETED, WA_MS(20)); /* the time is up: no error, just nobody done */
  show(tasks, 3);
  wa_wait(tasks, 3, WA_FIRST_COMPLETED, WA_FOREVER);
  show(tasks, 3);
  for (int i = 0; i < 3; i++) wa_cancel(tasks[i], "another mirror was faster"); /* no effect on what is done */
  int st = wa_wait(tasks, 3, WA_ALL_COMPLETED, WA_FOREVER);
  show(tasks, 3);
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 20 ms: paris pending tokyo pending quito pending
 30 ms: paris pending tokyo done quito pending
 30 ms: paris cancelled tokyo done quito cancelled
*/
