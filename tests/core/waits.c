/* wa_wait, wa_gather, wa_shield, wa_completed: the edges that the conformance scenarios do not reach. */
#include "unit.h"

static wa_future *settled(int status) {
  wa_future *f = wa_future_new();
  if (status == WA_ECANCELED) wa_cancel(f, NULL);
  else if (status < 0) wa_reject(f, status);
  else wa_resolve(f, NULL);
  return f;
}

/* ---- wait -------------------------------------------------------------------------------------------------------- */

TASK_TEST(wait_for_none_or_for_nothing_is_refused) {
  wa_future *f = wa_future_new(), *with_null[] = {f, NULL};
  EXPECT_MISUSE(wa_wait(NULL, 0, WA_ALL_COMPLETED, WA_FOREVER), "wa_wait: n is 0; expected at least one future");
  EXPECT_MISUSE(wa_wait(NULL, 2, WA_ALL_COMPLETED, WA_FOREVER), "wa_wait: futures is NULL; expected 2 of them");
  EXPECT_MISUSE(wa_wait(with_null, 2, WA_ALL_COMPLETED, WA_FOREVER), "wa_wait: the future is NULL");
  EXPECT_MISUSE(wa_wait(&f, 1, 0, WA_FOREVER), "wa_wait: when is 0; expected WA_FIRST_COMPLETED");
  EXPECT_MISUSE(wa_wait(&f, 1, 4, WA_FOREVER), "wa_wait: when is 4");
  wa_release(f);
}

TASK_TEST(wait_counts_a_repeated_future_once) {
  wa_task *t = wa_spawn(sleeper, NUMBER(2));
  wa_future *twice[] = {t, t, t};
  EXPECT_STATUS(wa_wait(twice, 3, WA_ALL_COMPLETED, WA_FOREVER), WA_OK);
  EXPECT(wa_done(t));
  wa_release(t);
}

TASK_TEST(wait_with_a_time_of_zero_looks_and_returns) {
  wa_task *t = wa_spawn(sleeper, NUMBER(2));
  EXPECT_STATUS(wa_wait(&t, 1, WA_ALL_COMPLETED, 0), WA_OK);
  EXPECT(!wa_done(t));
  EXPECT_INT(wa_now(), 0);
  EXPECT_STATUS(finish(t), WA_OK);
}

TASK_TEST(wait_cancelled_cancels_nothing) {
  wa_task *t = wa_spawn(sleeper, NUMBER(2));
  wa_cancel(wa_current(), NULL);
  EXPECT_STATUS(wa_wait(&t, 1, WA_ALL_COMPLETED, WA_FOREVER), WA_ECANCELED);
  wa_uncancel(wa_current());
  EXPECT_STATUS(finish(t), WA_OK);
}

TASK_TEST(wait_first_exception_is_not_ended_by_a_cancellation) {
  wa_task *a = wa_spawn(forever, NULL), *b = wa_spawn(sleeper, NUMBER(3));
  wa_future *both[] = {a, b};
  turns(1);
  wa_cancel(a, NULL);
  EXPECT_STATUS(wa_wait(both, 2, WA_FIRST_EXCEPTION, WA_FOREVER), WA_OK);
  EXPECT(wa_done(b));
  wa_release(a);
  wa_release(b);
}

TASK_TEST(wait_for_what_is_done_returns_after_a_turn) {
  wa_future *f = settled(WA_OK), *pending = wa_future_new(), *both[] = {pending, f};
  EXPECT_STATUS(wa_wait(both, 2, WA_FIRST_COMPLETED, WA_FOREVER), WA_OK);
  EXPECT(!wa_done(pending));
  wa_release(f);
  wa_release(pending);
}

TASK_TEST(wait_for_without_time_of_what_is_done_takes_no_turn) {
  wa_future *f = settled(WA_OK);
  wa_task *other = wa_spawn(returns, NULL);
  EXPECT_STATUS(wa_wait_for(f, 0), WA_OK);
  EXPECT(!wa_done(other));
  EXPECT_STATUS(finish(other), WA_OK);
  wa_release(f);
}

/* ---- gather ------------------------------------------------------------------------------------------------------ */

