/* What runs at a task's end, and what can't be interrupted: wa_defer and wa_uncancellable. */
#include "unit.h"

static void note_word(void *word) { note("%s", (const char *)word); }

static void slow_word(void *word) {
  note("%s:%s", (const char *)word, wa_status_name(wa_sleep(WA_MS(5))));
}

static int defers(void *status) {
  EXPECT_STATUS(wa_defer(note_word, "first"), WA_OK);
  EXPECT_STATUS(wa_defer(note_word, "second"), WA_OK);
  note("body");
  return (int)(intptr_t)status;
}

TASK_TEST(defer_runs_last_in_first_out_however_the_task_ends) {
  EXPECT_STATUS(finish(wa_spawn(defers, NUMBER(3))), 3);
  EXPECT_TRACE("body second first");
  EXPECT_STATUS(finish(wa_spawn(defers, NUMBER(WA_EUSER - 1))), WA_EUSER - 1);
  EXPECT_TRACE("body second first");
}

static int defers_and_waits(void *arg) {
  (void)arg;
  wa_defer(slow_word, "outer");
  wa_defer(slow_word, "inner");
  return wa_sleep(WA_S(1));
}

TASK_TEST(defer_may_suspend_and_the_task_is_not_done_until_it_has_ended) {
  wa_task *t = wa_spawn(defers_and_waits, NULL);
  turns(1);
  wa_cancel(t, "why");
  turns(2);
  EXPECT(!wa_done(t));
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "why");
  EXPECT_INT(wa_now(), WA_MS(10));
  EXPECT_TRACE("inner:WA_OK outer:WA_OK");
  wa_release(t);
}

TASK_TEST(defer_that_is_cancelled_while_it_waits_hears_it_and_the_others_still_run) {
  wa_task *t = wa_spawn(defers_and_waits, NULL);
  turns(1);
  wa_cancel(t, "one");
  turns(1);
  wa_cancel(t, "two");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TRACE("inner:WA_ECANCELED outer:WA_OK");
  EXPECT_INT(wa_now(), WA_MS(5));
  wa_release(t);
}

static int never(void *arg) {
  (void)arg;
  wa_defer(note_word, "never");
  return WA_OK;
}

TASK_TEST(defer_of_a_task_cancelled_before_its_first_step_does_not_exist) {
  wa_task *t = wa_spawn(never, NULL);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_TRACE("");
}

static void defers_more(void *word) {
  note("%s", (const char *)word);
  EXPECT_STATUS(wa_defer(note_word, "from a clean-up"), WA_OK);
}

static int nests_defers(void *arg) {
  (void)arg;
  wa_defer(note_word, "first");
  wa_defer(defers_more, "second");
  return WA_OK;
}

TASK_TEST(defer_inside_a_clean_up_runs_next) {
  finish(wa_spawn(nests_defers, NULL));
  EXPECT_TRACE("second from a clean-up first");
}

static int defers_by_call(void *arg) {
  int status = wa_call(defers, arg);
  note("after the call");
  return status;
}

TASK_TEST(defer_belongs_to_the_task_not_to_the_function) {
  EXPECT_STATUS(finish(wa_spawn(defers_by_call, NUMBER(1))), 1);
  EXPECT_TRACE("body after the call second first");
}

static void returns_other(void *arg) {
  (void)arg;
  wa_return_text("from the clean-up");
}

static int defers_a_result(void *arg) {
  (void)arg;
  wa_defer(returns_other, NULL);
  return wa_return_text("from the body");
}

TASK_TEST(defer_can_hand_a_result_over) {
  wa_task *t = wa_spawn(defers_a_result, NULL);
  wa_await(t);
  EXPECT_TEXT(wa_result(t).data, "from the clean-up");
  wa_release(t);
}

static int waits_in_calls(void *depth) {
  char mine[20];
  __builtin_memset(mine, 9, sizeof mine);
  int status = depth ? wa_call(waits_in_calls, NUMBER((intptr_t)depth - 1)) : wa_sleep(WA_MS(1));
  for (size_t i = 0; i < sizeof mine; i++) EXPECT_INT(mine[i], 9);
  return status;
}

static void cleans_up_in_calls(void *name) {
  wa_timeout t;
  wa_timeout_enter(&t, WA_MS(50));
  note("%s:%s", (const char *)name, wa_status_name(wa_timeout_exit(&t, wa_call(waits_in_calls, NUMBER(5)))));
}

