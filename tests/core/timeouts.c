/* Deadlines: wa_timeout, wa_wait_for, and the bounded stop. */
#include "unit.h"

/* ---- the scope --------------------------------------------------------------------------------------------------- */

static int within(wa_time delay, wa_time work) {
  wa_timeout t;
  int status = wa_timeout_enter(&t, delay);
  if (status < 0) return status;
  status = wa_timeout_exit(&t, wa_sleep(work));
  EXPECT(wa_timeout_expired(&t) == (status == WA_ETIMEDOUT));
  return status;
}

TASK_TEST(timeout_turns_its_own_cancellation_into_timed_out) {
  EXPECT_STATUS(within(WA_MS(5), WA_MS(9)), WA_ETIMEDOUT);
  EXPECT_INT(wa_now(), WA_MS(5));
  EXPECT_INT(wa_cancelling(wa_current()), 0);
  EXPECT_STATUS(within(WA_MS(9), WA_MS(5)), WA_OK);
  EXPECT_STATUS(within(0, WA_MS(5)), WA_ETIMEDOUT);
  EXPECT_STATUS(within(WA_FOREVER, WA_MS(5)), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(15));
}

TASK_TEST(timeout_near_the_end_of_time_does_not_run_over) {
  wa_sleep(WA_MS(1));
  EXPECT_STATUS(within(WA_FOREVER - 1, WA_MS(5)), WA_OK);
  wa_task *t = wa_spawn(forever, NULL);
  EXPECT_STATUS(wa_wait(&t, 1, WA_ALL_COMPLETED, 0), WA_OK);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
}

TASK_TEST(timeout_that_the_body_swallows_is_over_all_the_same) {
  wa_timeout t;
  wa_timeout_enter(&t, WA_MS(2));
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_ECANCELED);
  EXPECT(wa_timeout_expired(&t));
  EXPECT_STATUS(wa_timeout_exit(&t, WA_EUSER - 1), WA_EUSER - 1);
  EXPECT(wa_timeout_expired(&t));
  EXPECT_INT(wa_cancelling(wa_current()), 0);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
}

TASK_TEST(timeout_can_be_moved) {
  wa_timeout t;
  wa_timeout_enter(&t, WA_FOREVER);
  EXPECT_STATUS(wa_timeout_reschedule(&t, WA_MS(9)), WA_OK);
  EXPECT_STATUS(wa_timeout_reschedule(&t, WA_MS(3)), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&t, wa_sleep(WA_MS(5))), WA_ETIMEDOUT);
  EXPECT_INT(wa_now(), WA_MS(3));
  wa_timeout_enter(&t, WA_MS(1));
  EXPECT_STATUS(wa_timeout_reschedule(&t, WA_FOREVER), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&t, wa_sleep(WA_MS(5))), WA_OK);
}

TASK_TEST(timeout_scopes_nest) {
  wa_timeout outer, inner;
  wa_timeout_enter(&outer, WA_MS(2));
  wa_timeout_enter(&inner, WA_MS(5));
  int status = wa_timeout_exit(&inner, wa_sleep(WA_MS(9)));
  EXPECT_STATUS(status, WA_ECANCELED);
  EXPECT(!wa_timeout_expired(&inner));
  EXPECT_STATUS(wa_timeout_exit(&outer, status), WA_ETIMEDOUT);
}

TASK_TEST(timeout_used_out_of_its_order_is_refused) {
  wa_timeout t = {0};
  EXPECT_MISUSE(wa_timeout_exit(&t, WA_OK), "wa_timeout_exit: the timeout was not entered");
  EXPECT_MISUSE(wa_timeout_reschedule(&t, 1), "wa_timeout_reschedule: the timeout is not active");
  EXPECT(!wa_timeout_expired(&t));
  wa_timeout_enter(&t, WA_MS(1));
  EXPECT_STATUS(wa_timeout_exit(&t, WA_OK), WA_OK);
  EXPECT_MISUSE(wa_timeout_exit(&t, WA_OK), "or was left already");
  EXPECT_MISUSE(wa_timeout_reschedule(&t, 1), "not active");
  wa_timeout_enter(&t, 0);
  wa_sleep(WA_MS(1));
  EXPECT_MISUSE(wa_timeout_reschedule(&t, 1), "not active");
  EXPECT_STATUS(wa_timeout_exit(&t, WA_ECANCELED), WA_ETIMEDOUT);
}

