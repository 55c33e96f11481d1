/* Who runs when: a switch that an optimizer spoilt runs straight through, without a trap; so the order is the test. */
#include "../core/unit.h"

static int put_four(void *name) {
  for (int i = 0; i < 4; i++) {
    note("%s%d", (const char *)name, i);
    int status = wa_yield();
    if (status < 0) return status;
  }
  return WA_OK;
}

TASK_TEST(order_of_three_tasks_that_yield) {
  wa_task *a = wa_spawn(put_four, "a"), *b = wa_spawn(put_four, "b"), *c = wa_spawn(put_four, "c");
  for (int i = 0; i < 4; i++) {
    note("main");
    wa_yield();
  }
  finish(a);
  finish(b);
  finish(c);
  EXPECT_TRACE("main a0 b0 c0 main a1 b1 c1 main a2 b2 c2 main a3 b3 c3");
}

static int by_time(void *ms) {
  for (int i = 0; i < 3; i++) {
    int status = wa_sleep(WA_MS((intptr_t)ms));
    if (status < 0) return status;
    note("%d@%d", (int)(intptr_t)ms, (int)(wa_now() / WA_MS(1)));
  }
  return WA_OK;
}

TASK_TEST(order_of_sleepers) {
  wa_task *a = wa_spawn(by_time, NUMBER(5)), *b = wa_spawn(by_time, NUMBER(3));
  finish(a);
  finish(b);
  EXPECT_TRACE("3@3 5@5 3@6 3@9 5@10 5@15");
}

/* The suspension lies in a function of its own, and in one that is inlined. */
static __attribute__((noinline)) int yield_apart(void) { return wa_yield(); }
static inline __attribute__((always_inline)) int yield_inlined(void) { return wa_yield(); }

static int mixed(void *name) {
  note("%s1", (const char *)name);
  yield_apart();
  note("%s2", (const char *)name);
  yield_inlined();
  note("%s3", (const char *)name);
  wa_yield(), wa_yield();
  note("%s4", (const char *)name);
  return WA_OK;
}

TASK_TEST(order_when_the_suspension_is_inlined_or_not) {
  wa_task *a = wa_spawn(mixed, "a"), *b = wa_spawn(mixed, "b");
  finish(a);
  finish(b);
  EXPECT_TRACE("a1 b1 a2 b2 a3 b3 a4 b4");
}

/* ---- ping-pong over every kind of wait --------------------------------------------------------------------------- */

static wa_event ping, pong;

static int pongs(void *arg) {
  (void)arg;
  for (int i = 0; i < 3; i++) {
    wa_event_wait(&ping);
    wa_event_clear(&ping);
    note("pong%d", i);
    wa_event_set(&pong);
  }
  return WA_OK;
}

TASK_TEST(order_of_a_ping_pong) {
  wa_task *t = wa_spawn(pongs, NULL);
  for (int i = 0; i < 3; i++) {
    note("ping%d", i);
    wa_event_set(&ping);
    wa_event_wait(&pong);
    wa_event_clear(&pong);
  }
  finish(t);
  EXPECT_TRACE("ping0 pong0 ping1 pong1 ping2 pong2");
}

/* ---- eager tasks: a resume inside a resume ----------------------------------------------------------------------- */

static int nest(void *depth) {
  intptr_t n = (intptr_t)depth;
  char mine[16];
  for (size_t i = 0; i < sizeof mine; i++) mine[i] = (char)n;
  note("in%d", (int)n);
  wa_task *inner = NULL;
  if (n) inner = wa_spawn_with(nest, NUMBER(n - 1), &(wa_task_options){.eager = true});
  wa_yield();
  note("out%d", (int)n);
  for (size_t i = 0; i < sizeof mine; i++) EXPECT_INT(mine[i], n);
  return inner ? finish(inner) : 7;
}

TASK_TEST(order_of_eager_tasks_nested) {
  wa_task *t = wa_spawn_with(nest, NUMBER(4), &(wa_task_options){.eager = true});
  note("main");
  EXPECT_STATUS(finish(t), 7);
  /* the innermost suspended first */
  EXPECT_TRACE("in4 in3 in2 in1 in0 main out0 out1 out2 out3 out4");
}

static int nest_100(void *depth) {
  intptr_t n = (intptr_t)depth;
  volatile intptr_t mine = n * 3;
  wa_task *inner = n ? wa_spawn_with(nest_100, NUMBER(n - 1), &(wa_task_options){.eager = true}) : NULL;
  int status = wa_sleep(WA_MS(n % 7));
  EXPECT_INT(mine, n * 3);
  return inner ? finish(inner) + 1 : status;
}

TASK_TEST(order_of_100_eager_tasks_nested) { EXPECT_STATUS(finish(wa_spawn(nest_100, NUMBER(100))), 100); }

static int eager_that_awaits_the_outer(void *future) {
  note("eager");
  int status = wa_await(future);
  note("eager:%d", status);
  return status;
}

TASK_TEST(order_of_an_eager_task_that_waits_for_what_its_parent_does) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn_with(eager_that_awaits_the_outer, f, &(wa_task_options){.eager = true});
  note("main");
  wa_resolve(f, NULL);
  finish(t);
  wa_release(f);
  EXPECT_TRACE("eager main eager:0");
}
