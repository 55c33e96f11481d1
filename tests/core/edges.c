/* Edges: the loop's end, walks that change under the walker, records that outlive their use, requests that meet. */
#include "unit.h"

#include <stdio.h>

/* ---- the loop's end ---------------------------------------------------------------------------------------------- */

static int yields_and_notes(void *arg) {
  (void)arg;
  note("body");
  return wa_yield();
}

static void spawns(void *ctx, wa_future *f) {
  (void)ctx;
  note("%s", wa_status_name(wa_status(f)));
  wa_release(wa_spawn(yields_and_notes, NULL));
}

static int leaves_a_callback(void *arg) {
  (void)arg;
  wa_future *f = wa_future_new();
  wa_when_done(f, spawns, NULL);
  wa_release(f);
  return WA_OK;
}

TEST(a_callback_at_the_end_of_the_loop_may_spawn_what_then_never_runs) {
  EXPECT_STATUS(wa_run(leaves_a_callback, NULL), WA_OK);
  EXPECT_TRACE("WA_ECANCELED");
}

static int ticks;
static void tick(void *ctx, wa_future *f) {
  ticks++;
  wa_when_done(f, tick, ctx);
}

static int leaves_a_ticker(void *arg) {
  (void)arg;
  wa_future *f = wa_future_new();
  wa_resolve(f, NULL);
  wa_when_done(f, tick, NULL);
  turns(5);
  wa_release(f);
  return WA_OK;
}

TEST(a_callback_that_comes_again_and_again_ends_with_the_loop) {
  ticks = 0;
  EXPECT_STATUS(wa_run(leaves_a_ticker, NULL), WA_OK);
  EXPECT(ticks >= 5 && ticks < 12);
}

/* ---- walks ------------------------------------------------------------------------------------------------------- */

static wa_future *beside;
static void releases_the_next(wa_task *t, void *ctx) {
  (void)ctx;
  note("%s", wa_name(t));
  if (t == wa_current()) return;
  wa_release(beside);
  beside = NULL;
}

TASK_TEST(a_visitor_may_release_the_future_behind_the_task_it_visits) {
  wa_task *t = wa_spawn_with(forever, NULL, &(wa_task_options){.name = "visited"});
  beside = wa_future_new();
  wa_task *last = wa_spawn_with(forever, NULL, &(wa_task_options){.name = "last"});
  EXPECT(last != NULL);
  wa_tasks(releases_the_next, NULL);
  EXPECT(beside == NULL);
  wa_cancel(t, NULL);
  wa_cancel(last, NULL);
  finish(t);
  finish(last);
  EXPECT_TRACE("main visited last");
}

static wa_task *spawned[3];
static int spawned_count;
static void spawns_another(wa_task *t, void *ctx) {
  (void)ctx;
  note("%s", wa_name(t));
  if (spawned_count < 3) spawned[spawned_count++] = wa_spawn(returns, NUMBER(0));
}

TASK_TEST(a_visitor_may_spawn_and_does_not_meet_what_it_spawned) {
  wa_task *t = wa_spawn_with(returns, NUMBER(0), &(wa_task_options){.name = "visited"});
  wa_tasks(spawns_another, NULL);
  EXPECT_TRACE("main visited");
  EXPECT_INT(spawned_count, 2);
  finish(t);
  while (spawned_count) finish(spawned[--spawned_count]);
}

static void nothing(wa_task *t, void *ctx) { (void)t, (void)ctx; }
static void visits_within(wa_task *t, void *ctx) {
  (void)ctx;
  EXPECT(wa_current() == t);
  wa_tasks(nothing, NULL);
  EXPECT(wa_current() == t);
  note("visited");
}

TASK_TEST(a_visit_within_a_visit_leaves_the_current_task) {
  wa_tasks(visits_within, NULL);
  EXPECT_TRACE("visited");
}

static void runs_all(wa_task *t, void *ctx) {
  (void)ctx;
  note("%s", wa_name(t));
  if (!wa_done(t)) EXPECT_STATUS(wa_run(returns, NUMBER(0)), WA_OK);
}

/* Outside of the loop it may; then those that were to be visited have ended. */
TEST(a_visitor_may_run_the_loop_and_so_end_the_task_it_visits) {
  wa_release(wa_spawn_with(forever, NULL, &(wa_task_options){.name = "visited"}));
  wa_release(wa_spawn_with(forever, NULL, &(wa_task_options){.name = "next"}));
  wa_tasks(runs_all, NULL);
  EXPECT_TRACE("visited");
  TAKE_REPORT(WA_REPORT_SHUTDOWN);
}

static void releases_beside(const wa_report *report, void *ctx) {
  (void)ctx;
  note("%d", report->kind);
  if (report->kind == WA_REPORT_UNSEEN) wa_release(beside);
}

