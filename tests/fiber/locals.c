/* What a function holds when it suspends is there when it goes on: in locals, in memory, on its stack. */
#include "../core/unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- address-taken locals, 1,000 tasks interleaved --------------------------------------------------------------- */

typedef struct frame {
  unsigned id, sum;
  unsigned *self;
  char text[24];
} frame;

static __attribute__((noinline)) void touch(frame *f) {
  f->sum += *f->self;
  snprintf(f->text, sizeof f->text, "%u:%u", f->id, f->sum);
}

static int holds_a_frame(void *id) {
  frame f = {.id = (unsigned)(intptr_t)id};
  f.self = &f.id;
  for (unsigned i = 1; i <= 5; i++) {
    touch(&f);
    int status = i % 2 ? wa_yield() : wa_sleep(WA_MS(f.id % 11));
    char wanted[24];
    snprintf(wanted, sizeof wanted, "%u:%u", f.id, i * f.id);
    if (status < 0 || f.self != &f.id || f.sum != i * f.id || strcmp(f.text, wanted)) return WA_EUSER - (int)i;
  }
  return (int)f.id;
}

TASK_TEST(locals_whose_address_was_taken_in_1000_tasks_interleaved) {
  static wa_task *tasks[1000];
  for (int i = 0; i < 1000; i++) tasks[i] = wa_spawn(holds_a_frame, NUMBER(i));
  for (int i = 0; i < 1000; i++)
    if (!EXPECT_STATUS(finish(tasks[i]), i)) break;
}

/* ---- of every type, many, live across a suspension --------------------------------------------------------------- */

typedef struct triple {
  double d;
  int64_t n;
  float f;
} triple;

static __attribute__((noinline)) triple make(double d) {
  wa_yield();
  return (triple){d, (int64_t)(d * 1e15), (float)d};
}

static __attribute__((noinline)) double take(triple a, int64_t n, float f, triple b, double d) {
  double before = a.d * (double)n + f + b.d - d;
  wa_yield();
  return before == a.d * (double)n + f + b.d - d && a.n == (int64_t)(a.d * 1e15) ? before : -1;
}

static int of_every_type(void *arg) {
  intptr_t seed = (intptr_t)arg;
  double d = 1.5 * (double)seed, e = d / 3;
  float f = 0.1f * (float)seed, g = f * f;
  int64_t n = INT64_C(0x123456789abcdef) * seed, m = ~n;
  uint8_t b = (uint8_t)(200 + seed);
  int16_t s = (int16_t)(-30000 + seed);
  bool flag = seed % 2;
  void *p = &p;
  int status = wa_yield();
  if (status < 0) return status;
  if (d != 1.5 * (double)seed || e != d / 3 || f != 0.1f * (float)seed || g != f * f) return WA_EUSER - 1;
  if (n != INT64_C(0x123456789abcdef) * seed || m != ~n || b != (uint8_t)(200 + seed)) return WA_EUSER - 2;
  if (s != (int16_t)(-30000 + seed) || flag != (seed % 2) || p != &p) return WA_EUSER - 3;
  triple t = make(d), u = make(e);
  if (t.d != d || u.d != e || t.f != (float)d || t.n != (int64_t)(d * 1e15)) return WA_EUSER - 4;
  return take(t, seed, f, u, e) == t.d * (double)seed + f + u.d - e ? WA_OK : WA_EUSER - 5;
}

