/* semaphore: so many at once, and no more. asyncio.Semaphore; the bounded one also notices a release too many. */
#include "wasyncio.h"

#include <stdio.h>

static wa_bounded_semaphore slots;
static int at_once, most;

static int download(void *arg) {
  int st = wa_bounded_semaphore_acquire(&slots);
  if (st < 0) return st;
  if (++at_once > most) most = at_once;
  st = wa_sleep(WA_MS(10));
  printf("%3d ms: %s\n", (int)(wa_now() / WA_MS(1)), (char *)arg);
  at_once--;
  wa_bounded_semaphore_release(&slots);
  return st;
}

static int run(void *arg) {
  (void)arg;
  wa_bounded_semaphore_init(&slots, 2);
  const char *files[] = {"a", "b", "c", "d", "e"};
  wa_task *tasks[5];
  for (int i = 0; i < 5; i++) tasks[i] = wa_spawn(download, (void *)files[i]);
  int st = wa_wait(tasks, 5, WA_ALL_COMPLETED, WA_FOREVER);
  printf("at most %d at once; one release more: %s\n", most, wa_status_name(wa_bounded_semaphore_release(&slots)));
  for (int i = 0; i < 5; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 10 ms: a
 10 ms: b
 20 ms: c
 20 ms: d
 30 ms: e
at most 2 at once; one release more: WA_EMISUSE
*/
