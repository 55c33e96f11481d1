/* lock: one at a time, in the order they came; also when the holder or a waiter is cancelled. asyncio.Lock. */
#include "wasyncio.h"

#include <stdio.h>

static wa_lock lock; /* zeroed memory is a valid lock */

static int edit(void *arg) {
  int st = wa_lock_acquire(&lock);
  printf("%3d ms: %s: %s\n", (int)(wa_now() / WA_MS(1)), (char *)arg, st < 0 ? wa_status_name(st) : "has it");
  if (st < 0) return st;
  st = wa_sleep(WA_MS(20));
  wa_lock_release(&lock); /* also if the sleep was cancelled: plain C after the call is `finally` */
  return st;
}

static int run(void *arg) {
  (void)arg;
  wa_task *tasks[] = {wa_spawn(edit, "ann"), wa_spawn(edit, "bob"), wa_spawn(edit, "cem"), wa_spawn(edit, "dee")};
  wa_sleep(WA_MS(5));
  wa_cancel(tasks[0], "the holder");
  wa_cancel(tasks[2], "a waiter");
  int st = wa_wait(tasks, 4, WA_ALL_COMPLETED, WA_FOREVER);
  printf("%3d ms: locked: %d\n", (int)(wa_now() / WA_MS(1)), wa_lock_locked(&lock));
  for (int i = 0; i < 4; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
  0 ms: ann: has it
  5 ms: cem: WA_ECANCELED
  5 ms: bob: has it
 25 ms: dee: has it
 45 ms: locked: 0
*/
