/* group: nobody leaves before every member has ended, and the first failure stops the others. asyncio.TaskGroup. */
#include "wasyncio.h"

#include <stdio.h>

enum { BAD_INPUT = WA_EUSER - 1 };

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int part(void *arg) {
  int n = *(int *)arg;
  int st = wa_sleep(WA_MS(20 * n));
  if (st == WA_OK && n == 2) st = BAD_INPUT;
  printf("%3d ms: part %d: %s\n", ms(), n, wa_status_name(st));
  return st;
}

static int whole(const int *numbers, int count) {
  wa_group group;
  int st = wa_group_enter(&group);
  if (st < 0) return st;
  for (int i = 0; i < count; i++) wa_release(wa_group_spawn(&group, part, (void *)&numbers[i]));
  st = wa_group_exit(&group, WA_OK);
  printf("%3d ms: %s", ms(), wa_status_name(st));
  int errors[4];
  size_t n = wa_group_errors(&group, errors, 4);
  for (size_t i = 0; i < n; i++) printf(", with the error %s", errors[i] == BAD_INPUT ? "BAD_INPUT" : "?");
  printf("\n");
  return st;
}

static int run(void *arg) {
  (void)arg;
  whole((int[]){1, 3}, 2);
  whole((int[]){1, 2, 3}, 3);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 20 ms: part 1: WA_OK
 60 ms: part 3: WA_OK
 60 ms: WA_OK
 80 ms: part 1: WA_OK
100 ms: part 2: WA_EUSER
100 ms: part 3: WA_ECANCELED
100 ms: WA_EGROUP, with the error BAD_INPUT
*/