TASK_TEST(timeout_entered_twice_is_refused) {
  wa_timeout t;
  EXPECT_STATUS(wa_timeout_enter(&t, WA_MS(5)), WA_OK);
  EXPECT_MISUSE(wa_timeout_enter(&t, WA_MS(1)), "wa_timeout_enter");
  EXPECT_STATUS(wa_timeout_exit(&t, wa_sleep(WA_MS(2))), WA_OK);
  EXPECT_STATUS(wa_sleep(WA_MS(10)), WA_OK);
}

static wa_timeout shared;
static int leaves_the_others(void *arg) {
  (void)arg;
  return wa_timeout_exit(&shared, WA_OK);
}
static int enters_the_others(void *arg) {
  (void)arg;
  return wa_timeout_enter(&shared, WA_S(1));
}

TASK_TEST(timeout_is_left_by_who_entered_it) {
  wa_timeout_enter(&shared, WA_MS(5));
  EXPECT_MISUSE(finish(wa_spawn(leaves_the_others, NULL)), "wa_timeout_exit: the timeout was not entered by this task");
  EXPECT_MISUSE(finish(wa_spawn(enters_the_others, NULL)), "wa_timeout_enter: task 'main' is inside this timeout");
  EXPECT_STATUS(wa_timeout_exit(&shared, wa_sleep(WA_MS(9))), WA_ETIMEDOUT);
  EXPECT_STATUS(finish(wa_spawn(enters_the_others, NULL)), WA_OK);
}

static int never_leaves(void *t) {
  wa_timeout_enter(t, WA_MS(3));
  return WA_OK;
}

TASK_TEST(timeout_never_left_ends_with_its_task) {
  static wa_timeout t;
  EXPECT_STATUS(finish(wa_spawn(never_leaves, &t)), WA_OK);
  wa_counts c;
  wa_count(&c);
  EXPECT_INT(c.timers, 0);
  EXPECT_MISUSE(wa_timeout_reschedule(&t, 1), "wa_timeout_reschedule: the timeout is not active");
  EXPECT_MISUSE(wa_timeout_exit(&t, WA_OK), "wa_timeout_exit: the timeout was not entered by this task");
  EXPECT(!wa_timeout_expired(&t));
  EXPECT_STATUS(wa_timeout_enter(&t, WA_MS(3)), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&t, WA_OK), WA_OK);
}

/* ---- wait_for ---------------------------------------------------------------------------------------------------- */

static int slow_to_stop(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_S(1));
  wa_sleep(WA_MS(20));
  return status;
}

TASK_TEST(wait_for_cancels_and_waits_until_it_is_gone) {
  wa_task *t = wa_spawn(slow_to_stop, NULL);
  EXPECT_STATUS(wa_wait_for(t, WA_MS(5)), WA_ETIMEDOUT);
  EXPECT_INT(wa_now(), WA_MS(25));
  EXPECT(wa_cancelled(t));
  wa_release(t);
}

TASK_TEST(wait_for_what_is_done_or_has_no_time) {
  wa_task *t = wa_spawn(returns, NUMBER(4));
  EXPECT_STATUS(wa_wait_for(t, WA_MS(5)), 4);
  EXPECT_STATUS(wa_wait_for(t, 0), 4);
  wa_release(t);
  t = wa_spawn(sleeper, NUMBER(1));
  turns(1);
  EXPECT_STATUS(wa_wait_for(t, 0), WA_ETIMEDOUT);
  EXPECT(wa_cancelled(t));
  EXPECT_INT(wa_now(), 0);
  wa_release(t);
  t = wa_spawn(sleeper, NUMBER(7));
  EXPECT_STATUS(wa_wait_for(t, WA_FOREVER), WA_OK);
  wa_release(t);
}

