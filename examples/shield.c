/* shield: a critical piece of work outlives the cancellation of whoever waits for it. asyncio.shield(task). */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int commit(void *arg) {
  (void)arg;
  int st = wa_sleep(WA_MS(50));
  printf("%3d ms: commit: %s\n", ms(), wa_status_name(st));
  return st;
}

static int request(void *arg) {
  wa_future *shield = wa_shield(arg);
  int st = wa_await(shield);
  printf("%3d ms: request: %s\n", ms(), wa_status_name(st));
  wa_release(shield);
  return st;
}

static int run(void *arg) {
  (void)arg;
  wa_task *work = wa_spawn(commit, NULL);
  wa_task *waiter = wa_spawn(request, work);
  wa_sleep(WA_MS(10));
  wa_cancel(waiter, "the client hung up");
  wa_await(waiter);
  int st = wa_await(work); /* so that somebody sees its outcome */
  wa_release(waiter);
  wa_release(work);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 10 ms: request: WA_ECANCELED
 50 ms: commit: WA_OK
*/
