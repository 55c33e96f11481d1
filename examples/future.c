/* future: a result that somebody else brings, by hand. loop.create_future(), set_result, add_done_callback. */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int producer(void *arg) {
  int st = wa_sleep(WA_MS(30));
  if (st == WA_OK) st = wa_resolve(arg, "the value");
  return st;
}

static int consumer(void *arg) {
  int st = wa_await(arg);
  printf("%3d ms: %s, %s\n", ms(), wa_status_name(st), (char *)wa_value(arg));
  return st;
}

static void told(void *ctx, wa_future *future) {
  printf("%3d ms: %s: %s\n", ms(), (char *)ctx, wa_status_name(wa_status(future)));
}

static int run(void *arg) {
  (void)arg;
  wa_future *future = wa_future_new();
  wa_when_done(future, told, "told");
  wa_task *tasks[] = {wa_spawn(consumer, future), wa_spawn(consumer, future), wa_spawn(producer, future)};
  int st = wa_wait(tasks, 3, WA_ALL_COMPLETED, WA_FOREVER);
  if (wa_resolve(future, NULL) == WA_EMISUSE) printf("%3d ms: once only\n", ms());
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
  wa_release(future);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 30 ms: told: WA_OK
 30 ms: WA_OK, the value
 30 ms: WA_OK, the value
 30 ms: once only
*/
