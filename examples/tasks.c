/* tasks: who is alive, and where does each wait? current_task(), all_tasks(). What is left when the main task ends is
 * cancelled and waited for, as by asyncio.run. */
#include "wasyncio.h"

#include <stdio.h>

static wa_event never;

static int waits(void *arg) {
  int st = arg ? wa_event_wait(&never) : wa_sleep(WA_S(1));
  printf("%s: %s\n", wa_name(wa_current()), wa_status_name(st));
  return st;
}

static void show(wa_task *task, void *ctx) {
  int *n = ctx;
  const char *where = task == wa_current() ? "running" : wa_site(task)[0] ? wa_site(task) : "not started";
  printf("%d: %s: %s\n", ++*n, wa_name(task), where);
}

static int run(void *arg) {
  (void)arg;
  int n = 0;
  wa_release(wa_spawn_with(waits, NULL, &(wa_task_options){.name = "sleeper"}));
  wa_release(wa_spawn_with(waits, &never, &(wa_task_options){.name = "listener"}));
  wa_yield();
  wa_release(wa_spawn_with(waits, NULL, &(wa_task_options){.name = "newcomer"}));
  wa_tasks(show, &n);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
1: main: running
2: sleeper: tasks.c:10
3: listener: tasks.c:10
4: newcomer: not started
sleeper: WA_ECANCELED
listener: WA_ECANCELED
newcomer: WA_ECANCELED
*/