TASK_TEST(gather_of_none_is_done) {
  wa_future *g = wa_gather(NULL, 0, 0);
  if (!EXPECT(g != NULL)) return;
  EXPECT_STATUS(wa_await(g), WA_OK);
  EXPECT(wa_value(g) != NULL);
  wa_release(g);
}

TASK_TEST(gather_of_nothing_or_with_unknown_flags_is_refused) {
  wa_future *f = wa_future_new(), *with_null[] = {f, NULL};
  EXPECT_REFUSED(wa_gather(NULL, 1, 0), "wa_gather: futures is NULL; expected 1 of them");
  EXPECT_REFUSED(wa_gather(with_null, 2, 0), "wa_gather: the future is NULL");
  EXPECT_REFUSED(wa_gather(&f, 1, 2), "wa_gather: flags is 2; expected 0 or WA_COLLECT");
  wa_release(f);
}

TASK_TEST(gather_gives_a_repeated_future_a_status_in_each_place) {
  wa_future *f = settled(WA_OK), *e = settled(WA_EUSER - 1), *c = settled(WA_ECANCELED), *all[] = {f, e, f, c, e};
  wa_future *g = wa_gather(all, 5, WA_COLLECT);
  EXPECT_STATUS(wa_await(g), WA_OK);
  const int *statuses = wa_value(g);
  EXPECT_STATUS(statuses[0], WA_OK);
  EXPECT_STATUS(statuses[1], WA_EUSER - 1);
  EXPECT_STATUS(statuses[2], WA_OK);
  EXPECT_STATUS(statuses[3], WA_ECANCELED);
  EXPECT_STATUS(statuses[4], WA_EUSER - 1);
  wa_release(g);
  wa_release(f);
  wa_release(e);
  wa_release(c);
}

TASK_TEST(gather_fails_with_the_first_error_and_leaves_the_others_alone) {
  wa_task *ok = wa_spawn(sleeper, NUMBER(5)), *bad = wa_spawn(returns, NUMBER(WA_EUSER - 2));
  wa_future *both[] = {ok, bad}, *g = wa_gather(both, 2, 0);
  EXPECT_STATUS(finish(g), WA_EUSER - 2);
  EXPECT(!wa_done(ok));
  EXPECT_STATUS(finish(ok), WA_OK);
  wa_release(bad);
}

TASK_TEST(gather_can_be_cancelled_by_hand_and_gives_the_reason_to_its_members) {
  wa_task *a = wa_spawn(forever, NULL), *b = wa_spawn(forever, NULL);
  wa_future *both[] = {a, b}, *g = wa_gather(both, 2, WA_COLLECT);
  turns(1);
  EXPECT(wa_cancel(g, "all of you"));
  EXPECT(!wa_done(g));
  EXPECT_STATUS(wa_await(g), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(a), "all of you");
  EXPECT_TEXT(wa_reason(b), "all of you");
  EXPECT(!wa_cancel(g, NULL));
  wa_release(g);
  wa_release(a);
  wa_release(b);
}

TASK_TEST(gather_in_a_gather) {
  wa_future *inner[] = {wa_spawn(returns, NUMBER(1)), wa_spawn(returns, NUMBER(2))};
  wa_future *gathers[] = {wa_gather(inner, 2, 0), wa_spawn(returns, NUMBER(3))};
  wa_future *outer = wa_gather(gathers, 2, 0);
  EXPECT_STATUS(wa_await(outer), WA_OK);
  EXPECT_STATUS(((int *)wa_value(outer))[1], 3);
  EXPECT_STATUS(((int *)wa_value(gathers[0]))[1], 2);
  wa_release(outer);
  for (int i = 0; i < 2; i++) wa_release(inner[i]), wa_release(gathers[i]);
}

/* ---- shield ------------------------------------------------------------------------------------------------------ */

TASK_TEST(shield_of_what_is_done_is_the_same_future) {
  wa_future *f = settled(WA_OK), *s = wa_shield(f);
  EXPECT(s == f);
  wa_release(s);
  EXPECT_STATUS(finish(f), WA_OK);
}

static int looks_on(void *task) {
  wa_future *s = wa_shield(task);
  int status = wa_await(s);
  wa_release(s);
  return status;
}

