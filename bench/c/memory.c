/* memory.c: what a parked task takes: bytes that live objects use, and how much the wasm's memory grew. */
#include "bench.h"

static size_t live(void) {
  wa_counts counts;
  wa_count(&counts);
  return counts.bytes;
}
static size_t grown(void) { return __builtin_wasm_memory_size(0) * 65536; }

static int shallow(void *arg) {
  (void)arg;
  return wa_sleep(WA_S(3600));
}

/* Twelve variables of 8 bytes, and a pointer: all are needed after the wait, and none can be had again. */
static volatile uint64_t pool[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static int with_locals(void *arg) {
  uint64_t *seed = arg;
  uint64_t a = pool[0], b = pool[1], c = pool[2], d = pool[3], e = pool[4], f = pool[5];
  uint64_t g = pool[6], h = pool[7], i = pool[8], j = pool[9], k = pool[10], l = pool[11];
  int st = wa_sleep(WA_S(3600));
  *seed += a ^ b * 2 ^ c * 3 ^ d * 4 ^ e * 5 ^ f * 6 ^ g * 7 ^ h * 8 ^ i * 9 ^ j * 10 ^ k * 11 ^ l * 12;
  return st;
}

/* 100 bytes whose address is known: these lie on a C stack, which the task keeps while it waits. */
static int with_array(void *arg) {
  char bytes[100];
  char *volatile seen = bytes;
  seen[0] = *(char *)arg;
  int st = wa_sleep(WA_S(3600));
  *(char *)arg += seen[0];
  return st;
}

__attribute__((noinline)) static int down(uint64_t *seed, int depth) {
  uint64_t here = *seed += depth;
  int st = depth > 1 ? down(seed, depth - 1) : wa_sleep(WA_S(3600));
  *seed ^= here;
  return st;
}
static int deep(void *arg) { return down(arg, 10); }

/* Each a function of its own, and its argument handed on: none has a frame on the C stack. */
#define CALLS(f, callee) \
  static int f(void *arg) { return wa_call(callee, arg); }
CALLS(call9, shallow)
CALLS(call8, call9)
CALLS(call7, call8)
CALLS(call6, call7)
CALLS(call5, call6)
CALLS(call4, call5)
CALLS(call3, call4)
CALLS(call2, call3)
CALLS(call1, call2)

static int park(void *arg, wa_task_fn f) {
  uint32_t n = (uint32_t)((job *)arg)->n;
  uint64_t seed = 1;
  wa_task **tasks = malloc(n * sizeof *tasks);
  for (uint32_t i = 0; i < n; i++) tasks[i] = NULL; /* so that its memory is there before */
  size_t live_before = live(), grown_before = grown();
  for (uint32_t i = 0; i < n; i++) tasks[i] = wa_spawn(f, &seed);
  wa_yield();
  double used = live() - live_before, growth = grown() - grown_before, check = 0;
  for (uint32_t i = 0; i < n; i++) wa_cancel(tasks[i], NULL);
  for (uint32_t i = 0; i < n; i++) {
    check += wa_await(tasks[i]) == WA_ECANCELED;
    wa_release(tasks[i]);
  }
  free(tasks);
  return bench_end_with(growth, check, used);
}

static int bench_memory(void *arg) { return park(arg, shallow); }
BENCH(bench_memory);
static int bench_memory_locals(void *arg) { return park(arg, with_locals); }
BENCH(bench_memory_locals);
static int bench_memory_array(void *arg) { return park(arg, with_array); }
BENCH(bench_memory_array);
static int bench_memory_deep(void *arg) { return park(arg, deep); }
BENCH(bench_memory_deep);
static int bench_memory_deep_calls(void *arg) { return park(arg, call1); }
BENCH(bench_memory_deep_calls);
