/* swallowed: a task that ignores WA_ECANCELED goes on as if nobody had asked. In Python that is a bare `except` (not
 * `except Exception`: since 3.8 CancelledError is a BaseException). It is never silent: the runtime says who swallowed
 * it, where it was told, and how long ago. */
#include "wasyncio.h"

#include <stdio.h>

static int stubborn(void *arg) {
  (void)arg;
  for (int i = 0; i < 3; i++) wa_sleep(WA_MS(10)); /* wrong: nobody looks at the status */
  printf("stubborn: all done\n");
  return WA_OK;
}

static int polite(void *arg) {
  (void)arg;
  for (int i = 0; i < 3; i++) {
    int st = wa_sleep(WA_MS(10));
    if (st < 0) return st; /* right */
  }
  printf("polite: all done\n");
  return WA_OK;
}

static void report(const wa_report *r, void *ctx) {
  (void)ctx;
  if (r->kind != WA_REPORT_SWALLOWED) return;
  printf("report: task '%s' swallowed its cancellation, %d ms ago\n", wa_name(r->task), (int)(r->age / WA_MS(1)));
}

static int run(void *arg) {
  (void)arg;
  wa_on_report(report, NULL); /* without a listener, a report is a line on stderr */
  wa_task *tasks[] = {wa_spawn_with(stubborn, NULL, &(wa_task_options){.name = "stubborn"}), wa_spawn(polite, NULL)};
  wa_sleep(WA_MS(15));
  for (int i = 0; i < 2; i++) {
    wa_cancel(tasks[i], NULL);
    printf("%s\n", wa_status_name(wa_await(tasks[i])));
    wa_release(tasks[i]);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
stubborn: all done
report: task 'stubborn' swallowed its cancellation, 10 ms ago
WA_OK
WA_ECANCELED
*/
