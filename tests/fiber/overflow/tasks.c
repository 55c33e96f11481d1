/* Tasks that run out of stack, each in a way of its own, and tasks that look on: their memory must stay as it is. */
#include "../../../src/wasyncio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_OF(arg) ((int)*(const double *)(arg))

/* ---- who looks on ------------------------------------------------------------------------------------------------ */

static unsigned char in_data[4096] = {0x5a}, in_bss[1 << 20];
static bool guarded;

static bool filled(const unsigned char *bytes, size_t size, int with) {
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != (unsigned char)with) return false;
  return true;
}

/* Fills most of its stack, waits, looks: as long as it is not cancelled. Then, or on a difference, it ends. */
static int guard(void *arg) {
  int with = NUMBER_OF(arg), status = WA_OK;
  unsigned char on_stack[8192], *on_heap = malloc(8192);
  memset(on_stack, with, sizeof on_stack);
  memset(on_heap, with, 8192);
  while (status == WA_OK) {
    if (!filled(on_stack, sizeof on_stack, with)) status = WA_EUSER - 1;
    else if (!filled(on_heap, 8192, with)) status = WA_EUSER - 2;
    else status = wa_sleep(WA_MS(1));
  }
  free(on_heap);
  return status;
}
WA_TASK(guard);

static int fill_statics(void *arg) {
  (void)arg;
  memset(in_data, 0x5a, sizeof in_data);
  memset(in_bss, 0xa5, sizeof in_bss);
  guarded = true;
  return WA_OK;
}
WA_TASK(fill_statics);

static int check_statics(void *arg) {
  (void)arg;
  char text[64];
  if (!guarded || !filled(in_data, sizeof in_data, 0x5a)) return WA_EUSER - 1;
  if (!filled(in_bss, sizeof in_bss, 0xa5)) return WA_EUSER - 2;
  snprintf(text, sizeof text, "%.2f of %s", 0.25, "libc");
  return strcmp(text, "0.25 of libc") ? WA_EUSER - 3 : WA_OK;
}
WA_TASK(check_statics);

static int steps(void *arg) {
  int n = NUMBER_OF(arg);
  for (int i = 0; i < n; i++) {
    int status = i % 2 ? wa_yield() : wa_sleep(WA_MS(1));
    if (status < 0) return status;
  }
  return n;
}
WA_TASK(steps);

/* ---- by recursion with frames on the C stack --------------------------------------------------------------------- */

static __attribute__((noinline)) int with_frame(int n) {
  char frame[100];
  memset(frame, n, sizeof frame);
  __asm__ volatile("" : : "r"(frame) : "memory");
  int below = n ? with_frame(n - 1) : wa_yield();
  return below < 0 || !filled((unsigned char *)frame, sizeof frame, n) ? WA_EUSER - 1 : below + 1;
}

static int crawl(void *arg) { return with_frame(NUMBER_OF(arg)); }
WA_TASK(crawl);

static int crawl_in_calls(void *arg) {
  static double n;
  n = NUMBER_OF(arg);
  return wa_call(crawl, &n);
}
WA_TASK(crawl_in_calls);

/* Calls within calls, each suspended and resumed before the innermost overflows. */
static int nested(void *arg) {
  double *depth = arg, below[2] = {depth[0] - 1, depth[1]};
  int status = wa_yield();
  if (status == WA_OK) status = depth[0] > 0 ? wa_call(nested, below) : crawl(&depth[1]);
  return below[0] == depth[0] - 1 ? status : WA_EUSER - 1;
}

static int crawl_in_nested_calls(void *arg) {
  wa_yield();
  return wa_call(nested, (double[]){20, NUMBER_OF(arg)});
}
WA_TASK(crawl_in_nested_calls);

static void crawl_at_the_end(void *arg) { with_frame(NUMBER_OF(arg)); }
static int crawl_in_defer(void *arg) {
  wa_defer(crawl_at_the_end, arg);
  return wa_yield();
}
WA_TASK(crawl_in_defer);

static int after_a_while(void *arg) {
  int status = steps(&(double){5});
  return status < 0 ? status : crawl(arg);
}
WA_TASK(after_a_while);

/* An eager task inside a task: both were running when the inner one overflowed. */
static int crawl_eagerly(void *arg) {
  wa_release(wa_spawn_with(crawl, arg, &(wa_task_options){.name = "inner", .eager = true, .stack_size = 4096}));
  return WA_OK;
}
WA_TASK(crawl_eagerly);

/* ---- by one large frame: past the stack of the task, past all of memory below it --------------------------------- */

static __attribute__((noinline)) int one_frame(size_t size) {
  unsigned char frame[size];
  memset(frame, 0xee, size);
  __asm__ volatile("" : : "r"(frame) : "memory");
  return frame[size / 2];
}