static int defers_calls(void *status) {
  wa_defer(cleans_up_in_calls, "first");
  wa_defer(cleans_up_in_calls, "second");
  wa_call(waits_in_calls, NUMBER(3));
  return (int)(intptr_t)status;
}

TASK_TEST(defer_may_call_and_set_deadlines) {
  EXPECT_STATUS(finish(wa_spawn(defers_calls, NUMBER(2))), 2);
  EXPECT_TRACE("second:WA_OK first:WA_OK");
}

TASK_TEST(defer_that_a_cancellation_interrupts_ends_a_task_whose_body_succeeded) {
  for (int body = 2; body; body = body < 0 ? 0 : WA_EUSER - 2) {
    wa_task *t = wa_spawn(defers_calls, NUMBER(body));
    wa_sleep(WA_US(1500));
    wa_cancel(t, "why");
    EXPECT_STATUS(wa_await(t), body < 0 ? body : WA_ECANCELED);
    EXPECT_TEXT(wa_reason(t), body < 0 ? "" : "why");
    EXPECT_TRACE("second:WA_ECANCELED first:WA_OK");
    wa_release(t);
  }
}

static void takes_it_back(void *arg) {
  (void)arg;
  if (wa_sleep(WA_MS(5)) == WA_ECANCELED) wa_uncancel(wa_current());
}

static int defers_what_takes_it_back(void *swallows) {
  if (swallows) EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_ECANCELED);
  wa_defer(takes_it_back, NULL);
  return 3;
}

TASK_TEST(defer_that_takes_the_cancellation_back_leaves_the_result) {
  wa_task *t = wa_spawn(defers_what_takes_it_back, NULL);
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), 3);
}

TASK_TEST(defer_after_a_body_that_swallowed_is_reported) {
  wa_task *t = wa_spawn(defers_what_takes_it_back, "swallows");
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), 3);
  TAKE_REPORT(WA_REPORT_SWALLOWED);
}

static void only_takes_it_back(void *arg) {
  (void)arg;
  wa_uncancel(wa_current());
}

static int asks_itself_to_stop(void *cleanup) {
  wa_defer(cleanup ? takes_it_back : only_takes_it_back, NULL);
  wa_cancel(wa_current(), "by itself");
  return 3;
}

/* The request is there when the body returns; CPython's `finally` hears of it, too, and an uncancel alone takes it back. */
TASK_TEST(defer_takes_back_what_the_body_has_not_heard) {
  EXPECT_STATUS(finish(wa_spawn(asks_itself_to_stop, "waits for it")), 3);
  EXPECT_STATUS(finish(wa_spawn(asks_itself_to_stop, NULL)), 3);
}

static int asked_and_never_told(void *arg) {
  (void)arg;
  wa_defer(note_word, "clean-up");
  wa_cancel(wa_current(), "by itself");
  return 3;
}

TASK_TEST(defer_that_never_waits_leaves_a_request_that_nobody_was_told) {
  wa_task *t = wa_spawn(asked_and_never_told, NULL);
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "by itself");
  EXPECT_TRACE("clean-up");
  wa_release(t);
}

static void takes_one_back_and_waits(void *arg) {
  (void)arg;
  wa_uncancel(wa_current());
  note("%s", wa_status_name(wa_sleep(WA_MS(5))));
}

static int swallows_one(void *arg) {
  (void)arg;
  wa_sleep(WA_MS(5));
  wa_defer(takes_one_back_and_waits, NULL);
  return 3;
}

/* As many are left as the body had heard of, but it is another. */
TASK_TEST(defer_that_takes_the_bodys_back_and_hears_another) {
  wa_task *t = wa_spawn(swallows_one, NULL);
  turns(1);
  wa_cancel(t, "one");
  turns(2);
  wa_cancel(t, "two");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "two");
  EXPECT_TRACE("WA_ECANCELED");
  wa_release(t);
}

static int asks_itself_twice(void *arg) {
  (void)arg;
  wa_defer(takes_one_back_and_waits, NULL);
  wa_cancel(wa_current(), "one");
  wa_cancel(wa_current(), "two");
  return 3;
}

static int swallows_one_and_is_asked(void *arg) {
  (void)arg;
  wa_sleep(WA_MS(5));
  wa_defer(takes_one_back_and_waits, NULL);
  wa_cancel(wa_current(), "two");
  return 3;
}

