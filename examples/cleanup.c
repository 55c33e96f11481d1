/* cleanup: what runs however a task ends. `finally` is plain C after the call, or wa_defer: last in, first out. In it,
 * wa_cancelling tells why the task ends, and wa_count at the end shows that nothing leaked. */
#include "wasyncio.h"

#include <stdio.h>
#include <stdlib.h>

static void give_back(void *buffer) {
  free(buffer);
  printf("  buffer freed\n");
}

static void hang_up(void *arg) {
  (void)arg;
  bool cancelled = wa_cancelling(wa_current()) > 0;
  wa_sleep(WA_MS(5)); /* a clean-up may wait */
  printf("  connection closed%s\n", cancelled ? ", in a hurry" : "");
}

static int transfer(void *arg) {
  char *buffer = malloc(1000);
  if (!buffer) return WA_ENOMEM;
  int st = wa_defer(give_back, buffer);
  if (st == WA_OK) st = wa_defer(hang_up, NULL);
  if (st == WA_OK) st = wa_sleep(*(wa_time *)arg);
  printf("  transfer: %s\n", wa_status_name(st));
  return st;
}

static int run(void *arg) {
  (void)arg;
  static wa_time takes[] = {WA_MS(10), WA_S(10)};
  for (int i = 0; i < 2; i++) {
    wa_task *task = wa_spawn(transfer, &takes[i]);
    int st = wa_wait_for(task, WA_MS(100));
    printf("%s\n", wa_status_name(st));
    wa_release(task);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  int st = wa_run(run, NULL);
  wa_counts left;
  wa_count(&left);
  printf("left: tasks %u, futures %u, timers %u\n", left.tasks, left.futures, left.timers);
  return wa_exit_status(st);
}

/* Output:
  transfer: WA_OK
  connection closed
  buffer freed
WA_OK
  transfer: WA_ECANCELED
  connection closed, in a hurry
  buffer freed
WA_ETIMEDOUT
left: tasks 0, futures 0, timers 0
*/