TASK_TEST(shield_spares_the_task_when_the_waiter_is_cancelled) {
  wa_task *child = wa_spawn(sleeper, NUMBER(4)), *t = wa_spawn(looks_on, child);
  turns(1);
  wa_cancel(t, "only me");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "only me");
  EXPECT_INT(wa_cancelling(child), 0);
  EXPECT_STATUS(finish(child), WA_OK);
  wa_release(t);
}

TASK_TEST(shield_that_was_cancelled_hides_no_error_of_its_task) {
  wa_task *child = wa_spawn_with(returns, NUMBER(WA_EUSER - 3), &(wa_task_options){.name = "child"});
  wa_future *s = wa_shield(child);
  wa_cancel(s, NULL);
  turns(2);
  wa_release(s);
  wa_release(child);
  EXPECT_REPORT(WA_REPORT_UNSEEN, "task 'child' failed with WA_EUSER, and nobody looked at it");
}

TASK_TEST(shield_ends_as_the_task_does) {
  wa_task *child = wa_spawn(returns, NUMBER(WA_EUSER - 3)), *other = wa_spawn(forever, NULL);
  wa_future *s = wa_shield(child), *of_other = wa_shield(other);
  turns(1);
  wa_cancel(other, "inner");
  EXPECT_STATUS(finish(s), WA_EUSER - 3);
  EXPECT_STATUS(wa_await(of_other), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(of_other), "inner");
  wa_release(of_other);
  wa_release(child);
  wa_release(other);
}

TASK_TEST(shield_dropped_before_its_task_ends) {
  wa_task *child = wa_spawn(sleeper, NUMBER(1));
  wa_release(wa_shield(child));
  EXPECT_STATUS(finish(child), WA_OK);
}

static int says_text(void *arg) {
  (void)arg;
  return wa_return_text("not the gather's");
}
static int fails_as_a_group(void *arg) {
  (void)arg;
  return wa_fail_group((int[]){WA_EUSER - 1, WA_EUSER - 2}, 2);
}

TASK_TEST(gather_cancelled_has_nothing_of_its_members) {
  wa_task_fn last[] = {says_text, fails_as_a_group};
  for (int i = 0; i < 2; i++) {
    wa_future *members[] = {wa_spawn(sleeper, NUMBER(50)), wa_spawn(last[i], NULL)};
    wa_future *g = wa_gather(members, 2, WA_COLLECT);
    turns(2);
    wa_cancel(g, "why");
    EXPECT_STATUS(wa_await(g), WA_ECANCELED);
    EXPECT_INT(wa_result(g).type, WA_NOTHING);
    EXPECT_INT(wa_errors(g, NULL, 0), 0);
    EXPECT_INT(wa_errors(wa_current(), NULL, 0), 0);
    wa_release(g);
    for (int k = 0; k < 2; k++) wa_release(members[k]);
  }
}

/* ---- completed --------------------------------------------------------------------------------------------------- */

TASK_TEST(completed_of_none_ends_at_once) {
  wa_completed it;
  wa_future *out = wa_current();
  EXPECT_STATUS(wa_completed_init(&it, NULL, 0, WA_MS(5)), WA_OK);
  EXPECT_STATUS(wa_completed_next(&it, &out), WA_OK);
  EXPECT(out == NULL);
  wa_completed_close(&it);
  wa_completed_close(&it);
  EXPECT_MISUSE(wa_completed_next(&it, &out), "wa_completed_next: expected an iterator from wa_completed_init");
}

TASK_TEST(completed_hands_out_in_the_order_of_the_ends_a_repeated_one_once) {
  wa_task *slow = wa_spawn_with(sleeper, NUMBER(5), &(wa_task_options){.name = "slow"});
  wa_task *quick = wa_spawn_with(sleeper, NUMBER(1), &(wa_task_options){.name = "quick"});
  wa_future *all[] = {slow, quick, slow}, *out;
  wa_completed it;
  wa_completed_init(&it, all, 3, WA_FOREVER);
  while (wa_completed_next(&it, &out) == WA_OK && out) note("%s", wa_name(out));
  EXPECT_TRACE("quick slow");
  wa_completed_close(&it);
  wa_release(slow);
  wa_release(quick);
}

