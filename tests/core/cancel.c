/* Cancellation: a request that surfaces at the next await, a count of requests, a reason that stays. */
#include "unit.h"

static int fails_as_a_group(void *arg) {
  (void)arg;
  return wa_fail_group((int[]){WA_EUSER - 1}, 1);
}

static int hands_a_cancellation_on(void *after_a_group) {
  if (after_a_group) EXPECT_STATUS(finish(wa_spawn(fails_as_a_group, NULL)), WA_EGROUP);
  wa_future *f = wa_future_new();
  wa_cancel(f, "the reason");
  return finish(f);
}

TASK_TEST(cancel_keeps_its_reason_also_for_who_met_a_failed_group_before) {
  for (int i = 0; i < 2; i++) {
    wa_task *t = wa_spawn(hands_a_cancellation_on, NUMBER(i));
    EXPECT_STATUS(wa_await(t), WA_ECANCELED);
    EXPECT_TEXT(wa_reason(t), "the reason");
    wa_release(t);
  }
}

static int loyal(void *name) {
  note("%s:start", (const char *)name);
  int status = wa_sleep(WA_S(10));
  note("%s:%s", (const char *)name, wa_status_name(status));
  return status;
}

TASK_TEST(cancel_before_the_first_step_and_the_body_never_runs) {
  wa_task *t = wa_spawn(loyal, "a");
  EXPECT(wa_cancel(t, "early"));
  EXPECT(!wa_done(t));
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT(wa_cancelled(t));
  EXPECT_TEXT(wa_reason(t), "early");
  EXPECT_TRACE("");
  wa_release(t);
}

TASK_TEST(cancel_while_waiting_surfaces_at_once) {
  wa_task *t = wa_spawn(loyal, "a");
  turns(1);
  EXPECT(wa_cancel(t, NULL));
  EXPECT(!wa_done(t));
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_INT(wa_now(), 0);
  EXPECT_TEXT(wa_reason(t), "");
  EXPECT_TRACE("a:start a:WA_ECANCELED");
  EXPECT(!wa_cancel(t, "late"));
  wa_release(t);
}

static int cancels_itself(void *arg) {
  (void)arg;
  EXPECT(wa_cancel(wa_current(), "my own"));
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  note("goes on");
  int status = wa_sleep(WA_MS(5));
  note("%s", wa_status_name(status));
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_OK);
  return status;
}

static int ignores_it(void *arg) {
  (void)arg;
  EXPECT_STATUS(wa_sleep(WA_S(1)), WA_ECANCELED);
  wa_uncancel(wa_current());
  return 7;
}

static int cancels_itself_and_awaits(void *child) {
  wa_cancel(wa_current(), NULL);
  EXPECT_STATUS(wa_await(child), 7);
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  EXPECT_INT(wa_uncancel(wa_current()), 0);
  return wa_yield();
}

/* The request goes to whom it awaits, and has arrived there: as out of asyncio's Task.cancel. */
TASK_TEST(cancel_of_oneself_before_an_await_is_for_the_awaited_task_which_may_ignore_it) {
  wa_task *child = wa_spawn(ignores_it, NULL);
  turns(1);
  EXPECT_STATUS(finish(wa_spawn(cancels_itself_and_awaits, child)), WA_OK);
  EXPECT_STATUS(finish(child), 7);
}

TASK_TEST(cancel_of_oneself_surfaces_once_at_the_next_await) {
  wa_task *t = wa_spawn(cancels_itself, NULL);
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "my own");
  EXPECT_INT(wa_now(), WA_MS(5));
  EXPECT_TRACE("goes on WA_ECANCELED");
  wa_release(t);
}

static int cancels_itself_and_returns(void *status) {
  wa_cancel(wa_current(), "at the end");
  return (int)(intptr_t)status;
}

TASK_TEST(cancel_that_came_too_late_for_an_await_still_ends_the_task_as_cancelled) {
  wa_task *t = wa_spawn(cancels_itself_and_returns, NUMBER(0));
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "at the end");
  wa_release(t);
  t = wa_spawn(cancels_itself_and_returns, NUMBER(WA_EUSER - 1));
  EXPECT_STATUS(finish(t), WA_EUSER - 1);
}

/* ---- through awaits ---------------------------------------------------------------------------------------------- */

static int awaits(void *future) { return wa_await(future); }

