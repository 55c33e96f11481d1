/* Reports: nothing is silent. */
#include "unit.h"
#include "../../src/base.h"

#include <stdio.h>
#include <string.h>

static wa_task *named(const char *name, wa_task_fn f, void *arg) {
  return wa_spawn_with(f, arg, &(wa_task_options){.name = name});
}

/* ---- swallowed --------------------------------------------------------------------------------------------------- */

static int swallows(void *status) {
  (void)wa_sleep(WA_S(1));
  wa_sleep(WA_MS(3));
  return (int)(intptr_t)status;
}

TASK_TEST(report_of_a_swallowed_cancellation) {
  wa_task *t = named("glutton", swallows, NUMBER(0));
  turns(1);
  wa_sleep(WA_MS(1));
  wa_cancel(t, NULL);
  EXPECT_STATUS(wa_await(t), WA_OK);
  const wa_report *r = TAKE_REPORT(WA_REPORT_SWALLOWED);
  if (!r) return;
  EXPECT(r->task == t);
  EXPECT_INT(r->age, WA_MS(3));
  EXPECT_STATUS(r->status, WA_OK);
  EXPECT_CONTAINS(r->site, "reports.c:");
  EXPECT_CONTAINS(r->text, "task 'glutton' swallowed its cancellation: told at reports.c:");
  EXPECT_CONTAINS(r->text, "asked 3 ms ago, ended with WA_OK");
  wa_release(t);
}

static void asks_for_the_status(const wa_report *report, void *ctx) {
  (void)ctx;
  note("%d %s", wa_done(report->task), wa_status_name(wa_status(report->task)));
}

TASK_TEST(report_of_a_swallowed_cancellation_is_told_before_the_task_is_done) {
  wa_task *t = wa_spawn(swallows, NUMBER(0));
  turns(1);
  wa_cancel(t, NULL);
  wa_on_report(asks_for_the_status, NULL);
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE(WA__SMALL ? "0 WA_OK" : "0 WA_EPENDING");
}

TASK_TEST(report_of_a_cancellation_swallowed_into_a_result) {
  wa_task *t = named("glutton", swallows, NUMBER(12));
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), 12);
  TAKE_REPORT(WA_REPORT_SWALLOWED);
}

static int takes_back(void *arg) {
  (void)arg;
  (void)wa_sleep(WA_S(1));
  wa_uncancel(wa_current());
  return WA_OK;
}

static int fails_instead(void *arg) {
  (void)arg;
  (void)wa_sleep(WA_S(1));
  return WA_EUSER - 1;
}

TASK_TEST(report_none_when_it_was_taken_back_or_turned_into_an_error) {
  wa_task *a = wa_spawn(takes_back, NULL), *b = wa_spawn(fails_instead, NULL);
  turns(1);
  wa_cancel(a, NULL);
  wa_cancel(b, NULL);
  EXPECT_STATUS(finish(a), WA_OK);
  EXPECT_STATUS(finish(b), WA_EUSER - 1);
}

/* ---- unseen ------------------------------------------------------------------------------------------------------ */

static int returns_later(void *status) {
  wa_yield();
  return (int)(intptr_t)status;
}

TASK_TEST(report_of_an_error_that_nobody_looked_at) {
  wa_release(named("unloved", returns, NUMBER(WA_EUSER - 1)));
  turns(1);
  EXPECT_REPORT(WA_REPORT_UNSEEN, "task 'unloved' failed with WA_EUSER, and nobody looked at it");
  wa_task *t = named("later", returns, NUMBER(WA_ETIMEDOUT));
  turns(2);
  wa_release(t);
  EXPECT_REPORT(WA_REPORT_UNSEEN, "task 'later' failed with WA_ETIMEDOUT, and nobody looked at it");
}

static int sleeps_wrongly(void *arg) { return wa_sleep(-(int)(intptr_t)arg); }

static int sleeps_wrongly_before_it_succeeds(void *arg) {
  sleeps_wrongly(arg);
  return WA_OK;
}

TASK_TEST(report_of_a_wrong_call_has_no_other_task_s_sentence) {
  static const char text[] = "task 'wrong' failed with WA_EMISUSE, and nobody looked at it";
  wa_release(named("right", sleeps_wrongly_before_it_succeeds, NUMBER(5)));
  turns(1);
  wa_release(named("wrong", returns, NUMBER(WA_EMISUSE))); /* in the same place */
  turns(1);
  EXPECT_REPORT(WA_REPORT_UNSEEN, text);
  wa_release(named("right", sleeps_wrongly_before_it_succeeds, NUMBER(5)));
  wa_release(named("wrong", returns, NUMBER(WA_EMISUSE)));
  turns(1);
  EXPECT_REPORT(WA_REPORT_UNSEEN, text);
}

