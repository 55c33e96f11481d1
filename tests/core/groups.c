/* Task groups: nobody leaves before every member has ended, and no error is lost. */
#include "unit.h"

static int fails_after(void *ms) {
  int status = wa_sleep(WA_MS((intptr_t)ms));
  return status < 0 ? status : WA_EUSER - (int)(intptr_t)ms;
}

TASK_TEST(group_of_none) {
  wa_group g;
  EXPECT_STATUS(wa_group_enter(&g), WA_OK);
  EXPECT_STATUS(wa_group_exit(&g, 5), 5);
  EXPECT_INT(wa_group_errors(&g, NULL, 0), 0);
}

TASK_TEST(group_waits_for_every_member) {
  wa_group g;
  wa_group_enter(&g);
  for (int i = 1; i <= 3; i++) wa_release(wa_group_spawn(&g, sleeper, NUMBER(i)));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(3));
}

TASK_TEST(group_gathers_errors_in_the_order_they_occurred) {
  wa_group g;
  int errors[8] = {0};
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(3)));
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(2)));
  wa_task *other = wa_group_spawn(&g, forever, NULL);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(2)));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
  EXPECT_INT(wa_group_errors(&g, errors, 8), 2);
  EXPECT_INT(errors[0], WA_EUSER - 2);
  EXPECT_INT(errors[1], WA_EUSER - 2);
  EXPECT_INT(wa_group_errors(&g, NULL, 0), 2);
  errors[0] = errors[1] = 0;
  EXPECT_INT(wa_group_errors(&g, errors, 1), 2);
  EXPECT_INT(errors[1], 0);
  EXPECT(wa_cancelled(other));
  wa_release(other);
  EXPECT_INT(wa_now(), WA_MS(2));
}

TASK_TEST(group_that_the_body_fails_cancels_its_members) {
  wa_group g;
  int error = 0;
  wa_group_enter(&g);
  wa_task *t = wa_group_spawn(&g, forever, NULL);
  EXPECT_STATUS(wa_group_exit(&g, WA_EUSER - 9), WA_EGROUP);
  EXPECT_INT(wa_group_errors(&g, &error, 1), 1);
  EXPECT_INT(error, WA_EUSER - 9);
  EXPECT(wa_cancelled(t));
  wa_release(t);
}

TASK_TEST(group_member_that_fails_interrupts_the_body) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  int status = wa_sleep(WA_S(1));
  EXPECT_STATUS(status, WA_ECANCELED);
  EXPECT_STATUS(wa_group_exit(&g, status), WA_EGROUP);
  EXPECT_INT(wa_cancelling(wa_current()), 0);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK);
}

static int has_a_group(void *arg) {
  (void)arg;
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  return wa_group_exit(&g, WA_OK);
}

TASK_TEST(group_errors_of_nested_groups_are_flattened_and_stay_with_the_task) {
  wa_group g;
  int errors[3] = {0};
  wa_group_enter(&g);
  wa_task *inner = wa_group_spawn(&g, has_a_group, NULL);
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
  EXPECT_INT(wa_group_errors(&g, errors, 3), 2);
  EXPECT_INT(errors[1], WA_EUSER - 1);
  EXPECT_INT(wa_errors(inner, errors, 3), 2);
  wa_release(inner);
  wa_task *t = wa_spawn(has_a_group, NULL);
  EXPECT_STATUS(wa_await(t), WA_EGROUP);
  EXPECT_INT(wa_errors(t, errors, 1), 2);
  wa_release(t);
}

static int fails_as_a_group(void *arg) {
  (void)arg;
  return wa_fail_group((int[]){WA_EUSER - 1, WA_ETIMEDOUT, WA_EUSER - 3}, 3);
}

TASK_TEST(group_error_made_by_hand) {
  int errors[3] = {0};
  wa_task *t = wa_spawn(fails_as_a_group, NULL);
  EXPECT_STATUS(wa_await(t), WA_EGROUP);
  EXPECT_INT(wa_errors(t, errors, 3), 3);
  EXPECT_INT(errors[1], WA_ETIMEDOUT);
  wa_release(t);
}

