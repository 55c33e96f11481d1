/* event: all who wait go on when it is set; who comes later does not wait at all. asyncio.Event. */
#include "wasyncio.h"

#include <stdio.h>

static wa_event ready; /* zeroed memory is a valid event */

static int worker(void *arg) {
  int st = wa_event_wait(&ready);
  printf("%3d ms: %s: %s\n", (int)(wa_now() / WA_MS(1)), (char *)arg, wa_status_name(st));
  return st;
}

static int run(void *arg) {
  (void)arg;
  wa_task *tasks[] = {wa_spawn(worker, "early"), wa_spawn(worker, "early too"), NULL};
  wa_sleep(WA_MS(30));
  printf("%3d ms: set\n", (int)(wa_now() / WA_MS(1)));
  wa_event_set(&ready);
  wa_sleep(WA_MS(10));
  tasks[2] = wa_spawn(worker, "late");
  int st = wa_wait(tasks, 3, WA_ALL_COMPLETED, WA_FOREVER);
  wa_event_clear(&ready);
  printf("%3d ms: is set: %d\n", (int)(wa_now() / WA_MS(1)), wa_event_is_set(&ready));
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 30 ms: set
 30 ms: early: WA_OK
 30 ms: early too: WA_OK
 40 ms: late: WA_OK
 40 ms: is set: 0
*/