TASK_TEST(report_of_an_error_that_somebody_looked_for_too_early) {
  wa_task *t = named("early", returns, NUMBER(WA_EUSER - 1));
  EXPECT_STATUS(wa_status(t), WA_EPENDING);
  turns(2);
  wa_release(t);
  EXPECT_REPORT(WA_REPORT_UNSEEN, "task 'early' failed with WA_EUSER, and nobody looked at it");
}

static void asks(void *ctx, wa_future *f) {
  if (ctx) EXPECT_STATUS(wa_status(f), WA_ETIMEDOUT);
}

TASK_TEST(report_of_an_error_that_a_callback_did_not_ask_for) {
  for (int asked = 0; asked < 2; asked++) {
    wa_task *t = named("told", returns, NUMBER(WA_ETIMEDOUT));
    wa_when_done(t, asks, asked ? t : NULL);
    wa_release(t);
    turns(2);
    if (!asked) EXPECT_REPORT(WA_REPORT_UNSEEN, "task 'told' failed with WA_ETIMEDOUT, and nobody looked at it");
  }
}

/* The error is then the other's, and so is the report. */
TASK_TEST(report_of_an_error_of_a_future_that_is_no_task) {
  static const char text[] = "a future failed with WA_EUSER, and nobody looked at it";
  wa_task *member = named("member", returns, NUMBER(WA_EUSER - 1));
  wa_future *rejected = wa_future_new(), *all = wa_gather(&member, 1, 0), *shielded = wa_shield(member);
  wa_reject(rejected, WA_EUSER - 1);
  turns(3);
  wa_future *futures[] = {rejected, all, shielded};
  for (size_t i = 0; i < 3; i++) {
    wa_release(futures[i]);
    EXPECT_REPORT(WA_REPORT_UNSEEN, text);
  }
  wa_release(member);
}

TASK_TEST(report_of_no_error_whose_task_was_cancelled_afterwards) {
  wa_task *t = named("given up", returns, NUMBER(WA_EUSER - 1));
  wa_future *f = wa_future_new();
  wa_reject(f, WA_ETIMEDOUT);
  turns(2);
  EXPECT(!wa_cancel(t, NULL));
  EXPECT(!wa_cancel(f, NULL));
  wa_release(t);
  wa_release(f);
}

/* Whoever awaited the gather has heard of one error, and wants no other. */
TASK_TEST(report_of_no_member_that_fails_after_its_gather_has) {
  wa_task *first = named("first", returns, NUMBER(WA_EUSER - 1)), *second = named("second", returns_later, NUMBER(WA_EUSER - 2));
  wa_task *both[] = {first, second};
  wa_future *all = wa_gather(both, 2, 0);
  EXPECT_STATUS(wa_await(all), WA_EUSER - 1);
  wa_release(all);
  wa_release(first);
  wa_release(second);
  turns(3);
}

/* asyncio.wait asks each that has ended whether it failed, but for the last. */
TASK_TEST(report_of_an_error_that_ended_a_wait_as_the_last) {
  wa_task *both[] = {named("first", returns, NUMBER(WA_OK)), named("last", returns, NUMBER(WA_ETIMEDOUT))};
  EXPECT_STATUS(wa_wait(both, 2, WA_FIRST_EXCEPTION, WA_FOREVER), WA_OK);
  wa_release(both[0]);
  wa_release(both[1]);
  EXPECT_REPORT(WA_REPORT_UNSEEN, "task 'last' failed with WA_ETIMEDOUT, and nobody looked at it");
  wa_task *failing[] = {named("first", returns, NUMBER(WA_ETIMEDOUT)), named("other", returns, NUMBER(WA_OK))};
  EXPECT_STATUS(wa_wait(failing, 2, WA_FIRST_EXCEPTION, WA_FOREVER), WA_OK);
  wa_release(failing[0]);
  wa_release(failing[1]);
}

TASK_TEST(report_none_of_an_error_that_somebody_looked_at) {
  wa_task *t = wa_spawn(returns, NUMBER(WA_EUSER - 1));
  turns(1);
  EXPECT_STATUS(wa_status(t), WA_EUSER - 1);
  wa_release(t);
  t = wa_spawn(forever, NULL);
  turns(1);
  wa_cancel(t, NULL);
  wa_release(t);
  turns(2);
  wa_future *f = wa_future_new();
  wa_reject(f, WA_EUSER - 1);
  EXPECT_STATUS(wa_status(f), WA_EUSER - 1);
  wa_release(f);
}

static wa_task *kept;
static void keeps(const wa_report *report, void *ctx) {
  (void)ctx;
  kept = wa_retain(report->task);
}

TASK_TEST(report_listener_may_keep_the_task) {
  wa_on_report(keeps, NULL);
  wa_release(wa_spawn(returns, NUMBER(WA_EUSER - 1)));
  turns(1);
  if (!EXPECT(kept != NULL)) return;
  EXPECT_STATUS(wa_status(kept), WA_EUSER - 1);
  wa_release(kept);
}

