/* cancel: a request is a mark. It comes out of the task's await, as WA_ECANCELED, and the task may need a while to say
 * goodbye: it is "cancelling" before it is "cancelled". task.cancel(msg), cancelling(), done(), cancelled(). */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int send(void *arg) {
  (void)arg;
  int st = WA_OK;
  for (int i = 1; st == WA_OK; i++) {
    printf("%3d ms: sending %d\n", ms(), i);
    st = wa_sleep(WA_MS(10));
  }
  printf("%3d ms: told to stop; sending goodbye\n", ms());
  wa_sleep(WA_MS(20)); /* a clean-up may wait: the request came out once */
  return st;           /* handed on, never replaced by WA_OK */
}

static void show(wa_task *task) {
  printf("%3d ms: cancelling %d, done %d, cancelled %d\n", ms(), wa_cancelling(task), wa_done(task),
         wa_cancelled(task));
}

static int run(void *arg) {
  (void)arg;
  wa_task *task = wa_spawn(send, NULL);
  wa_sleep(WA_MS(25));
  wa_cancel(task, "the user left");
  show(task);
  wa_sleep(WA_MS(10));
  show(task);
  int st = wa_await(task);
  show(task);
  printf("%s: %s\n", wa_status_name(st), wa_reason(task));
  wa_release(task);

  task = wa_spawn(send, NULL);
  wa_cancel(task, NULL); /* before its first step: the body never runs */
  printf("%s\n", wa_status_name(wa_await(task)));
  wa_release(task);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
  0 ms: sending 1
 10 ms: sending 2
 20 ms: sending 3
 25 ms: cancelling 1, done 0, cancelled 0
 25 ms: told to stop; sending goodbye
 35 ms: cancelling 1, done 0, cancelled 0
 45 ms: cancelling 1, done 1, cancelled 1
WA_ECANCELED: the user left
WA_ECANCELED
*/