TASK_TEST(locals_of_every_type_and_structs_by_value) {
  wa_task *tasks[50];
  for (int i = 0; i < 50; i++) tasks[i] = wa_spawn(of_every_type, NUMBER(i));
  for (int i = 0; i < 50; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}

#define TEN(m, x) m(x##0) m(x##1) m(x##2) m(x##3) m(x##4) m(x##5) m(x##6) m(x##7) m(x##8) m(x##9)
#define DECLARE(x) uint64_t v##x = (seed = seed * 6364136223846793005 + 1442695040888963407);
#define HIDE(x) __asm__("" : "+r"(v##x));
#define MIX(x) sum = sum * 31 + v##x;
#define EIGHTY(m) TEN(m, 0) TEN(m, 1) TEN(m, 2) TEN(m, 3) TEN(m, 4) TEN(m, 5) TEN(m, 6) TEN(m, 7)

static int eighty_locals(void *arg) {
  uint64_t seed = (uintptr_t)arg, sum = 0;
  EIGHTY(DECLARE)
  EIGHTY(HIDE)
  for (int i = 0; i < 3; i++) {
    sum = 0;
    EIGHTY(MIX)
    uint64_t before = sum;
    int status = wa_yield();
    if (status < 0) return status;
    sum = 0;
    EIGHTY(HIDE)
    EIGHTY(MIX)
    if (sum != before) return WA_EUSER - 1;
  }
  return WA_OK;
}

TASK_TEST(locals_in_number) {
  wa_task *tasks[20];
  for (int i = 0; i < 20; i++) tasks[i] = wa_spawn(eighty_locals, NUMBER(i));
  for (int i = 0; i < 20; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}

/* ---- memory of a size that is known at run time only ------------------------------------------------------------- */

static int with_vla(void *arg) {
  size_t n = (size_t)(intptr_t)arg;
  int numbers[n + 1];
  char *bytes = __builtin_alloca(n + 1);
  for (size_t i = 0; i <= n; i++) numbers[i] = (int)(i * n), bytes[i] = (char)(i ^ n);
  for (int round = 0; round < 3; round++) {
    int status = wa_sleep(WA_MS(n % 5));
    if (status < 0) return status;
    for (size_t i = 0; i <= n; i++)
      if (numbers[i] != (int)(i * n) || bytes[i] != (char)(i ^ n)) return WA_EUSER - 1;
  }
  return WA_OK;
}

TASK_TEST(locals_in_vla_and_alloca) {
  wa_task *tasks[200];
  for (int i = 0; i < 200; i++) tasks[i] = wa_spawn(with_vla, NUMBER(i * 3));
  for (int i = 0; i < 200; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}

static int in_a_loop_of_blocks(void *arg) {
  int64_t sum = 0;
  for (int i = 1; i <= 10; i++) {
    int block[i];
    for (int k = 0; k < i; k++) block[k] = k + (int)(intptr_t)arg;
    int status = wa_yield();
    if (status < 0) return status;
    for (int k = 0; k < i; k++) sum += block[k];
  }
  return sum == 165 + 55 * (intptr_t)arg ? WA_OK : WA_EUSER - 1;
}

TASK_TEST(locals_of_blocks_that_come_and_go) {
  wa_task *tasks[30];
  for (int i = 0; i < 30; i++) tasks[i] = wa_spawn(in_a_loop_of_blocks, NUMBER(i));
  for (int i = 0; i < 30; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}

/* ---- variable arguments ------------------------------------------------------------------------------------------ */

static double sum_slowly(int n, ...) {
  va_list args;
  double sum = 0;
  va_start(args, n);
  for (int i = 0; i < n; i++) {
    sum += i % 2 ? va_arg(args, double) : va_arg(args, int);
    wa_yield();
  }
  va_end(args);
  return sum;
}

static int with_varargs(void *arg) {
  int k = (int)(intptr_t)arg;
  return sum_slowly(6, k, 0.5, k + 1, 1.5, k + 2, 2.5) == 3 * k + 7.5 ? WA_OK : WA_EUSER - 1;
}

TASK_TEST(locals_in_variable_arguments) {
  wa_task *tasks[30];
  for (int i = 0; i < 30; i++) tasks[i] = wa_spawn(with_varargs, NUMBER(i));
  for (int i = 0; i < 30; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}

/* ---- on the default stack ---------------------------------------------------------------------------------------- */

static int prints(void *arg) {
  char text[256];
  for (int i = 0; i < 3; i++) {
    double number = 3.14159 * (double)(intptr_t)arg;
    snprintf(text, sizeof text, "%08.3f|%-20s|%lld|%p|%x", number, "text", 1LL << 40, NULL, 255);
    wa_yield();
    printf("%d %s\n", (int)(intptr_t)arg, text);
    if (!strstr(text, "|text                |1099511627776|")) return WA_EUSER - 1;
  }
  return WA_OK;
}

TASK_TEST(locals_and_printf_fit_the_default_stack) {
  wa_task *tasks[10];
  for (int i = 0; i < 10; i++) tasks[i] = wa_spawn(prints, NUMBER(i));
  for (int i = 0; i < 10; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}