/* One is taken back before the other is told. */
TASK_TEST(defer_that_takes_one_back_of_two) {
  wa_task *t = wa_spawn(asks_itself_twice, NULL);
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "two");
  wa_release(t);
  t = wa_spawn(swallows_one_and_is_asked, NULL);
  turns(1);
  wa_cancel(t, "one");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "two");
  wa_release(t);
  EXPECT_TRACE("WA_ECANCELED WA_ECANCELED");
}

static void bounds_a_sleep(void *ignores_one_before) {
  wa_timeout t;
  wa_timeout_enter(&t, ignores_one_before ? WA_MS(1) : 0);
  if (ignores_one_before) note("%s", wa_status_name(wa_sleep(WA_MS(5))));
  note("%s", wa_status_name(wa_timeout_exit(&t, wa_sleep(WA_MS(5)))));
}

static void bounds_an_await(void *arg) {
  wa_timeout t;
  (void)arg;
  wa_future *f = wa_future_new();
  wa_timeout_enter(&t, 0);
  note("%s", wa_status_name(wa_timeout_exit(&t, wa_await(f))));
  wa_release(f);
}

static int asks_itself_before(void *cleanup) {
  wa_defer(*(void (**)(void *))cleanup, NULL);
  wa_cancel(wa_current(), "by itself");
  return 3;
}

/* As where a `finally` has an asyncio.timeout that passes before the request is told: both are told at once, as the timeout's. */
TASK_TEST(defer_that_hears_of_the_bodys_request_as_its_own_deadline_alone) {
  static void (*cleanups[])(void *) = {bounds_a_sleep, bounds_an_await};
  for (int i = 0; i < 2; i++) {
    EXPECT_STATUS(finish(wa_spawn(asks_itself_before, &cleanups[i])), 3);
    TAKE_REPORT(WA_REPORT_SWALLOWED);
  }
  EXPECT_TRACE("WA_ETIMEDOUT WA_ETIMEDOUT");
}

static void takes_it_back_in_a_deadline(void *arg) {
  wa_timeout t;
  wa_timeout_enter(&t, 0);
  wa_uncancel(wa_current());
  note("%s", wa_status_name(wa_timeout_exit(&t, wa_sleep(WA_MS(5)))));
  note("%s", wa_status_name(wa_sleep(WA_MS(5))));
  (void)arg;
}

/* The deadline's is then the only one that was told, and the next is not taken for the body's. */
TASK_TEST(defer_that_takes_the_bodys_request_back_before_its_own_deadline_hears_of_the_next) {
  static void (*cleanup)(void *) = takes_it_back_in_a_deadline;
  wa_task *t = wa_spawn(asks_itself_before, &cleanup);
  wa_sleep(WA_MS(1));
  wa_cancel(t, "by another");
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_TRACE("WA_ETIMEDOUT WA_ECANCELED");
}

static void bounds_a_sleep_in_a_region(void *arg) {
  wa_uncancellable_enter();
  bounds_a_sleep(arg);
  wa_uncancellable_exit();
  note("%s", wa_status_name(wa_sleep(WA_MS(5))));
}

/* A deadline inside a region is told alone: the request is told after that. */
TASK_TEST(defer_that_hears_of_its_own_deadline_and_then_of_the_bodys_request) {
  static void (*cleanup)(void *) = bounds_a_sleep_in_a_region;
  EXPECT_STATUS(finish(wa_spawn(asks_itself_before, &cleanup)), WA_ECANCELED);
  EXPECT_TRACE("WA_ETIMEDOUT WA_ECANCELED");
}

static int asks_itself_before_two_waits(void *arg) {
  wa_defer(bounds_a_sleep, "ignores one");
  wa_cancel(wa_current(), "by itself");
  return (void)arg, 3;
}

TASK_TEST(defer_that_hears_of_the_bodys_request_before_its_own_deadline) {
  EXPECT_STATUS(finish(wa_spawn(asks_itself_before_two_waits, NULL)), WA_ECANCELED);
  EXPECT_TRACE("WA_ECANCELED WA_ETIMEDOUT");
}

static wa_group left_by_a_cleanup;
static void leaves_the_group(void *arg) {
  (void)arg;
  note("%s", wa_status_name(wa_group_exit(&left_by_a_cleanup, WA_OK)));
}

