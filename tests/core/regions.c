/* Deadlines and uncancellable regions in each other, at random, under a rain of requests, against what the header promises:
 *
 *   - inside a region nothing comes out of a wait but a deadline that was set there or deeper, and that always does;
 *   - outside, a request comes out of the next wait, once; nothing comes out that nobody asked for;
 *   - a scope takes back what its deadline asked for, told or not, and nothing else.
 */
#include "unit.h"

typedef struct scope {
  wa_timeout timeout;
  int depth; /* of regions, where it was entered */
  struct scope *around;
} scope;

static scope *innermost;
static int depth, asked, heard; /* regions entered; requests made, and of how many the task has heard */
static uint64_t state;
static bool over;

static int choose(int n) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (int)((state >> 11) % (uint64_t)n);
}

/* Whether a deadline has passed that may come out here; when the next one passes that does. */
static bool passed(void) {
  for (scope *s = innermost; s; s = s->around)
    if (s->depth >= depth && wa_timeout_expired(&s->timeout)) return true;
  return false;
}
static wa_time next_deadline(wa_time until) {
  for (scope *s = innermost; s; s = s->around)
    if (s->depth >= depth && !wa_timeout_expired(&s->timeout) && s->timeout.when < until) until = s->timeout.when;
  return until;
}

static int sleeps(void) {
  wa_time until = wa_now() + WA_MS(1 + choose(5)), due = next_deadline(until);
  bool kept = asked > heard;
  int status = wa_sleep(until - wa_now());
  if (depth) {
    EXPECT(status == WA_OK || passed());
    EXPECT(status != WA_OK || (wa_now() == until && due == until));
  } else {
    EXPECT(!kept || status == WA_ECANCELED);
    EXPECT(status == WA_OK || asked > heard || passed());
    if (status == WA_ECANCELED) heard = asked;
  }
  return status;
}

static int block(int level);

static int in_scope(int level) {
  scope s = {.depth = depth, .around = innermost};
  wa_timeout_enter(&s.timeout, WA_MS(choose(7)));
  innermost = &s;
  int status = block(level);
  innermost = s.around;
  bool expired = wa_timeout_expired(&s.timeout), around = false;
  for (scope *a = innermost; a; a = a->around) around |= a->depth > 0 && wa_timeout_expired(&a->timeout);
  int left = wa_timeout_exit(&s.timeout, status);
  if (depth && status == WA_ECANCELED && !around) EXPECT_STATUS(left, expired ? WA_ETIMEDOUT : WA_ECANCELED);
  return left == WA_ETIMEDOUT ? WA_OK : left;
}

static int in_region(int level) {
  wa_uncancellable_enter();
  depth++;
  int status = block(level);
  depth--;
  wa_uncancellable_exit();
  return status;
}

static int block(int level) {
  int status = WA_OK;
  for (int n = 1 + choose(3); n-- && status == WA_OK;) {
    int what = level > 5 ? 0 : choose(4);
    status = what == 0 ? sleeps() : what == 1 ? in_scope(level + 1) : in_region(level + 1);
  }
  return status;
}

static int works(void *arg) {
  (void)arg;
  for (int i = 0; i < 3; i++) block(0);
  EXPECT_INT(wa_cancelling(wa_current()), asked);
  over = true;
  while (wa_uncancel(wa_current())) {}
  return WA_OK;
}

static int asks(void *task) {
  while (wa_sleep(WA_US(700) * (1 + choose(12))) == WA_OK && !over) {
    if (choose(2)) asked++, wa_cancel(task, "at random");
  }
  return WA_OK;
}

TASK_TEST(regions_and_deadlines_at_random) {
  for (uint64_t seed = 1; seed <= 400; seed++) {
    state = 88172645463325252u + seed * 7919;
    for (int i = 0; i < 10; i++) choose(2);
    over = false;
    asked = heard = 0;
    wa_task *task = wa_spawn_with(works, NULL, &(wa_task_options){.stack_size = 65536}), *rain = wa_spawn(asks, task);
    if (!EXPECT_STATUS(finish(task), WA_OK)) return;
    EXPECT_STATUS(finish(rain), WA_OK);
  }
}

/* ---- two of what it found ------------------------------------------------------------------------------------------ */