TASK_TEST(completed_times_out_for_each_that_is_left) {
  wa_future *futures[] = {wa_future_new(), wa_future_new(), settled(WA_OK)}, *out;
  wa_completed it;
  wa_completed_init(&it, futures, 3, WA_MS(5));
  EXPECT_STATUS(wa_completed_next(&it, &out), WA_OK);
  EXPECT(out == futures[2]);
  EXPECT_STATUS(wa_completed_next(&it, &out), WA_ETIMEDOUT);
  EXPECT(out == NULL);
  EXPECT_STATUS(wa_completed_next(&it, &out), WA_ETIMEDOUT);
  EXPECT_STATUS(wa_completed_next(&it, &out), WA_OK);
  EXPECT(out == NULL);
  EXPECT_INT(wa_now(), WA_MS(5));
  wa_completed_close(&it);
  for (int i = 0; i < 3; i++) wa_release(futures[i]);
}

static int takes_three(void *iterator) {
  wa_future *out;
  wa_counts first, last;
  for (int i = 0; i < 3; i++) {
    EXPECT_STATUS(wa_completed_next(iterator, &out), WA_OK);
    wa_count(i ? &last : &first);
  }
  EXPECT_INT(last.bytes, first.bytes);
  return WA_OK;
}

TASK_TEST(completed_next_by_another_task_leaves_nothing_behind) {
  wa_future *futures[] = {settled(WA_OK), settled(WA_OK), settled(WA_OK)};
  wa_completed it;
  wa_completed_init(&it, futures, 3, WA_FOREVER);
  EXPECT_STATUS(finish(wa_spawn(takes_three, &it)), WA_OK);
  wa_completed_close(&it);
  for (int i = 0; i < 3; i++) wa_release(futures[i]);
}

static wa_completed shared;
static int waits_in_shared(void *arg) {
  (void)arg;
  wa_future *out;
  wa_uncancellable_enter();
  return wa_completed_next(&shared, &out);
}

TASK_TEST(completed_of_which_another_task_is_discarded_in_the_middle) {
  wa_future *f = wa_future_new();
  wa_completed_init(&shared, &f, 1, WA_FOREVER);
  wa_task *stopped = wa_spawn(waits_in_shared, NULL), *told = wa_spawn(waits_in_shared, NULL);
  wa_yield();
  EXPECT_STATUS(wa_stop_within(stopped, WA_MS(5), true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  wa_completed_close(&shared);
  EXPECT_STATUS(finish(told), WA_OK);
  wa_release(stopped);
  wa_release(f);
}

TASK_TEST(completed_of_nothing_is_refused) {
  wa_completed it;
  wa_future *f = wa_future_new(), *with_null[] = {f, NULL};
  EXPECT_MISUSE(wa_completed_init(&it, NULL, 1, WA_FOREVER), "wa_completed_init: futures is NULL; expected 1 of them");
  EXPECT_MISUSE(wa_completed_init(&it, with_null, 2, WA_FOREVER), "wa_completed_init: the future is NULL");
  EXPECT_STATUS(wa_completed_init(&it, &f, 1, WA_FOREVER), WA_OK);
  EXPECT_MISUSE(wa_completed_next(&it, NULL), "wa_completed_next: expected an iterator");
  wa_completed_close(&it);
  wa_release(f);
}

static int iterates(void *task) {
  wa_future *all[] = {task}, *out;
  wa_completed it;
  wa_completed_init(&it, all, 1, WA_FOREVER);
  return wa_completed_next(&it, &out);
}

TASK_TEST(completed_never_closed_ends_with_its_task) {
  wa_task *child = wa_spawn(sleeper, NUMBER(3)), *t = wa_spawn(iterates, child);
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_STATUS(finish(child), WA_OK);
}

TASK_TEST(completed_closed_in_the_middle_leaves_nothing) {
  wa_future *futures[] = {wa_future_new(), settled(WA_OK)}, *out;
  wa_completed it;
  wa_completed_init(&it, futures, 2, WA_MS(50));
  EXPECT_STATUS(wa_completed_next(&it, &out), WA_OK);
  wa_completed_close(&it);
  wa_counts c;
  wa_count(&c);
  EXPECT_INT(c.timers, 0);
  wa_release(futures[0]);
  wa_release(futures[1]);
}