TASK_TEST(group_error_made_by_hand_of_what_is_none) {
  for (int i = 0; i < 4; i++) {
    int wrong = (int[]){WA_OK, 5, WA_EPENDING, INT32_MIN}[i];
    EXPECT_MISUSE(wa_fail_group((int[]){WA_ETIMEDOUT, wrong}, 2), "wa_fail_group: errors[1] is ");
  }
}

TASK_TEST(group_errors_are_gone_with_the_next) {
  wa_group g;
  int errors[3] = {0};
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
  EXPECT_INT(wa_group_errors(&g, errors, 3), 1);
  wa_task *t = wa_spawn(fails_as_a_group, NULL);
  EXPECT_STATUS(finish(t), WA_EGROUP);
  EXPECT_REFUSED(wa_group_errors(&g, errors, 3), "wa_group_errors: they are gone");
}

TASK_TEST(group_finished_or_failing_takes_no_members) {
  wa_group g, never = {0};
  EXPECT_REFUSED(wa_group_spawn(&never, returns, NULL), "wa_group_spawn: the group was not entered, or is finished");
  wa_group_enter(&g);
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
  EXPECT_REFUSED(wa_group_spawn(&g, returns, NULL), "wa_group_spawn: the group was not entered, or is finished");
  EXPECT_MISUSE(wa_group_exit(&g, WA_OK), "wa_group_exit: the group was not entered by this task, or was left already");
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_ECANCELED);
  EXPECT_REFUSED(wa_group_spawn(&g, returns, NULL), "wa_group_spawn: the group is shutting down");
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
}

/* Left without its exit, as by a function that returned, and begun anew where it was. */
TASK_TEST(group_left_twice_where_one_was_never_left) {
  wa_group g;
  wa_group_enter(&g);
  g = (wa_group){0};
  EXPECT_STATUS(wa_group_enter(&g), WA_OK);
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
  EXPECT_MISUSE(wa_group_exit(&g, WA_OK), "wa_group_exit: the group was not entered by this task, or was left already");
}

static void joins_late(void *group, wa_future *last) {
  (void)last;
  EXPECT_REFUSED(wa_group_spawn(group, returns, NULL), "wa_group_spawn: the group is finished");
  note("late");
}

TASK_TEST(group_whose_last_member_has_ended_takes_none_though_it_is_not_left_yet) {
  wa_group g;
  wa_group_enter(&g);
  wa_task *last = wa_group_spawn(&g, returns, NULL);
  wa_when_done(last, joins_late, &g);
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
  EXPECT_TRACE("late");
  wa_release(last);
}

TASK_TEST(group_member_of_no_function_is_refused) {
  wa_group g;
  wa_group_enter(&g);
  EXPECT_REFUSED(wa_group_spawn(&g, NULL, NULL), "wa_group_spawn: f is NULL");
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
}

TASK_TEST(group_entered_twice_is_refused) {
  wa_group g;
  EXPECT_STATUS(wa_group_enter(&g), WA_OK);
  EXPECT_MISUSE(wa_group_enter(&g), "wa_group_enter");
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
}

static wa_group shared;
static int leaves_the_others(void *arg) {
  (void)arg;
  return wa_group_exit(&shared, WA_OK);
}
static int enters_the_others(void *arg) {
  (void)arg;
  return wa_group_enter(&shared);
}

TASK_TEST(group_is_left_by_who_entered_it) {
  EXPECT_STATUS(finish(wa_spawn(enters_the_others, NULL)), WA_OK); /* and does not leave it */
  EXPECT_MISUSE(wa_group_exit(&shared, WA_OK), "wa_group_exit: the group was not entered by this task");
  EXPECT_STATUS(wa_group_enter(&shared), WA_OK);
  EXPECT_MISUSE(finish(wa_spawn(enters_the_others, NULL)), "wa_group_enter: task 'main' is inside this group");
  wa_release(wa_group_spawn(&shared, enters_the_others, NULL));
  EXPECT_STATUS(wa_group_exit(&shared, WA_OK), WA_EGROUP);
  EXPECT_STATUS(wa_group_enter(&shared), WA_OK);
  EXPECT_MISUSE(finish(wa_spawn(leaves_the_others, NULL)), "wa_group_exit: the group was not entered by this task");
  EXPECT_STATUS(wa_group_exit(&shared, WA_OK), WA_OK);
}

