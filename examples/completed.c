/* completed: handles results as they come, not in the order they were asked for. asyncio.as_completed(fs, timeout). */
#include "wasyncio.h"

#include <stdio.h>

static int mirror(void *arg) { return wa_sleep(*(wa_time *)arg); }

static int run(void *arg) {
  (void)arg;
  static wa_time delays[] = {WA_MS(80), WA_MS(30), WA_MS(500), WA_MS(50)};
  const char *names[] = {"paris", "tokyo", "quito", "cairo"};
  wa_task *tasks[4], *next;
  for (int i = 0; i < 4; i++) tasks[i] = wa_spawn_with(mirror, &delays[i], &(wa_task_options){.name = names[i]});

  wa_completed it;
  int st = wa_completed_init(&it, tasks, 4, WA_MS(100));
  while (st == WA_OK && (st = wa_completed_next(&it, &next)) == WA_OK && next)
    printf("%3d ms: %s\n", (int)(wa_now() / WA_MS(1)), wa_name(next));
  wa_completed_close(&it);
  printf("%3d ms: %s\n", (int)(wa_now() / WA_MS(1)), wa_status_name(st));

  for (int i = 0; i < 4; i++) {
    const char *runs_on = "runs on: the deadline is the loop's, not the task's";
    printf("%s %s\n", wa_name(tasks[i]), wa_done(tasks[i]) ? "is done" : runs_on);
    wa_release(tasks[i]);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 30 ms: tokyo
 50 ms: cairo
 80 ms: paris
100 ms: WA_ETIMEDOUT
paris is done
tokyo is done
quito runs on: the deadline is the loop's, not the task's
cairo is done
*/
