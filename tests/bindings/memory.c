/* memory.c: a program whose first malloc comes after the runtime has taken memory; and one whose wa_run is over, or has trapped. */
#include <wasyncio.h>

#include <stdint.h>
#include <stdlib.h>

/* How many of the runtime's objects, made before and after, lie in what malloc gave. */
__attribute__((export_name("shared"))) int shared(void) {
  enum { N = 1000, SIZE = 1 << 16, BLOCKS = 8 };
  static wa_future *futures[2 * N];
  for (int i = 0; i < N; i++) futures[i] = wa_future_new();
  uintptr_t blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) blocks[i] = (uintptr_t)malloc(SIZE);
  for (int i = N; i < 2 * N; i++) futures[i] = wa_future_new();
  int n = 0;
  for (int i = 0; i < 2 * N; i++)
    for (int k = 0; k < BLOCKS; k++) n += (uintptr_t)futures[i] - blocks[k] < SIZE;
  for (int i = 0; i < 2 * N; i++) wa_release(futures[i]);
  for (int k = 0; k < BLOCKS; k++) free((void *)blocks[k]);
  return n;
}

static int keeps_stack(void *arg) {
  volatile char local[100] = {0};
  (void)arg;
  int status = wa_yield();
  return status + local[0];
}
WA_TASK(keeps_stack);

__attribute__((export_name("run"))) int run(void) { return wa_run(keeps_stack, NULL); }

static int traps(void *arg) {
  (void)arg;
  __builtin_trap();
}
__attribute__((export_name("run_traps"))) int run_traps(void) { return wa_run(traps, NULL); }

static int traps_at_its_end(void *arg) {
  (void)arg;
  wa_sleep(WA_FOREVER);
  __builtin_trap();
}
static int cannot_be_stopped(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  return wa_sleep(WA_MS(50));
}
static int leaves_both(void *arg) {
  (void)arg;
  wa_release(wa_spawn_with(traps_at_its_end, NULL, &(wa_task_options){.name = "t"})); /* of one length in each report */
  wa_release(wa_spawn(cannot_be_stopped, NULL));
  return wa_yield();
}
__attribute__((export_name("run_traps_at_its_end"))) int run_traps_at_its_end(void) { return wa_run(leaves_both, NULL); }

static int sleeps(void *arg) { return (void)arg, wa_sleep(WA_MS(100)); }
__attribute__((export_name("run_sleeps"))) int run_sleeps(void) { return wa_run(sleeps, NULL); }
