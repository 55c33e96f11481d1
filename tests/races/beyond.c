/* Races where the runtime gives more than CPython 3.14, or something else: what asyncio hangs on, loses or only logs.
 * Each says in a line what CPython does there. */
#include "../core/unit.h"
#include "../../src/base.h"

static wa_task *tasks[2];

static int awaits_slot(void *slot) { return wa_await(tasks[(intptr_t)slot]); }

static int shields_slot(void *slot) { return finish(wa_shield(tasks[(intptr_t)slot])); }

static int fails_after(void *ms) {
  int st = wa_sleep(WA_MS((intptr_t)ms));
  return st < 0 ? st : WA_EUSER - 1;
}

/* ---- bpo-36456: tasks that await each other. CPython: they hang, and cancel() recurses until the stack ends ---- */

TASK_TEST(bpo_36456_circle_is_refused_to_who_would_close_it) {
  tasks[0] = wa_spawn_with(awaits_slot, NUMBER(1), &(wa_task_options){.name = "a"});
  tasks[1] = wa_spawn_with(awaits_slot, NUMBER(0), &(wa_task_options){.name = "b"});
  EXPECT_MISUSE(wa_await(tasks[1]), "would wait for each other: b -> a -> b");
  EXPECT_STATUS(wa_await(tasks[0]), WA_EMISUSE);
  wa_release(tasks[0]);
  wa_release(tasks[1]);
}

#define LINKS 3000
static int link(void *left) {
  intptr_t n = (intptr_t)left;
  return n ? finish(wa_spawn(link, NUMBER(n - 1))) : forever(NULL);
}

TASK_TEST(bpo_36456_cancel_goes_down_a_chain_of_any_length) {
  wa_task *top = wa_spawn(link, NUMBER(LINKS));
  turns(LINKS + 2);
  EXPECT(wa_cancel(top, "all the way"));
  EXPECT_STATUS(wa_await(top), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(top), "all the way");
  wa_release(top);
}

/* ---- bpo-45390: the message. CPython: the first reader of a cancelled task gets it, the next one nothing ------- */

TASK_TEST(bpo_45390_reason_stays_for_every_reader) {
  wa_task *t = wa_spawn(forever, NULL);
  tasks[0] = t;
  turns(1);
  wa_task *reader = wa_spawn(awaits_slot, NUMBER(0));
  turns(1);
  wa_cancel(t, "the user left");
  EXPECT_STATUS(wa_await(reader), WA_ECANCELED);
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  for (int i = 0; i < 2; i++) {
    EXPECT_TEXT(wa_reason(t), "the user left");
    EXPECT_TEXT(wa_reason(reader), "the user left");
  }
  wa_release(reader);
  wa_release(t);
}

/* ---- bpo-42636: the error of a shielded task. CPython: logged if the shield was cancelled, read or not -------- */

TASK_TEST(bpo_42636_error_that_nobody_reads_is_reported) {
  tasks[0] = wa_spawn_with(fails_after, NUMBER(3), &(wa_task_options){.name = "inner"});
  wa_task *reader = wa_spawn(shields_slot, NUMBER(0));
  turns(1);
  wa_cancel(reader, NULL);
  EXPECT_STATUS(finish(reader), WA_ECANCELED);
  wa_sleep(WA_MS(5));
  wa_release(tasks[0]);
  static const char small[] = "task 'inner' failed with WA_EUSER, and nobody looked at it";
  static const char text[] = "task 'inner' failed with WA_EUSER after beyond.c:13, and nobody looked at it";
  EXPECT_REPORT(WA_REPORT_UNSEEN, WA__SMALL ? small : text);
}

TASK_TEST(gh_156321_error_that_is_read_later_is_not) {
  tasks[0] = wa_spawn(fails_after, NUMBER(3));
  wa_task *reader = wa_spawn(shields_slot, NUMBER(0));
  turns(1);
  wa_cancel(reader, NULL);
  EXPECT_STATUS(finish(reader), WA_ECANCELED);
  EXPECT_STATUS(finish(tasks[0]), WA_EUSER - 1);
}

/* ---- gh-94972: a shielded task of which nobody keeps a reference. CPython: it may be collected as it runs ----- */

static int notes_its_end(void *arg) {
  (void)arg;
  int st = wa_sleep(WA_MS(5));
  note("%s", wa_status_name(st));
  return st;
}

static int shields_a_nameless_one(void *arg) {
  (void)arg;
  wa_task *inner = wa_spawn(notes_its_end, NULL);
  wa_future *outer = wa_shield(inner);
  wa_release(inner);
  return finish(outer);
}

TASK_TEST(gh_94972_shielded_task_without_a_reference_goes_on) {
  wa_task *t = wa_spawn(shields_a_nameless_one, NULL);
  turns(2);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  wa_sleep(WA_MS(10));
  EXPECT_TRACE("WA_OK");
}

