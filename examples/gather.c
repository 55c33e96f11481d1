/* gather: several at once, and all their outcomes. With WA_COLLECT (return_exceptions=True) a cancelled or failed
 * member leaves the others alone; without, the gather fails with the first. The gather itself can be cancelled. */
#include "wasyncio.h"

#include <stdio.h>

static int page(void *arg) {
  int st = wa_sleep(WA_MS(*(int *)arg * 10));
  return st < 0 ? st : *(int *)arg == 2 ? WA_EUSER - 404 : WA_OK;
}

static void gather(const char *how, int flags, int cancel_member, bool cancel_all) {
  static int numbers[] = {1, 2, 3};
  wa_task *tasks[3];
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn(page, &numbers[i]);
  wa_future *all = wa_gather(tasks, 3, flags);
  wa_yield();
  if (cancel_member) wa_cancel(tasks[cancel_member - 1], NULL);
  if (cancel_all) wa_cancel(all, NULL);
  int st = wa_await(all);
  printf("%s: %s\n ", how, wa_status_name(st));
  const int *statuses = wa_value(all);
  for (int i = 0; statuses && i < 3; i++) printf(" %s", wa_status_name(statuses[i]));
  for (int i = 0; !statuses && i < 3; i++) printf(" %s", wa_status_name(wa_status(tasks[i])));
  printf("\n");
  wa_release(all);
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
}

static int run(void *arg) {
  (void)arg;
  gather("collected", WA_COLLECT, 0, false);
  gather("collected, the third cancelled", WA_COLLECT, 3, false);
  gather("the first error ends it", 0, 0, false);
  gather("cancelled as a whole", 0, 0, true);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
collected: WA_OK
  WA_OK WA_EUSER WA_OK
collected, the third cancelled: WA_OK
  WA_OK WA_EUSER WA_ECANCELED
the first error ends it: WA_EUSER
  WA_OK WA_EUSER WA_EPENDING
cancelled as a whole: WA_ECANCELED
  WA_ECANCELED WA_ECANCELED WA_ECANCELED
*/