TEST(who_hears_of_the_error_of_the_task_that_a_visitor_has_ended_may_release_the_next) {
  wa_release(wa_spawn_with(returns, NUMBER(WA_EUSER), &(wa_task_options){.name = "visited"}));
  beside = wa_future_new();
  wa_on_report(releases_beside, NULL);
  wa_tasks(runs_all, NULL);
  wa_on_report(NULL, NULL);
  EXPECT_TRACE("visited 4");
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static void writes_and_waits(void *arg) {
  (void)arg;
  volatile char bytes[2000];
  int changed = 0;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = 0x55;
  int st = wa_sleep(WA_MS(20));
  for (size_t i = 0; i < sizeof bytes; i++) changed += bytes[i] != 0x55;
  note("%s:%d", wa_status_name(st), changed);
}

static __attribute__((noinline)) int enters_below(int depth) {
  wa_timeout t;
  volatile char below[200];
  for (size_t i = 0; i < sizeof below; i++) below[i] = 0;
  return depth ? enters_below(depth - 1) + below[0] : wa_timeout_enter(&t, WA_MS(10));
}

static int forgets_the_exit(void *arg) {
  (void)arg;
  wa_defer(writes_and_waits, NULL);
  return enters_below(3);
}

/* The deadline is in force as long as the task is, so the clean-up hears of it, and ends the task as cancelled; but nothing is
 * written where its record was. */
TASK_TEST(a_timeout_that_was_never_left_writes_into_no_frame) {
  EXPECT_STATUS(finish(wa_spawn(forgets_the_exit, NULL)), WA_ECANCELED);
  EXPECT_TRACE("WA_ECANCELED:0");
}

static wa_completed shared;
static int takes_next(void *arg) {
  (void)arg;
  wa_future *f;
  return wa_completed_next(&shared, &f);
}

TASK_TEST(an_iterator_closed_while_another_task_waits_in_it) {
  wa_future *f = wa_future_new();
  wa_completed_init(&shared, &f, 1, WA_FOREVER);
  wa_task *t = wa_spawn(takes_next, NULL);
  turns(1);
  wa_completed_close(&shared);
  EXPECT_MISUSE(wa_await(t), "the iterator was closed meanwhile, or its task ended");
  wa_release(t);
  wa_release(f);
}

static int begins_an_iterator(void *f) {
  wa_completed_init(&shared, (wa_future *const *)&f, 1, WA_FOREVER);
  return wa_sleep(WA_MS(1));
}

TASK_TEST(an_iterator_whose_task_ends_while_another_waits_in_it) {
  wa_future *f = wa_future_new();
  wa_task *owner = wa_spawn(begins_an_iterator, f);
  turns(1);
  wa_task *t = wa_spawn(takes_next, NULL);
  finish(owner);
  EXPECT_MISUSE(wa_await(t), "wa_completed_next: the iterator was closed meanwhile, or its task ended");
  wa_release(t);
  wa_resolve(f, NULL);
  wa_release(f);
}

static int gives_and_waits(void *value) {
  wa_defer(writes_and_waits, NULL);
  return wa_return(value);
}
static int gives_twice(void *value) {
  wa_return_bytes("abc", 3);
  return wa_return(value);
}

TASK_TEST(a_value_is_there_when_the_task_is_done_and_not_before) {
  int thing;
  wa_task *t = wa_spawn(gives_and_waits, &thing);
  turns(1);
  EXPECT_STATUS(wa_status(t), WA_EPENDING);
  EXPECT(wa_value(t) == NULL);
  EXPECT_STATUS(wa_await(t), WA_OK);
  EXPECT(wa_value(t) == &thing);
  wa_release(t);
  t = wa_spawn(gives_twice, &thing);
  wa_await(t);
  EXPECT_INT(wa_result(t).type, WA_NOTHING);
  EXPECT(wa_value(t) == &thing);
  wa_release(t);
  EXPECT_TRACE("WA_OK:0");
}

TEST(a_semaphore_does_not_overflow) {
  wa_semaphore s;
  wa_semaphore_init(&s, INT32_MAX);
  EXPECT_MISUSE(wa_semaphore_release(&s), "wa_semaphore_release: the value is 2147483647");
}

/* ---- requests that meet ------------------------------------------------------------------------------------------ */

enum { BY_WAIT_FOR = 1, BY_TIMEOUT };
static int bounds_its_cleanup(void *how) {
  int st = wa_sleep(WA_S(1));
  wa_future *f = wa_future_new();
  wa_timeout t;
  if (how == NUMBER(BY_WAIT_FOR)) {
    EXPECT_STATUS(wa_wait_for(f, WA_MS(1)), WA_ETIMEDOUT);
  } else {
    wa_timeout_enter(&t, WA_MS(1));
    EXPECT_STATUS(wa_timeout_exit(&t, wa_await(f)), WA_ETIMEDOUT);
  }
  wa_release(f);
  return st;
}

TASK_TEST(the_reason_outlives_a_deadline_of_the_clean_up) {
  for (int how = BY_WAIT_FOR; how <= BY_TIMEOUT; how++) {
    wa_task *t = wa_spawn(bounds_its_cleanup, NUMBER(how));
    turns(1);
    wa_cancel(t, "ctrl-c");
    EXPECT_STATUS(wa_await(t), WA_ECANCELED);
    EXPECT_TEXT(wa_reason(t), "ctrl-c");
    wa_release(t);
  }
}

TASK_TEST(of_two_requests_in_a_turn_the_reason_is_that_of_the_one_that_ended_the_wait) {
  wa_task *t = wa_spawn(forever, NULL);
  turns(1);
  wa_cancel(t, "first");
  wa_cancel(t, "second");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "first");
  wa_release(t);
}