static int says_how_it_ended(void *status) {
  return *(int *)status = wa_sleep(WA_S(9));
}

static int never_leaves(void *status) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, says_how_it_ended, status));
  wa_yield();
  return WA_OK;
}

TASK_TEST(group_never_left_cancels_its_members_and_waits_for_none) {
  int member = 0;
  EXPECT_STATUS(finish(wa_spawn(never_leaves, &member)), WA_OK);
  EXPECT_STATUS(member, WA_ECANCELED);
  EXPECT_INT(wa_now(), 0);
}

static int dies_in_its_group(void *status) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, says_how_it_ended, status));
  return stubborn(NUMBER(99));
}

TASK_TEST(group_of_a_discarded_task_is_cancelled) {
  int member = 0;
  wa_task *t = wa_spawn(dies_in_its_group, &member);
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, 0, true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_STATUS(finish(t), WA_EDISCARDED);
  turns(1);
  EXPECT_STATUS(member, WA_ECANCELED);
}

static int member_spawns(void *g) {
  wa_sleep(WA_MS(1));
  wa_release(wa_group_spawn(g, sleeper, NUMBER(5)));
  return WA_OK;
}

TASK_TEST(group_member_may_spawn_members) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, member_spawns, &g));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(6));
}

static int in_group(void *ms) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, sleeper, ms));
  return wa_group_exit(&g, WA_OK);
}

TASK_TEST(group_cancelled_while_it_waits_ends_as_cancelled_with_the_reason) {
  wa_task *t = wa_spawn(in_group, NUMBER(100));
  turns(2);
  wa_cancel(t, "enough");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "enough");
  EXPECT_INT(wa_now(), 0);
  wa_release(t);
}

TASK_TEST(group_eager_member_that_fails_at_once) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn_with(&g, returns, NUMBER(WA_EUSER - 1), &(wa_task_options){.eager = true}));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
}

/* ---- a group's error on its way out, past other ends ------------------------------------------------------------ */

static void stop(void *helper) {
  wa_cancel(helper, "no longer needed");
  wa_await(helper);
  wa_release(helper);
}

static int fails_as_group(void *arg) {
  (void)arg;
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  return wa_group_exit(&g, WA_OK);
}

static int then_stops_a_helper(void *arg) {
  wa_task *helper = wa_spawn(forever, NULL);
  int st = fails_as_group(arg);
  stop(helper);
  return st;
}

static int then_stops_by_a_deferred(void *arg) {
  wa_defer(stop, wa_spawn(forever, NULL));
  return fails_as_group(arg);
}

static int then_meets_a_timeout(void *arg) {
  int st = fails_as_group(arg);
  wa_task *late = wa_spawn(forever, NULL);
  EXPECT_STATUS(wa_wait_for(late, WA_MS(1)), WA_ETIMEDOUT);
  wa_release(late);
  return st;
}

static int then_is_cancelled_in_vain(void *arg) {
  int st = fails_as_group(arg);
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_ECANCELED);
  wa_uncancel(wa_current());
  return st;
}

TASK_TEST(group_errors_stay_until_the_next_of_a_group) {
  static const wa_task_fn ways[] = {fails_as_group, then_stops_a_helper, then_stops_by_a_deferred, then_meets_a_timeout,
                                    then_is_cancelled_in_vain};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    int errors[2] = {0};
    wa_group outer;
    wa_group_enter(&outer);
    wa_task *t = wa_group_spawn(&outer, ways[i], NULL);
    wa_sleep(WA_MS(2));
    if (ways[i] == then_is_cancelled_in_vain) wa_cancel(t, "in vain");
    EXPECT_STATUS(wa_group_exit(&outer, WA_OK), WA_EGROUP);
    EXPECT_INT(wa_group_errors(&outer, errors, 2), 1);
    EXPECT_INT(errors[0], WA_EUSER - 1);
    EXPECT_INT(wa_errors(t, NULL, 0), 1);
    wa_release(t);
  }
}

TASK_TEST(group_errors_may_be_read_after_other_awaits) {
  int error = 0;
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_after, NUMBER(1)));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
  stop(wa_spawn(forever, NULL));
  EXPECT_INT(wa_group_errors(&g, &error, 1), 1);
  EXPECT_INT(error, WA_EUSER - 1);
}