/* ---- deadlock, shutdown ------------------------------------------------------------------------------------------ */

static const char awaits_at[] = UNIT_HERE; static int awaits(void *future) { return wa_await(future); } /* on one line */

TEST(report_of_a_deadlock) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn_with(awaits, f, &(wa_task_options){.name = "other"});
  EXPECT_STATUS(wa_run(awaits, f), WA_EDEADLOCK);
  const wa_report *r = TAKE_REPORT(WA_REPORT_DEADLOCK);
  if (r) {
    EXPECT(r->task == NULL);
    EXPECT_INT(r->count, 2);
    char text[128] = "deadlock (or max_turns); tasks left (2)";
    size_t size = strlen(text);
    if (!WA__SMALL) snprintf(text + size, sizeof text - size, ": 'other' at %s, 'main' at %s", awaits_at, awaits_at);
    EXPECT_TEXT(r->text, text);
  }
  EXPECT_STATUS(wa_status(t), WA_EDISCARDED);
  wa_release(t);
  wa_release(f);
}

static int leaves_two(void *arg) {
  (void)arg;
  wa_release(wa_spawn(sleeper, NUMBER(5)));
  wa_release(wa_spawn(forever, NULL));
  return WA_OK;
}

TEST(report_of_tasks_left_at_the_end_of_main) {
  EXPECT_STATUS(wa_run(leaves_two, NULL), WA_OK);
  const wa_report *r = TAKE_REPORT(WA_REPORT_SHUTDOWN);
  if (!r) return;
  EXPECT_INT(r->count, 2);
  EXPECT_TEXT(r->text, "the main task ended; cancelling what is left (2)");
}

/* ---- stalled, ungraceful: on a real clock, while another process may have the processor at any time ---------------- */

static int heard;
static void count_stalls(const wa_report *report, void *ctx) {
  (void)ctx;
  EXPECT_INT(report->kind, WA_REPORT_STALLED);
  if (heard++ == 0) {
    EXPECT(report->age >= WA_MS(10));
    EXPECT_CONTAINS(report->text, "task 'main'"); /* or one of the steps before its own: only debug tells */
    EXPECT_CONTAINS(report->text, " ms without an await");
    EXPECT_CONTAINS(report->text, "reports.c:");
  }
}

static void busy(wa_time t) {
  for (wa_time end = wa_now() + t; wa_now() < end;) continue;
}

static int hogs(void *arg) {
  (void)arg;
  wa_yield();
  busy(WA_MS(30));
  return wa_yield();
}

TEST(report_of_a_step_without_an_await) {
  heard = 0;
  wa_configure(&(wa_config){.stall_after = WA_MS(10)});
  wa_on_report(count_stalls, NULL);
  EXPECT_STATUS(wa_run(hogs, NULL), WA_OK);
  EXPECT(heard > 0); /* the machine may have made a second one of another step */
}

static wa_time looked, longest; /* what the machine paused it for, at most: from one look at the clock to the next */
static wa_time look(void) {
  wa_time now = wa_now();
  if (now - looked > longest) longest = now - looked;
  return looked = now;
}

static int computes_politely(void *arg) {
  (void)arg;
  int status = WA_OK;
  for (wa_time end = look() + WA_MS(100); status == WA_OK && look() < end;) status = wa_checkpoint();
  return status;
}

static void count_any(const wa_report *report, void *ctx) {
  (void)report, (void)ctx;
  heard++;
}

TEST(report_none_of_a_long_step_with_checkpoints) {
  wa_configure(&(wa_config){.stall_after = WA_MS(50)});
  wa_on_report(count_any, NULL);
  do {
    longest = heard = 0;
    looked = wa_now();
    EXPECT_STATUS(wa_run(computes_politely, NULL), WA_OK);
    look();
  } while (longest >= WA_MS(20)); /* so two of them and the time that a step may take are no long step */
  EXPECT_INT(heard, 0);
}

static wa_time told; /* the age that a report of the mule tells; 0: it has not come */
static void hear_mule(const wa_report *report, void *ctx) {
  (void)ctx;
  if (report->kind == WA_REPORT_SWALLOWED) return;
  EXPECT_INT(report->kind, WA_REPORT_UNGRACEFUL);
  EXPECT_CONTAINS(report->text, "task 'mule' still runs, ");
  told = report->age;
}

static int ignores_by_yielding(void *arg) {
  (void)arg;
  while (!told) (void)wa_yield();
  return WA_OK;
}

static int cancels_one(void *f) {
  wa_task *t = named("mule", (wa_task_fn)f, NULL);
  wa_yield();
  wa_time asked = wa_now();
  wa_cancel(t, NULL);
  int status = finish(t);
  EXPECT(told >= WA_MS(10) && told <= wa_now() - asked);
  return status;
}

