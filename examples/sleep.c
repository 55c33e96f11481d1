/* sleep: two tasks take turns. asyncio.sleep(t), sleep(0). The clock is virtual: it jumps to the next timer, so that
 * this ends at once; a program's tests can use it for the same reason. */
#include "wasyncio.h"

#include <stdio.h>

static int tick(void *arg) {
  wa_time every = *(wa_time *)arg;
  for (int i = 0; i < 3; i++) {
    int st = wa_sleep(every);
    if (st < 0) return st;
    printf("%4d ms: every %d ms\n", (int)(wa_now() / WA_MS(1)), (int)(every / WA_MS(1)));
  }
  return WA_OK;
}

static int count(void *arg) {
  for (int i = 1; i <= 2; i++) {
    printf("%s %d\n", (char *)arg, i);
    int st = wa_yield(); /* whoever else is ready goes first */
    if (st < 0) return st;
  }
  return WA_OK;
}

static int run(void *arg) {
  (void)arg;
  static wa_time often = WA_MS(200), seldom = WA_S(1);
  wa_task *tasks[] = {wa_spawn(count, "a"), wa_spawn(count, "b"), wa_spawn(tick, &often), wa_spawn(tick, &seldom)};
  int st = wa_wait(tasks, 4, WA_ALL_COMPLETED, WA_FOREVER);
  for (int i = 0; i < 4; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
a 1
b 1
a 2
b 2
 200 ms: every 200 ms
 400 ms: every 200 ms
 600 ms: every 200 ms
1000 ms: every 1000 ms
2000 ms: every 1000 ms
3000 ms: every 1000 ms
*/