TASK_TEST(wait_for_what_ends_otherwise_when_cancelled_gives_that) {
  wa_task *t = wa_spawn_with(stubborn, NUMBER(8), &(wa_task_options){.name = "mule"});
  EXPECT_STATUS(wa_wait_for(t, WA_MS(2)), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(8));
  const wa_report *report = TAKE_REPORT(WA_REPORT_SWALLOWED);
  if (report) EXPECT_CONTAINS(report->text, "task 'mule' swallowed its cancellation: told at unit.c:");
  wa_release(t);
}

TASK_TEST(timeout_at_the_end_of_time) {
  EXPECT_STATUS(wa_sleep(WA_FOREVER - 1), WA_OK);
  EXPECT(wa_now() > WA_FOREVER / 2);
}

/* ---- stop_within ------------------------------------------------------------------------------------------------- */

static void note_word(void *word) { note("%s", (const char *)word); }

static int stubborn_with_defer(void *ms) {
  wa_defer(note_word, "cleaned up");
  return stubborn(ms);
}

TASK_TEST(stop_within_of_a_task_that_obeys) {
  wa_task *t = wa_spawn(slow_to_stop, NULL);
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, WA_MS(50), false), WA_ECANCELED);
  EXPECT_INT(wa_now(), WA_MS(20));
  EXPECT_STATUS(wa_stop_within(t, WA_MS(50), false), WA_ECANCELED);
  wa_release(t);
}

TASK_TEST(stop_within_reports_who_ignores_it_and_leaves_it_running) {
  wa_task *t = wa_spawn_with(stubborn_with_defer, NUMBER(30), &(wa_task_options){.name = "mule"});
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, WA_MS(10), false), WA_ETIMEDOUT);
  EXPECT_INT(wa_now(), WA_MS(10));
  const wa_report *report = TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  if (report) {
    EXPECT(report->task == t);
    EXPECT_INT(report->age, WA_MS(10));
    EXPECT_CONTAINS(report->text, "task 'mule' still runs, 10 ms after its cancellation; it waits at unit.c:");
  }
  EXPECT(!wa_done(t));
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("cleaned up");
  TAKE_REPORT(WA_REPORT_SWALLOWED);
}

TASK_TEST(stop_within_discards_when_told_to) {
  wa_task *t = wa_spawn_with(stubborn_with_defer, NUMBER(30), &(wa_task_options){.name = "mule"});
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, WA_MS(10), true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT(wa_done(t));
  EXPECT_STATUS(wa_await(t), WA_EDISCARDED);
  wa_sleep(WA_MS(50));
  EXPECT_TRACE("");
  wa_release(t);
}

typedef struct held {
  wa_lock lock;
  wa_event event;
  wa_timeout timeout;
  wa_group group;
  wa_completed it;
  wa_future *future;
} held;

static int holds_everything(void *arg) {
  held *h = arg;
  wa_future *futures[] = {h->future};
  wa_timeout_enter(&h->timeout, WA_S(9));
  wa_group_enter(&h->group);
  wa_release(wa_group_spawn(&h->group, sleeper, NUMBER(40)));
  wa_completed_init(&h->it, futures, 1, WA_S(9));
  wa_lock_acquire(&h->lock);
  wa_uncancellable_enter();
  return wa_wait(futures, 1, WA_ALL_COMPLETED, WA_S(9));
}

TASK_TEST(stop_within_discards_what_the_task_held) {
  held h = {.future = wa_future_new()};
  wa_task *t = wa_spawn(holds_everything, &h);
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, 0, true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_STATUS(finish(t), WA_EDISCARDED);
  wa_resolve(h.future, NULL);
  wa_release(h.future);
  EXPECT_STATUS(wa_sleep(WA_MS(50)), WA_OK);
  wa_counts c;
  wa_count(&c);
  EXPECT_INT(c.timers, 0);
  EXPECT_INT(c.tasks, 1);
}

static int waits_in_queue(void *event) { return wa_event_wait(event); }
static int waits_uncancellably(void *event) {
  wa_uncancellable_enter();
  return wa_event_wait(event);
}

