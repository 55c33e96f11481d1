/* Gathers and shields in each other, far deeper than any stack: cancelled, awaited in a circle, and given back. */
#include "unit.h"

enum { DEEP = 5000 };

static wa_counts counts(void) {
  wa_counts c;
  wa_count(&c);
  return c;
}

/* Awaits a gather of a task that does the same, one level less. */
static int level(void *left) {
  intptr_t n = (intptr_t)left;
  if (!n) return forever(NULL);
  wa_task *below = wa_spawn(level, NUMBER(n - 1));
  wa_future *both = wa_gather(&below, 1, 0);
  wa_release(below);
  return finish(both);
}

static wa_task *nest(void) {
  wa_task *t = wa_spawn(level, NUMBER(DEEP));
  wa_sleep(WA_MS(1)); /* all of them wait */
  return t;
}

TASK_TEST(nest_cancelled_by_a_task) {
  wa_task *t = nest();
  wa_cancel(t, "enough");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "enough");
  EXPECT_INT(counts().tasks, 1);
  wa_release(t);
}

TASK_TEST(nest_cancelled_by_a_deadline) {
  wa_task *t = nest();
  EXPECT_STATUS(wa_wait_for(t, WA_MS(5)), WA_ETIMEDOUT);
  EXPECT_INT(counts().tasks, 1);
  wa_release(t);
}

/* The second request comes while the first is on its way down. */
TASK_TEST(nest_cancelled_twice) {
  wa_task *t = nest();
  wa_cancel(t, "one");
  wa_cancel(t, "two");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "two");
  wa_release(t);
}

static int leaves_a_nest(void *arg) {
  (void)arg;
  wa_release(nest());
  return WA_OK;
}

TEST(nest_cancelled_by_the_end_of_the_run) {
  EXPECT_STATUS(wa_run(leaves_a_nest, NULL), WA_OK);
  TAKE_REPORT(WA_REPORT_SHUTDOWN);
}

static wa_future *layers(wa_future *f, bool gathers) {
  for (int i = 0; i < 4 * DEEP; i++) {
    wa_future *outer = gathers && i % 2 ? wa_gather(&f, 1, 0) : wa_shield(f);
    wa_release(f);
    f = outer;
  }
  return f;
}

TASK_TEST(nest_of_futures_given_back_while_it_waits) {
  wa_future *f = wa_future_new();
  wa_release(layers(wa_retain(f), true));
  wa_release(layers(wa_retain(f), false));
  EXPECT_INT(counts().futures, 1);
  wa_release(f);
}

TASK_TEST(nest_of_futures_that_ends) {
  wa_future *f = wa_future_new(), *outer = layers(wa_retain(f), true);
  wa_resolve(f, NULL);
  EXPECT_STATUS(wa_await(outer), WA_OK);
  wa_release(f);
  wa_release(outer);
}

static wa_future *ring;
static int awaits_the_ring(void *arg) { return (void)arg, wa_await(ring); }

TASK_TEST(nest_whose_inside_awaits_its_outside) {
  wa_task *inside = wa_spawn_with(awaits_the_ring, NULL, &(wa_task_options){.name = "inside"});
  ring = layers(wa_retain(inside), true);
  wa_future *seen = wa_shield(inside);
  EXPECT_STATUS(wa_await(seen), WA_EMISUSE);
  EXPECT_CONTAINS(wa_error_text(), ": inside -> (gather) -> inside");
  wa_release(seen);
  wa_release(inside);
  wa_await(ring);
  wa_release(ring);
}
