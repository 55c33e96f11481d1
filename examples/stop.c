/* stop: an end that is bounded whatever the task does. In Python: cancel(), then wait_for inside try/except; here by
 * hand, and as one call, wa_stop_within, that can also discard a task which does not go. */
#include "wasyncio.h"

#include <stdio.h>

static int tidy(void *arg) { /* arg: how long its clean-up takes */
  int st = wa_sleep(WA_FOREVER);
  wa_sleep(*(wa_time *)arg);
  return st;
}

static int deaf(void *arg) { /* asked again and again, it goes on */
  for (;;) wa_sleep(*(wa_time *)arg);
}

static void report(const wa_report *r, void *ctx) {
  (void)ctx;
  if (r->kind == WA_REPORT_UNGRACEFUL) printf("       report: '%s' still runs\n", wa_name(r->task));
}

static void show(const char *how, int st, wa_task *task) {
  printf("%3d ms: %s: %s, the task: %s\n", (int)(wa_now() / WA_MS(1)), how, wa_status_name(st),
         wa_status_name(wa_status(task)));
  wa_release(task);
}

static int run(void *arg) {
  (void)arg;
  static wa_time quick = WA_MS(10), slow = WA_MS(400);
  wa_on_report(report, NULL);

  wa_task *task = wa_spawn(tidy, &quick);
  wa_sleep(WA_MS(10));
  wa_cancel(task, "enough");
  wa_wait(&task, 1, WA_ALL_COMPLETED, WA_MS(100)); /* a bounded look, which does not cancel again */
  show("by hand", wa_status(task), task);

  task = wa_spawn(tidy, &quick);
  wa_sleep(WA_MS(10));
  show("in one call", wa_stop_within(task, WA_MS(100), false), task);

  task = wa_spawn_with(deaf, &slow, &(wa_task_options){.name = "deaf"});
  wa_sleep(WA_MS(10));
  show("discarded", wa_stop_within(task, WA_MS(100), true), task);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 20 ms: by hand: WA_ECANCELED, the task: WA_ECANCELED
 40 ms: in one call: WA_ECANCELED, the task: WA_ECANCELED
       report: 'deaf' still runs
150 ms: discarded: WA_ETIMEDOUT, the task: WA_EDISCARDED
*/
