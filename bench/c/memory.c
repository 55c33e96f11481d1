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

/* 96 bytes in twelve variables, and the counter: all are needed after the wait. */
static int with_locals(void *arg) {
  uint64_t *seed = arg;
  uint64_t a = ++*seed, b = a * 3, c = b ^ a, d = c + 5, e = d * b, f = e ^ c, g = f + a, h = g * 7, i = h ^ d;
  uint64_t j = i + b, k = j * 11, l = k ^ e;
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

static int segment(void *arg) {
  int *depth = arg;
  if (*depth == 1) return wa_sleep(WA_S(3600));
  int next = *depth - 1;
  return wa_call(segment, &next);
}
static int deep_calls(void *arg) {
  (void)arg;
  int depth = 10;
  return wa_call(segment, &depth);
}

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
static int bench_memory_deep_calls(void *arg) { return park(arg, deep_calls); }
BENCH(bench_memory_deep_calls);