TASK_TEST(group_error_without_members_stands_for_itself) {
  int error = 0;
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, returns, NUMBER(WA_EGROUP)));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
  EXPECT_INT(wa_group_errors(&g, &error, 1), 1);
  EXPECT_INT(error, WA_EGROUP);
}

TASK_TEST(group_errors_of_the_group_before_are_gone_though_as_many) {
  wa_group first, second;
  wa_group *groups[] = {&first, &second};
  for (int i = 0; i < 2; i++) {
    wa_group_enter(groups[i]);
    wa_release(wa_group_spawn(groups[i], fails_after, NUMBER(i + 1)));
    EXPECT_STATUS(wa_group_exit(groups[i], WA_OK), WA_EGROUP);
  }
  EXPECT_INT(wa_group_errors(&first, NULL, 0), 0);
  EXPECT_INT(wa_group_errors(&second, NULL, 0), 1);
}

TASK_TEST(group_record_that_was_copied_is_refused) {
  wa_group g, copy;
  wa_group_enter(&g);
  copy = g;
  EXPECT_MISUSE(wa_group_exit(&copy, WA_OK), "wa_group_exit: the group was not entered by this task");
  EXPECT_REFUSED(wa_group_spawn(&copy, sleeper, NUMBER(1)), "wa_group_spawn: the group was not entered");
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
}

static int ends_by_its_group(void *slow) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, slow ? stubborn : forever, slow));
  return wa_group_exit(&g, wa_sleep(WA_S(2)));
}

static int fails_when_cancelled(void *arg) {
  (void)arg;
  return wa_sleep(WA_S(1)) == WA_ECANCELED ? WA_EUSER : WA_OK;
}

static int leaves_a_group_that_fails(void *arg) {
  (void)arg;
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_when_cancelled, NULL));
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_EGROUP);
  EXPECT_INT(wa_cancelling(wa_current()), 1);
  return wa_yield();
}

TASK_TEST(group_cancelled_from_outside_whose_members_fail_hears_it_at_the_next_await) {
  wa_task *t = wa_spawn(leaves_a_group_that_fails, NULL);
  turns(2);
  wa_cancel(t, "a reason that is kept for the next await");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "a reason that is kept for the next await");
  wa_release(t);
}

/* The first request ended the body; what comes while the members end is not its reason. */
TASK_TEST(group_cancelled_again_while_it_waits_ends_with_the_first_reason) {
  wa_task *t = wa_spawn(ends_by_its_group, NUMBER(10));
  wa_sleep(WA_MS(1));
  wa_cancel(t, "first");
  wa_sleep(WA_MS(1));
  wa_cancel(t, "second");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  TAKE_REPORT(WA_REPORT_SWALLOWED);
  EXPECT_TEXT(wa_reason(t), "first");
  wa_release(t);
}

static wa_group forgotten_group;
static wa_timeout forgotten_timeout;
static int forgets_both(void *arg) {
  (void)arg;
  wa_timeout_enter(&forgotten_timeout, WA_MS(5));
  wa_group_enter(&forgotten_group);
  return WA_OK;
}

TASK_TEST(scopes_of_a_task_that_has_ended_have_ended) {
  for (int i = 0; i < 3; i++) { /* the memory of the first has others by then */
    EXPECT_STATUS(finish(wa_spawn(forgets_both, NULL)), WA_OK);
    wa_task *others[] = {wa_spawn(sleeper, NUMBER(1)), wa_spawn(sleeper, NUMBER(1))};
    EXPECT_REFUSED(wa_group_spawn(&forgotten_group, sleeper, NUMBER(1)), "the group was not entered, or is finished");
    EXPECT_MISUSE(wa_group_exit(&forgotten_group, WA_OK), "the group was not entered by this task");
    EXPECT_MISUSE(wa_timeout_reschedule(&forgotten_timeout, WA_MS(5)), "the timeout is not active");
    EXPECT(!wa_timeout_expired(&forgotten_timeout));
    for (int j = 0; j < 2; j++) EXPECT_STATUS(finish(others[j]), WA_OK);
  }
}
