/* minimal.c: a program with tasks, cancellation and timers, and nothing else: for its size. */
#include "wasyncio.h"

static int work(void *arg) {
  int *rounds = arg;
  int st = WA_OK;
  while (st == WA_OK && ++*rounds < 100) st = wa_sleep(WA_MS(10));
  return st;
}

int main_task(void *arg) {
  int rounds = 0;
  wa_task *t = wa_spawn(work, arg ? arg : &rounds);
  wa_sleep(WA_MS(25));
  wa_cancel(t, "enough");
  int st = wa_await(t);
  wa_release(t);
  return st == WA_ECANCELED ? WA_OK : st;
}
WA_TASK(main_task);

int main(void) { return wa_run(main_task, NULL); }
