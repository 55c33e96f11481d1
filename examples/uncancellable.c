/* uncancellable: a stretch that must not be cut in two. A cancellation that comes meanwhile is kept, and comes out of
 * the first await after it. (asyncio has no such thing; a shield needs a second task.) */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int transfer(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  printf("%3d ms: taken from one account\n", ms());
  wa_sleep(WA_MS(50));
  printf("%3d ms: put into the other; asked to stop %d times\n", ms(), wa_cancelling(wa_current()));
  wa_uncancellable_exit();
  int st = wa_sleep(WA_MS(50)); /* sends a receipt */
  printf("%3d ms: %s\n", ms(), wa_status_name(st));
  return st;
}

static int run(void *arg) {
  (void)arg;
  wa_task *task = wa_spawn(transfer, NULL);
  wa_sleep(WA_MS(20));
  wa_cancel(task, "closing time");
  wa_await(task);
  wa_release(task);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
  0 ms: taken from one account
 50 ms: put into the other; asked to stop 1 times
 50 ms: WA_ECANCELED
*/