static void expect_ungraceful(wa_task_fn mule) {
  told = 0;
  wa_configure(&(wa_config){.grace = WA_MS(10), .stall_after = WA_S(1000)});
  wa_on_report(hear_mule, NULL);
  EXPECT_STATUS(wa_run(cancels_one, (void *)mule), WA_OK);
}

TEST(report_of_a_task_that_ignores_its_cancellation_and_never_lets_the_loop_idle) {
  expect_ungraceful(ignores_by_yielding);
}

#ifndef __EMSCRIPTEN__ /* whose host can't wait */
static int ignores_by_sleeping(void *arg) {
  (void)arg;
  while (!told) (void)wa_sleep(WA_MS(1));
  return WA_OK;
}

TEST(report_of_a_task_that_ignores_its_cancellation_and_sleeps) { expect_ungraceful(ignores_by_sleeping); }
#endif

static wa_task *slow;
static int sleeps_for_long(void *arg) {
  (void)arg;
  slow = wa_current();
  while (!told) (void)wa_sleep(WA_S(1000));
  return WA_OK;
}

extern int (*wa__block_for)(wa_time until); /* the runtime's own: waits */
static wa_time longest_wait;
static int does_not_wait(wa_time until) {
  if (told) wa_cancel(slow, NULL);
  else if (until - wa_now() > longest_wait) longest_wait = until - wa_now();
  return WA_OK;
}

TEST(report_of_a_task_that_ignores_its_cancellation_comes_though_nothing_is_due) {
  int (*waits)(wa_time until) = wa__block_for;
  wa__block_for = does_not_wait;
  longest_wait = 0;
  expect_ungraceful(sleeps_for_long);
  wa__block_for = waits;
  EXPECT(longest_wait <= WA_MS(10)); /* to the end of its grace, not of its sleep */
}

static void cancels_again(const wa_report *report, void *ctx) {
  hear_mule(report, ctx);
  if (report->kind == WA_REPORT_UNGRACEFUL) wa_cancel(report->task, NULL);
}

static int waits_in_spite_of_it;
static int counts_waits(wa_time until) {
  (void)until;
  if (!told) return WA_OK;
  waits_in_spite_of_it++;
  wa_cancel(slow, NULL);
  return WA_OK;
}

/* What a listener has made ready runs before the loop waits again. */
TEST(report_whose_listener_cancels_again_is_heard_at_once) {
  int (*waits)(wa_time until) = wa__block_for;
  wa__block_for = counts_waits;
  told = 0;
  waits_in_spite_of_it = 0;
  wa_configure(&(wa_config){.grace = WA_MS(10), .stall_after = WA_S(1000)});
  wa_on_report(cancels_again, NULL);
  EXPECT_STATUS(wa_run(cancels_one, (void *)sleeps_for_long), WA_OK);
  wa__block_for = waits;
  EXPECT_INT(waits_in_spite_of_it, 0);
}

/* ---- listeners --------------------------------------------------------------------------------------------------- */

static void waits_in_vain(const wa_report *report, void *ctx) {
  ++*(int *)ctx;
  EXPECT(report->kind == WA_REPORT_UNSEEN);
  EXPECT(wa_current() == NULL);
  EXPECT_MISUSE(wa_sleep(WA_MS(1)), "called outside of a task");
  /* a report in a report */
  wa_release(wa_spawn_with(returns, NUMBER(WA_EUSER - 2), &(wa_task_options){.eager = true}));
}

TASK_TEST(report_listener_can_not_suspend_nor_be_entered_again) {
  int calls = 0;
  wa_on_report(waits_in_vain, &calls);
  wa_release(wa_spawn(returns, NUMBER(WA_EUSER - 1)));
  turns(1);
  EXPECT_INT(calls, 1);
  EXPECT(wa_current() != NULL);
}

/* Told of an error as the runtime is closed, it leaves a task, and another error. */
static void leaves_more(const wa_report *report, void *told) {
  if (report->kind != WA_REPORT_UNSEEN || ++*(int *)told > 9) return; /* enough to see that there is no end */
  wa_release(wa_spawn(returns, NUMBER(0)));
  wa_reject(wa_future_new(), WA_EUSER);
}

void wa__reclaim(void); /* the runtime's own: releases every future */

TEST(report_as_the_runtime_is_closed_comes_once_though_its_listener_leaves_more) {
  int told = 0;
  wa_on_report(leaves_more, &told);
  wa_reject(wa_future_new(), WA_EUSER);
  wa__reclaim();
  EXPECT_INT(told, 1);
}

TASK_TEST(report_without_a_listener_is_a_line_on_stderr) {
  wa_on_report(NULL, NULL);
  wa_release(named("unloved", returns, NUMBER(WA_EUSER - 1)));
  turns(1);
}