static int enters_a_group(void *arg) {
  (void)arg;
  wa_group_enter(&left_by_a_cleanup);
  wa_defer(leaves_the_group, NULL);
  wa_release(wa_group_spawn(&left_by_a_cleanup, sleeper, NUMBER(3)));
  return 3;
}

TASK_TEST(defer_may_leave_what_the_body_has_entered) {
  EXPECT_STATUS(finish(wa_spawn(enters_a_group, NULL)), 3);
  EXPECT_INT(wa_now(), WA_MS(3));
  EXPECT_TRACE("WA_OK");
}

TASK_TEST(defer_of_an_eager_task_that_never_waits) {
  wa_task *t = wa_spawn_with(defers, NUMBER(0), &(wa_task_options){.eager = true});
  EXPECT(wa_done(t));
  EXPECT_TRACE("body second first");
  wa_release(t);
}

/* ---- uncancellable ----------------------------------------------------------------------------------------------- */

static int critical(void *arg) {
  (void)arg;
  EXPECT_STATUS(wa_uncancellable_enter(), WA_OK);
  EXPECT_STATUS(wa_uncancellable_enter(), WA_OK);
  note("%s", wa_status_name(wa_sleep(WA_MS(2))));
  EXPECT_STATUS(wa_uncancellable_exit(), WA_OK);
  note("%s", wa_status_name(wa_sleep(WA_MS(2))));
  note("%s", wa_status_name(wa_checkpoint()));
  EXPECT_STATUS(wa_uncancellable_exit(), WA_OK);
  int status = wa_sleep(WA_MS(2));
  note("%s", wa_status_name(status));
  return status;
}

TASK_TEST(uncancellable_keeps_the_request_for_the_first_await_after_it) {
  wa_task *t = wa_spawn(critical, NULL);
  turns(1);
  EXPECT(wa_cancel(t, "kept"));
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "kept");
  EXPECT_INT(wa_now(), WA_MS(4));
  EXPECT_TRACE("WA_OK WA_OK WA_OK WA_ECANCELED");
  wa_release(t);
}

static int critical_then_computes(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  wa_sleep(WA_MS(1));
  wa_uncancellable_exit();
  return wa_checkpoint();
}

TASK_TEST(uncancellable_keeps_the_request_for_a_checkpoint_too) {
  wa_task *t = wa_spawn(critical_then_computes, NULL);
  turns(1);
  wa_cancel(t, NULL);
  for (int i = 0; i < 100; i++) wa_checkpoint();
  EXPECT_STATUS(finish(t), WA_ECANCELED);
}

static int critical_await(void *future) {
  wa_uncancellable_enter();
  int status = wa_await(future);
  note("%s", wa_status_name(status));
  wa_uncancellable_exit();
  return wa_yield();
}

TASK_TEST(uncancellable_protects_what_is_awaited_inside) {
  wa_task *child = wa_spawn(sleeper, NUMBER(3)), *t = wa_spawn(critical_await, child);
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_STATUS(finish(child), WA_OK);
  EXPECT_TRACE("WA_OK");
}

static int critical_with_deadlines(void *arg) {
  (void)arg;
  wa_timeout outer, inner;
  wa_future *never = wa_future_new();
  wa_timeout_enter(&outer, WA_MS(3));
  wa_uncancellable_enter();
  note("%s@%d", wa_status_name(wa_wait_for(never, WA_MS(5))), (int)(wa_now() / WA_MS(1)));
  EXPECT(wa_cancelled(never));
  wa_timeout_enter(&inner, WA_MS(2));
  int status = wa_timeout_exit(&inner, wa_sleep(WA_MS(9)));
  note("%s@%d", wa_status_name(status), (int)(wa_now() / WA_MS(1)));
  wa_uncancellable_exit();
  status = wa_timeout_exit(&outer, wa_sleep(WA_MS(9)));
  note("%s@%d", wa_status_name(status), (int)(wa_now() / WA_MS(1)));
  wa_release(never);
  return WA_OK;
}

/* A clean-up that can't be interrupted must still be able to bound its own waits. */
TASK_TEST(uncancellable_lets_the_deadlines_through_that_are_set_inside) {
  EXPECT_STATUS(finish(wa_spawn(critical_with_deadlines, NULL)), WA_OK);
  EXPECT_TRACE("WA_ETIMEDOUT@5 WA_ETIMEDOUT@7 WA_ETIMEDOUT@7");
}