/* A helper with a region of its own, in which the deadline passes and is not told. */
static int saves(void) {
  wa_uncancellable_enter();
  int status = wa_sleep(WA_MS(10));
  wa_uncancellable_exit();
  return status;
}

static int saves_in_time(void) {
  wa_timeout t;
  wa_timeout_enter(&t, WA_MS(5));
  int status = wa_timeout_exit(&t, saves());
  EXPECT(wa_timeout_expired(&t));
  return status;
}

static int saves_in_a_region(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  EXPECT_STATUS(saves_in_time(), WA_OK);
  for (int i = 0; i < 2; i++) EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_OK);
  wa_uncancellable_exit();
  return wa_sleep(WA_MS(5));
}

TASK_TEST(region_goes_on_though_a_deadline_inside_passed_untold) {
  wa_task *t = wa_spawn(saves_in_a_region, NULL);
  wa_sleep(WA_MS(3));
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_INT(wa_now(), WA_MS(20));
}

static int cleans_up_by_a_group(void *arg) {
  (void)arg;
  wa_group g;
  wa_timeout t;
  EXPECT_STATUS(wa_sleep(WA_S(1)), WA_ECANCELED);
  wa_timeout_enter(&t, 0);
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, forever, NULL));
  EXPECT_STATUS(wa_timeout_exit(&t, wa_group_exit(&g, WA_EUSER)), WA_EGROUP);
  return wa_sleep(WA_MS(1));
}

/* No region, and the request that the group asks for anew is not the deadline's: found by the differential test. */
TASK_TEST(region_of_none_a_group_asks_anew_behind_a_deadline_that_passed) {
  wa_task *t = wa_spawn(cleans_up_by_a_group, NULL);
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_INT(wa_now(), 0);
}

static int saves_when_cancelled(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_S(1));
  EXPECT_STATUS(saves_in_time(), WA_OK);
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_OK);
  return status;
}

TASK_TEST(region_whose_deadline_passed_untold_cancels_nobody_twice) {
  wa_task *t = wa_spawn(saves_when_cancelled, NULL);
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
}

static int fails(void *arg) { return (void)arg, WA_EUSER - 1; }

/* What a group has asked for anew is heard of once, and the next deadline is none of its. */
static int group_then_deadline_in_a_region(void *arg) {
  wa_group g;
  wa_timeout t;
  (void)arg;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails, NULL));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP); /* meanwhile somebody cancels */
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_ECANCELED);
  wa_timeout_enter(&t, WA_MS(5));
  wa_uncancellable_enter();
  EXPECT_STATUS(wa_sleep(WA_MS(10)), WA_OK);
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_timeout_exit(&t, WA_OK), WA_OK);
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
  return WA_ECANCELED;
}
TASK_TEST(region_after_what_a_group_asked_for_anew_was_heard) {
  wa_task *task = wa_spawn(group_then_deadline_in_a_region, NULL);
  turns(1);
  wa_cancel(task, NULL);
  EXPECT_STATUS(finish(task), WA_ECANCELED);
}

/* Of two deadlines that passed, the inner one told, the outer one not, each scope takes back its own; the request from before,
 * which was heard, is told to nobody again. */
static int two_deadlines_behind_a_request(void *arg) {
  wa_timeout outer, inner;
  (void)arg;
  EXPECT_STATUS(wa_sleep(WA_S(1)), WA_ECANCELED);
  wa_timeout_enter(&outer, WA_MS(10));
  wa_timeout_enter(&inner, WA_MS(5));
  int status = wa_sleep(WA_S(1));
  wa_uncancellable_enter();
  EXPECT_STATUS(wa_sleep(WA_MS(10)), WA_OK);
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_timeout_exit(&outer, wa_timeout_exit(&inner, status)), WA_ETIMEDOUT);
  EXPECT(wa_timeout_expired(&outer) && wa_timeout_expired(&inner));
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
  return WA_ECANCELED;
}
TASK_TEST(region_behind_two_deadlines_tells_nothing_again) {
  wa_task *task = wa_spawn(two_deadlines_behind_a_request, NULL);
  turns(1);
  wa_cancel(task, NULL);
  EXPECT_STATUS(finish(task), WA_ECANCELED);
}