TASK_TEST(cancel_goes_down_the_awaits_and_comes_back_with_its_reason) {
  wa_task *leaf = wa_spawn(loyal, "leaf"), *middle = wa_spawn(awaits, leaf), *top = wa_spawn(awaits, middle);
  turns(2);
  EXPECT(wa_cancel(top, "stop"));
  EXPECT_INT(wa_cancelling(top), 1);
  EXPECT_INT(wa_cancelling(leaf), 1);
  EXPECT_STATUS(wa_await(top), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(top), "stop");
  EXPECT_TEXT(wa_reason(middle), "stop");
  EXPECT_TEXT(wa_reason(leaf), "stop");
  EXPECT_TRACE("leaf:start leaf:WA_ECANCELED");
  wa_release(top);
  wa_release(middle);
  wa_release(leaf);
}

TASK_TEST(cancel_spares_a_child_that_nobody_awaits) {
  wa_task *child = wa_spawn(sleeper, NUMBER(3)), *parent = wa_spawn(sleeper, NUMBER(10));
  turns(1);
  wa_cancel(parent, NULL);
  EXPECT_STATUS(finish(parent), WA_ECANCELED);
  EXPECT_STATUS(finish(child), WA_OK);
}

TASK_TEST(cancel_of_an_awaited_future_ends_the_waiter) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn(awaits, f);
  turns(1);
  wa_cancel(f, "gone");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT(wa_cancelled(t));
  EXPECT_TEXT(wa_reason(t), "gone");
  EXPECT_INT(wa_cancelling(t), 0);
  wa_release(t);
  wa_release(f);
}

enum { CHAIN = 2000, GATHERS = 100 };

TASK_TEST(cancel_goes_down_a_long_chain_of_awaits) {
  static wa_task *tasks[CHAIN];
  tasks[0] = wa_spawn(sleeper, NUMBER(1000));
  for (int i = 1; i < CHAIN; i++) tasks[i] = wa_spawn(awaits, tasks[i - 1]);
  turns(2);
  wa_cancel(tasks[CHAIN - 1], "far");
  EXPECT_STATUS(wa_await(tasks[CHAIN - 1]), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(tasks[0]), "far");
  for (int i = 0; i < CHAIN; i++) wa_release(tasks[i]);
}

static int awaits_gathered(void *task) { return finish(wa_gather((wa_future **)&task, 1, 0)); }

TASK_TEST(cancel_goes_down_a_long_chain_of_gathers) {
  static wa_task *tasks[GATHERS];
  tasks[0] = wa_spawn(sleeper, NUMBER(1000));
  for (int i = 1; i < GATHERS; i++) tasks[i] = wa_spawn(awaits_gathered, tasks[i - 1]);
  turns(2);
  wa_cancel(tasks[GATHERS - 1], "far");
  EXPECT_STATUS(wa_await(tasks[GATHERS - 1]), WA_ECANCELED);
  EXPECT(wa_cancelled(tasks[0]));
  for (int i = 0; i < GATHERS; i++) wa_release(tasks[i]);
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

static int counted(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_S(1));
  note("%s:%d", wa_status_name(status), wa_cancelling(wa_current()));
  note("%d", wa_uncancel(wa_current()));
  note("%d", wa_uncancel(wa_current()));
  note("%d", wa_uncancel(wa_current()));
  return wa_sleep(WA_MS(1));
}

TASK_TEST(cancel_requests_are_counted_and_taken_back) {
  wa_task *t = wa_spawn(counted, NULL);
  turns(1);
  EXPECT(wa_cancel(t, "one"));
  EXPECT(wa_cancel(t, "two"));
  EXPECT_INT(wa_cancelling(t), 2);
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("WA_ECANCELED:2 1 0 0");
}

static int takes_back_before_an_await(void *arg) {
  (void)arg;
  wa_cancel(wa_current(), NULL);
  wa_uncancel(wa_current());
  return wa_sleep(WA_MS(1));
}

TASK_TEST(cancel_taken_back_before_it_was_told_is_no_more) {
  EXPECT_STATUS(finish(wa_spawn(takes_back_before_an_await, NULL)), WA_OK);
}

TASK_TEST(cancel_counts_are_of_tasks_only) {
  wa_future *f = wa_future_new();
  EXPECT_MISUSE(wa_cancelling(f), "wa_cancelling: the future is not a task");
  EXPECT_MISUSE(wa_uncancel(f), "wa_uncancel: the future is not a task");
  wa_release(f);
}

/* ---- reasons ----------------------------------------------------------------------------------------------------- */

static int cleans_up(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_S(1));
  EXPECT_STATUS(wa_sleep(WA_MS(2)), WA_OK);
  return status;
}