static int large_frame(void *arg) { return one_frame((size_t)NUMBER_OF(arg)); }
WA_TASK(large_frame);

static __attribute__((noinline)) int fixed_frame(void) {
  volatile unsigned char frame[3 << 20];
  for (size_t i = sizeof frame; i > 0; i -= 64) frame[i - 1] = 0xee;
  return frame[0];
}

static int fixed_large_frame(void *arg) {
  (void)arg;
  return fixed_frame();
}
WA_TASK(fixed_large_frame);

static int in_libc(void *arg) {
  char text[32];
  return snprintf(text, sizeof text, "%.17g", *(double *)arg);
}
WA_TASK(in_libc);

/* ---- without a frame on the C stack: the engine's own stack ends ------------------------------------------------- */

static int endless_by(int (*volatile *f)(int), int n);
static int (*volatile itself)(int);
static int endlessly(int n) { return endless_by(&itself, n); }
static __attribute__((noinline)) int endless_by(int (*volatile *f)(int), int n) {
  int below = (*f)(n + 1);
  __asm__ volatile("" : "+r"(below));
  return below + 1;
}

static int endless(void *arg) {
  (void)arg;
  itself = endlessly;
  return endlessly(0);
}
WA_TASK(endless);

/* ---- deep, with much to save, and then suspended: the records of the switch itself need room --------------------- */

#define HIDE(x) __asm__ volatile("" : "+r"(x));
static int much(int n, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h) {
  if (!n) return wa_yield();
  int64_t i = a ^ b, j = c ^ d, k = e ^ f, l = g ^ h;
  HIDE(i) HIDE(j) HIDE(k) HIDE(l)
  int below = much(n - 1, b, c, d, e, f, g, h, a + i);
  if (below < 0 || i != (a ^ b) || j != (c ^ d) || k != (e ^ f) || l != (g ^ h)) return WA_EUSER - 1;
  return below + 1;
}

static int deep(void *arg) { return much(NUMBER_OF(arg), 1, 2, 3, 4, 5, 6, 7, 8); }
WA_TASK(deep);

/* The same with much more in each frame. */
#define TEN(m, x) m(x##0) m(x##1) m(x##2) m(x##3) m(x##4) m(x##5) m(x##6) m(x##7) m(x##8) m(x##9)
#define FIFTY(m) TEN(m, 0) TEN(m, 1) TEN(m, 2) TEN(m, 3) TEN(m, 4)
#define READ(x) uint64_t v##x = source;
#define HIDE_ONE(x) HIDE(v##x)
#define MIX(x) sum = sum * 31 + v##x;

static volatile uint64_t source = 12345;
static int wide(int n) {
  uint64_t sum = 0, before;
  if (!n) return wa_yield();
  FIFTY(READ)
  FIFTY(MIX)
  before = sum;
  source = source * 6364136223846793005u + 1442695040888963407u;
  int below = wide(n - 1);
  FIFTY(HIDE_ONE) /* so that no compiler keeps the sum alone */
  sum = 0;
  FIFTY(MIX)
  return below < 0 || sum != before ? WA_EUSER - 1 : below + 1;
}

static int deep_and_wide(void *arg) { return wide(NUMBER_OF(arg)); }
WA_TASK(deep_and_wide);

/* ---- in what the runtime calls on a task's stack: a listener, a visitor -------------------------------------------- */

static int heard;
static void hears_at_length(const wa_report *report, void *ctx) {
  char text[3000];
  heard += snprintf(text, sizeof text, "%s%s", report->text, ctx ? "" : "!") > 0;
}

static int fails(void *arg) { return (void)arg, WA_EUSER - 1; }

/* Its error, which nobody looks at, is reported where the last reference to it goes. */
static int leaves_an_error(void *arg) {
  (void)arg;
  heard = 0;
  wa_on_report(hears_at_length, NULL);
  wa_task *t = wa_spawn(fails, NULL);
  wa_yield();
  wa_yield();
  wa_release(t);
  return heard;
}
WA_TASK(leaves_an_error);

static void traps(wa_task *task, void *ctx) {
  (void)task, (void)ctx;
  __builtin_trap();
}
static int visits_and_traps(void *arg) {
  (void)arg;
  wa_tasks(traps, NULL);
  return WA_OK;
}
WA_TASK(visits_and_traps);

static bool anybody;
static void looks(void *ctx, wa_future *future) {
  (void)ctx, (void)future;
  anybody = wa_current() != NULL;
}
static int who_is_there_outside(void *arg) {
  (void)arg;
  wa_future *f = wa_future_new();
  wa_when_done(f, looks, NULL);
  wa_resolve(f, NULL);
  wa_release(f);
  wa_yield();
  return anybody;
}
WA_TASK(who_is_there_outside);