TASK_TEST(uncancellable_exit_without_enter_is_refused) {
  EXPECT_MISUSE(wa_uncancellable_exit(), "task 'main': wa_uncancellable_exit: the task did not enter");
}

/* The deadline is the outer region's: it passes while the inner one lets nothing through, and is told after that. */
TASK_TEST(uncancellable_keeps_a_deadline_of_the_region_around_it) {
  wa_timeout t;
  wa_uncancellable_enter();
  wa_timeout_enter(&t, WA_MS(10));
  wa_uncancellable_enter();
  EXPECT_STATUS(wa_sleep(WA_MS(20)), WA_OK);
  wa_uncancellable_exit();
  int status = wa_sleep(WA_S(1));
  EXPECT_STATUS(status, WA_ECANCELED);
  EXPECT_STATUS(wa_timeout_exit(&t, status), WA_ETIMEDOUT);
  EXPECT_INT(wa_now(), WA_MS(20));
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
}

TASK_TEST(uncancellable_keeps_a_deadline_of_the_region_around_it_beside_its_own) {
  wa_timeout outer, inner;
  wa_cancel(wa_current(), "kept to the end");
  wa_uncancellable_enter();
  wa_timeout_enter(&outer, WA_MS(10));
  wa_uncancellable_enter();
  wa_timeout_enter(&inner, WA_MS(20));
  int status = wa_timeout_exit(&inner, wa_sleep(WA_MS(30)));
  EXPECT_STATUS(status, WA_ECANCELED); /* as of two that have passed the outer one tells */
  EXPECT_INT(wa_now(), WA_MS(20));
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_timeout_exit(&outer, status), WA_ETIMEDOUT);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_yield(), WA_ECANCELED);
  EXPECT_INT(wa_uncancel(wa_current()), 0);
}

/* As outside of a region: who is inside hands the cancellation on to the one around it. */
TASK_TEST(uncancellable_with_two_deadlines_at_once) {
  wa_timeout outer, inner;
  wa_uncancellable_enter();
  wa_timeout_enter(&outer, WA_MS(3));
  wa_timeout_enter(&inner, WA_MS(3));
  int status = wa_timeout_exit(&inner, wa_sleep(WA_S(1)));
  EXPECT_STATUS(status, WA_ECANCELED);
  EXPECT_STATUS(wa_timeout_exit(&outer, status), WA_ETIMEDOUT);
  EXPECT_INT(wa_now(), WA_MS(3));
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
  wa_uncancellable_exit();
}

TASK_TEST(uncancellable_nests_127_deep_and_no_deeper) {
  for (int i = 0; i < 127; i++)
    if (!EXPECT_STATUS(wa_uncancellable_enter(), WA_OK)) return;
  EXPECT_MISUSE(wa_uncancellable_enter(), "wa_uncancellable_enter: nested more than 127 times");
  wa_future *never = wa_future_new();
  EXPECT_STATUS(wa_wait_for(never, WA_MS(1)), WA_ETIMEDOUT);
  wa_release(never);
  for (int i = 0; i < 127; i++)
    if (!EXPECT_STATUS(wa_uncancellable_exit(), WA_OK)) return;
  EXPECT_MISUSE(wa_uncancellable_exit(), "did not enter");
}

static int forgets_to_exit(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  return wa_sleep(WA_MS(1));
}

TASK_TEST(uncancellable_never_left_ends_with_the_task_which_is_cancelled_by_then) {
  wa_task *t = wa_spawn(forgets_to_exit, NULL);
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
}

/* Both deadlines pass in the step before; the inner one's request must not hide that of the region around. */
TASK_TEST(uncancellable_inner_deadline_passes_with_the_outer_one) {
  wa_timeout outer, inner;
  wa_uncancellable_enter();
  wa_timeout_enter(&outer, WA_MS(3));
  wa_uncancellable_enter();
  wa_timeout_enter(&inner, WA_MS(2));
  wa_spin(WA_MS(5));
  EXPECT_STATUS(wa_yield(), WA_OK); /* the deadlines come behind this step */
  EXPECT_STATUS(wa_timeout_exit(&inner, wa_yield()), WA_ECANCELED);
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_timeout_exit(&outer, WA_ECANCELED), WA_ETIMEDOUT);
  wa_uncancellable_exit();
}