TASK_TEST(cancel_reason_is_copied_and_survives_the_clean_up_for_every_reader) {
  char reason[] = "user left";
  wa_task *t = wa_spawn(cleans_up, NULL);
  turns(1);
  wa_cancel(t, reason);
  reason[0] = 'X';
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "user left");
  EXPECT_TEXT(wa_reason(t), "user left");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  wa_release(t);
}

TASK_TEST(cancel_reason_is_the_one_that_ended_the_task) {
  wa_task *t = wa_spawn(cleans_up, NULL);
  turns(1);
  wa_cancel(t, "first");
  turns(1);
  EXPECT_TEXT(wa_reason(t), "first"); /* it still cleans up: the reason of the latest request */
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "first");
  wa_release(t);
}

TASK_TEST(cancel_reason_of_a_task_that_was_cancelled_and_failed_is_none) {
  wa_task *t = wa_spawn(cancels_itself_and_returns, NUMBER(WA_EUSER - 4));
  EXPECT_STATUS(wa_await(t), WA_EUSER - 4);
  EXPECT_TEXT(wa_reason(t), "");
  wa_release(t);
}

TASK_TEST(cancel_reason_may_be_long_or_empty) {
  static char reason[5000];
  __builtin_memset(reason, 'r', sizeof reason - 1);
  wa_task *t = wa_spawn(forever, NULL);
  turns(1);
  wa_cancel(t, reason);
  wa_await(t);
  EXPECT_TEXT(wa_reason(t), reason);
  wa_release(t);
  t = wa_spawn(forever, NULL);
  wa_cancel(t, "");
  wa_await(t);
  EXPECT_TEXT(wa_reason(t), "");
  wa_release(t);
}

/* ---- whose reason ------------------------------------------------------------------------------------------------- */

static void stop(void *helper) {
  wa_cancel(helper, "no longer needed");
  wa_await(helper);
  wa_release(helper);
}

static int stops_a_helper(void *arg) {
  (void)arg;
  wa_task *helper = wa_spawn(forever, NULL);
  int st = wa_sleep(WA_S(1));
  stop(helper);
  return st;
}

static int stops_by_a_deferred(void *arg) {
  (void)arg;
  wa_defer(stop, wa_spawn(forever, NULL));
  return wa_sleep(WA_S(1));
}

static int hands_on(void *future) { return wa_await(future); }

static int asked_twice(void *arg) {
  (void)arg;
  wa_sleep(WA_S(1));
  return wa_sleep(WA_S(1));
}

TASK_TEST(cancel_reason_is_of_the_request_and_not_of_what_the_clean_up_stops) {
  static const wa_task_fn ways[] = {stops_a_helper, stops_by_a_deferred};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    wa_task *t = wa_spawn(ways[i], NULL);
    wa_sleep(WA_MS(1));
    wa_cancel(t, "enough");
    EXPECT_STATUS(wa_await(t), WA_ECANCELED);
    EXPECT_TEXT(wa_reason(t), "enough");
    wa_release(t);
  }
}

static int hands_on_then_stops(void *future) {
  wa_defer(stop, wa_spawn(forever, NULL));
  return wa_await(future);
}

TASK_TEST(cancel_reason_outlives_what_is_deferred) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn(hands_on_then_stops, f);
  wa_yield();
  wa_cancel(f, "the other side");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "the other side");
  wa_release(t);
  wa_release(f);
}

TASK_TEST(cancel_reason_is_of_the_latest_request_that_was_told) {
  wa_task *t = wa_spawn(asked_twice, NULL);
  wa_sleep(WA_MS(1));
  wa_cancel(t, "please");
  wa_yield();
  wa_cancel(t, "now");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "now");
  wa_release(t);
}

TASK_TEST(cancel_reason_of_what_was_awaited_is_handed_on) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn(hands_on, f);
  wa_yield();
  wa_cancel(f, "the other side");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "the other side");
  wa_release(t);
  wa_release(f);
}

static const char *told_at;
static int takes_back_one_and_swallows_the_next(void *arg) {
  (void)arg;
  EXPECT_STATUS(wa_sleep(WA_S(1)), WA_ECANCELED);
  EXPECT_INT(wa_uncancel(wa_current()), 0);
  told_at = UNIT_HERE; EXPECT_STATUS(wa_sleep(WA_S(1)), WA_ECANCELED);
  return WA_OK;
}

TASK_TEST(cancel_after_one_that_was_taken_back_is_told_anew) {
  wa_task *t = wa_spawn(takes_back_one_and_swallows_the_next, NULL);
  for (int i = 0; i < 2; i++) turns(1), wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_OK);
  const wa_report *report = TAKE_REPORT(WA_REPORT_SWALLOWED);
  if (report) EXPECT_TEXT(report->site, told_at);
}