/* ---- gh-155143: cancelled shields of a task that lives long. CPython 3.14: each leaves a callback on it -------- */

TASK_TEST(gh_155143_cancelled_shields_leave_nothing) {
  wa_counts before, after;
  wa_task *t = wa_spawn(forever, NULL);
  turns(1);
  wa_count(&before);
  for (int i = 0; i < 100; i++) {
    wa_future *outer = wa_shield(t);
    wa_cancel(outer, NULL);
    wa_release(outer);
  }
  turns(1);
  wa_count(&after);
  EXPECT_INT(after.bytes, before.bytes);
  EXPECT_INT(after.futures, before.futures);
  wa_cancel(t, NULL);
  finish(t);
}

/* ---- gh-111379: a cancellation is swallowed, so that a timeout does not come out. CPython: silently ------------ */

static int swallows(void *ms) {
  (void)!wa_sleep(WA_MS((intptr_t)ms));
  return WA_OK;
}

TASK_TEST(gh_111379_who_swallows_is_named) {
  wa_task *t = wa_spawn_with(swallows, NUMBER(100), &(wa_task_options){.name = "bar"});
  wa_timeout timeout;
  EXPECT_STATUS(wa_timeout_enter(&timeout, WA_MS(2)), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&timeout, wa_await(t)), WA_OK);
  EXPECT(wa_timeout_expired(&timeout));
  const wa_report *report = TAKE_REPORT(WA_REPORT_SWALLOWED);
  if (report) EXPECT_CONTAINS(report->text, "task 'bar' swallowed its cancellation: told at beyond.c:");
  wa_release(t);
}

/* ---- gh-134471: timeout(0) swallows an earlier cancellation, here as there. A checkpoint before it does not --- */

TASK_TEST(gh_134471_checkpoint_before_the_scope_hears_the_request) {
  wa_cancel(wa_current(), "earlier");
  EXPECT_STATUS(wa_checkpoint(), WA_ECANCELED);
  wa_uncancel(wa_current());
  wa_timeout t;
  EXPECT_STATUS(wa_timeout_enter(&t, 0), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&t, wa_sleep(WA_MS(1))), WA_ETIMEDOUT);
}

/* ---- gh-77714: the timer of an iterator that is given up. CPython: stays; wa_completed_close takes it along ---- */

TASK_TEST(gh_77714_close_takes_the_timer_along) {
  wa_counts c;
  wa_completed it;
  wa_task *t = wa_spawn(sleeper, NUMBER(5));
  EXPECT_STATUS(wa_completed_init(&it, &t, 1, WA_S(20)), WA_OK);
  wa_completed_close(&it);
  turns(1);
  wa_count(&c);
  EXPECT_INT(c.timers, 1); /* the sleeper's */
  finish(t);
}

/* ---- bpo-32751: wait_for waits for a task that ignores its cancellation, for ever. wa_stop_within does not ----- */

TASK_TEST(bpo_32751_bounded_wait_for_a_task_that_refuses) {
  wa_time begin = wa_now();
  wa_task *t = wa_spawn_with(stubborn, NUMBER(1000), &(wa_task_options){.name = "mule"});
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, WA_MS(10), true), WA_ETIMEDOUT);
  EXPECT_INT(wa_now() - begin, WA_MS(10));
  EXPECT_STATUS(wa_status(t), WA_EDISCARDED);
  const wa_report *report = TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  if (report) EXPECT_CONTAINS(report->text, "task 'mule' still runs, 10 ms after its cancellation");
  wa_release(t);
}

/* ---- gh-111085: scopes used wrongly. CPython since 3.12: RuntimeError, and the scope stays consistent ---------- */

TASK_TEST(gh_111085_scopes_used_wrongly) {
  wa_timeout t = {0};
  wa_group g = {0};
  EXPECT_MISUSE(wa_timeout_reschedule(&t, 0), "the timeout is not active");
  EXPECT_MISUSE(wa_timeout_exit(&t, WA_OK), "was not entered by this task");
  EXPECT_REFUSED(wa_group_spawn(&g, forever, NULL), "the group was not entered");
  EXPECT_MISUSE(wa_group_exit(&g, WA_OK), "was not entered by this task");
  EXPECT_STATUS(wa_timeout_enter(&t, WA_MS(1)), WA_OK);
  EXPECT_STATUS(wa_group_enter(&g), WA_OK);
  EXPECT_STATUS(wa_group_exit(&g, WA_OK), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&t, WA_OK), WA_OK);
  EXPECT_MISUSE(wa_group_exit(&g, WA_OK), "was left already");
  EXPECT_MISUSE(wa_timeout_exit(&t, WA_OK), "was left already");
  EXPECT_REFUSED(wa_group_spawn(&g, forever, NULL), "is finished");
  EXPECT_INT(wa_cancelling(wa_current()), 0);
}