TASK_TEST(stop_within_discards_a_waiter_out_of_its_queue) {
  wa_event event = {0};
  wa_task *gone = wa_spawn(waits_uncancellably, &event), *stays = wa_spawn(waits_in_queue, &event);
  turns(1);
  EXPECT_STATUS(wa_stop_within(gone, 0, true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  wa_release(gone);
  wa_event_set(&event);
  EXPECT_STATUS(finish(stays), WA_OK);
}

static int calls_itself_down(void *depth) {
  intptr_t n = (intptr_t)depth;
  return n ? wa_call(calls_itself_down, NUMBER(n - 1)) : waits_uncancellably(&(wa_event){0});
}

TASK_TEST(stop_within_discards_a_task_deep_in_calls) {
  wa_task *t = wa_spawn(calls_itself_down, NUMBER(20));
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, 0, true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_STATUS(finish(t), WA_EDISCARDED);
}

TASK_TEST(stop_within_of_what_is_no_task_is_refused) {
  wa_future *f = wa_future_new();
  EXPECT_MISUSE(wa_stop_within(f, WA_MS(1), true), "wa_stop_within: expected another task");
  wa_release(f);
}

static int awaits(void *future) { return wa_await(future); }

TASK_TEST(stop_within_wakes_who_awaited_the_discarded) {
  wa_task *mule = wa_spawn(stubborn, NUMBER(99)), *waiter = wa_spawn(awaits, mule);
  turns(1);
  wa_stop_within(mule, WA_MS(1), true);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_STATUS(finish(waiter), WA_EDISCARDED);
  wa_release(mule);
}

static int waits_for_itself(void *arg) {
  (void)arg;
  int st = wa_wait_for(wa_current(), 0);
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  return st;
}

TASK_TEST(timeout_of_nothing_over_oneself_is_a_cancellation) {
  wa_task *t = wa_spawn(waits_for_itself, NULL);
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  wa_release(t);
}

TASK_TEST(timeout_record_that_was_copied_is_refused) {
  wa_timeout t, copy;
  wa_timeout_enter(&t, WA_S(1));
  copy = t;
  EXPECT_MISUSE(wa_timeout_exit(&copy, WA_OK), "wa_timeout_exit: the timeout was not entered by this task");
  EXPECT_MISUSE(wa_timeout_reschedule(&copy, WA_S(2)), "wa_timeout_reschedule: the timeout is not active");
  EXPECT_STATUS(wa_timeout_exit(&t, WA_OK), WA_OK);
}

static void leaves_it(void *t, wa_future *f) {
  (void)f;
  EXPECT_MISUSE(wa_timeout_exit(t, WA_OK), "wa_timeout_exit: the timeout was not entered by this task");
}

TASK_TEST(timeout_is_not_left_by_a_callback_nor_by_a_record_that_was_written_over) {
  wa_timeout t, kept;
  wa_timeout_enter(&t, WA_S(1));
  wa_task *task = wa_spawn(returns, NUMBER(WA_OK));
  wa_when_done(task, leaves_it, &t);
  EXPECT_STATUS(finish(task), WA_OK);
  turns(1);
  kept = t;
  t = (wa_timeout){0};
  EXPECT_MISUSE(wa_timeout_exit(&t, WA_OK), "wa_timeout_exit: the timeout was not entered by this task");
  t = kept;
  EXPECT_STATUS(wa_timeout_exit(&t, WA_OK), WA_OK);
}

/* On a virtual clock it must be known exactly when the clock jumps, whatever was cancelled before. */
TASK_TEST(timeout_left_early_over_many_sleepers) {
  enum { MANY = 100 };
  wa_task *tasks[MANY];
  for (int i = 0; i < MANY; i++) tasks[i] = wa_spawn(sleeper, NUMBER(1000 + 7 * (MANY - i)));
  for (int i = 0; i < MANY; i++) {
    wa_timeout t;
    wa_timeout_enter(&t, WA_MS(i + 1));
    EXPECT_STATUS(wa_timeout_exit(&t, wa_yield()), WA_OK);
  }
  for (int i = MANY; i--;) {
    EXPECT_STATUS(finish(tasks[i]), WA_OK);
    EXPECT_INT(wa_now(), WA_MS(1000 + 7 * (MANY - i)));
  }
}