static int bounded_in_a_region(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  wa_sleep(WA_MS(5)); /* asked meanwhile */
  wa_timeout t;
  wa_timeout_enter(&t, WA_MS(10));
  int st = WA_OK, rounds = 0;
  for (; st == WA_OK && rounds < 100; rounds++) {
    wa_spin(WA_MS(1));
    st = wa_yield();
  }
  note("%d %s", rounds < 20, wa_status_name(wa_timeout_exit(&t, st)));
  wa_uncancellable_exit();
  return wa_yield();
}

TASK_TEST(a_deadline_inside_an_uncancellable_region_comes_through_though_somebody_had_asked) {
  for (int asked = 0; asked < 2; asked++) {
    wa_task *t = wa_spawn(bounded_in_a_region, NULL);
    wa_sleep(WA_MS(1));
    if (asked) wa_cancel(t, "why");
    EXPECT_STATUS(finish(t), asked ? WA_ECANCELED : WA_OK);
    EXPECT_TRACE("1 WA_ETIMEDOUT");
  }
}

static void yields(void *arg) {
  (void)arg;
  note("%s", wa_status_name(wa_yield()));
}
static int asks_itself(void *defers) {
  if (defers) wa_defer(yields, NULL);
  wa_cancel(wa_current(), "itself");
  return WA_OK;
}

TASK_TEST(asked_while_the_body_ran_a_task_is_cancelled_whatever_its_clean_up_does) {
  for (int defers = 0; defers < 2; defers++) {
    wa_task *t = wa_spawn(asks_itself, NUMBER(defers));
    EXPECT_STATUS(wa_await(t), WA_ECANCELED);
    EXPECT_TEXT(wa_reason(t), "itself");
    wa_release(t);
  }
  EXPECT_TRACE("WA_ECANCELED");
}

/* ---- how a wait is written ------------------------------------------------------------------------------------------ */

static wa_future *made;
static wa_future *makes_it_later(void) {
  wa_sleep(WA_MS(1));
  return made;
}

enum { LINE_OF_THE_WAIT = __LINE__ + 3 };
static int awaits_what_was_made(void *arg) {
  (void)arg;
  return wa_await(makes_it_later());
}

TASK_TEST(a_wait_whose_argument_waited_is_known_by_its_own_place) {
  char place[32];
  snprintf(place, sizeof place, "edges.c:%d", LINE_OF_THE_WAIT);
  made = wa_future_new();
  wa_task *t = wa_spawn(awaits_what_was_made, NULL);
  wa_sleep(WA_MS(3)); /* another wait, in between */
  EXPECT_CONTAINS(wa_site(t), place);
  wa_resolve(made, NULL);
  EXPECT_STATUS(finish(t), WA_OK);
  wa_release(made);
}

static wa_queue of_places;
enum { LINE_OF_THE_GET = __LINE__ + 4 };
static int gets(void *arg) {
  (void)arg;
  void *item;
  return wa_queue_get(&of_places, &item);
}

TASK_TEST(a_call_that_waits_again_is_known_by_its_own_place) {
  char place[32];
  snprintf(place, sizeof place, "edges.c:%d", LINE_OF_THE_GET);
  wa_queue_init(&of_places, 0);
  wa_task *t = wa_spawn(gets, NULL);
  wa_yield();
  void *item;
  wa_queue_put_nowait(&of_places, NULL);
  wa_queue_get_nowait(&of_places, &item); /* so it was woken for nothing */
  wa_sleep(WA_MS(1));
  EXPECT_CONTAINS(wa_site(t), place);
  wa_queue_put_nowait(&of_places, NULL);
  EXPECT_STATUS(finish(t), WA_OK);
  wa_queue_close(&of_places);
}

TASK_TEST(a_wait_may_be_called_by_its_address_and_stand_twice_in_an_expression) {
  int (*await)(wa_future *) = wa_await;
  int (*sleep)(wa_time) = wa_sleep;
  int (*yield)(void) = wa_yield;
  wa_task *a = wa_spawn(sleeper, NUMBER(2)), *b = wa_spawn(returns, NUMBER(5)), *c = wa_spawn(returns, NUMBER(6));
  EXPECT_STATUS(await(a), WA_OK);
  EXPECT_STATUS(sleep(WA_MS(1)), WA_OK);
  EXPECT_STATUS(yield(), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(3));
  EXPECT_INT(wa_await(b) + wa_await(c), 11);
  wa_release(a);
  wa_release(b);
  wa_release(c);
}
