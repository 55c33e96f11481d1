/* Futures by hand: one outcome, for every reader, told to callbacks in the order they were added. */
#include "unit.h"

static int await_it(void *future) {
  int status = wa_await(future);
  note("%s", wa_status_name(status));
  return status;
}

TASK_TEST(future_is_pending_until_it_is_resolved) {
  int x = 0;
  wa_future *f = wa_future_new();
  EXPECT(!wa_done(f));
  EXPECT(!wa_cancelled(f));
  EXPECT_STATUS(wa_status(f), WA_EPENDING);
  EXPECT(wa_value(f) == NULL);
  EXPECT_TEXT(wa_reason(f), "");
  EXPECT_STATUS(wa_resolve(f, &x), WA_OK);
  EXPECT(wa_done(f));
  EXPECT(!wa_cancelled(f));
  EXPECT_STATUS(wa_status(f), WA_OK);
  EXPECT(wa_value(f) == &x);
  EXPECT_STATUS(wa_await(f), WA_OK);
  wa_release(f);
}

TASK_TEST(future_rejected_gives_its_error_to_every_reader) {
  wa_future *f = wa_future_new();
  wa_task *a = wa_spawn(await_it, f), *b = wa_spawn(await_it, f);
  turns(1);
  EXPECT_STATUS(wa_reject(f, WA_EUSER - 3), WA_OK);
  EXPECT_STATUS(finish(a), WA_EUSER - 3);
  EXPECT_STATUS(finish(b), WA_EUSER - 3);
  EXPECT_STATUS(finish(f), WA_EUSER - 3);
  EXPECT_TRACE("WA_EUSER WA_EUSER");
}

TASK_TEST(future_is_settled_once) {
  wa_future *f = wa_future_new();
  wa_resolve(f, NULL);
  EXPECT_MISUSE(wa_resolve(f, NULL), "wa_resolve: the future is done already (WA_OK)");
  EXPECT_MISUSE(wa_reject(f, WA_EUSER - 1), "wa_reject: the future is done already");
  EXPECT(!wa_cancel(f, "late"));
  EXPECT_STATUS(wa_status(f), WA_OK);
  wa_release(f);
  f = wa_future_new();
  EXPECT(wa_cancel(f, "early"));
  EXPECT(!wa_cancel(f, "again"));
  EXPECT_MISUSE(wa_resolve(f, NULL), "(WA_ECANCELED)");
  EXPECT_TEXT(wa_reason(f), "early");
  EXPECT(wa_cancelled(f));
  wa_release(f);
}

TASK_TEST(future_that_settles_itself_is_not_for_others_to_settle) {
  wa_task *t = wa_spawn(sleeper, NUMBER(1));
  wa_future *shield = wa_shield(t), *gather = wa_gather(&t, 1, 0);
  EXPECT_MISUSE(wa_resolve(t, NULL), "wa_resolve: the future is a task");
  EXPECT_MISUSE(wa_reject(t, WA_EUSER - 1), "wa_reject: the future is a task");
  EXPECT_MISUSE(wa_resolve(shield, NULL), "made by the runtime");
  EXPECT_MISUSE(wa_resolve(gather, NULL), "made by the runtime");
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_STATUS(finish(shield), WA_OK);
  EXPECT_STATUS(finish(gather), WA_OK);
}

TASK_TEST(future_is_rejected_with_errors_only) {
  wa_future *f = wa_future_new();
  EXPECT_MISUSE(wa_reject(f, WA_OK), "wa_reject: status is 0; expected an error, below 0");
  EXPECT_MISUSE(wa_reject(f, 7), "status is 7");
  EXPECT(!wa_done(f));
  wa_release(f);
}

TASK_TEST(future_rejected_as_cancelled_is_a_failure_not_a_cancellation) {
  wa_future *f = wa_future_new();
  EXPECT_STATUS(wa_reject(f, WA_ECANCELED), WA_OK);
  EXPECT(wa_done(f));
  EXPECT(!wa_cancelled(f));
  wa_release(f);
  EXPECT_REPORT(WA_REPORT_UNSEEN, "a future failed with WA_ECANCELED, and nobody looked at it");
}

/* ---- callbacks --------------------------------------------------------------------------------------------------- */

static void told(void *ctx, wa_future *future) { note("%s:%s", (const char *)ctx, wa_status_name(wa_status(future))); }

TASK_TEST(future_callbacks_run_from_the_loop_in_the_order_they_were_added) {
  wa_future *f = wa_future_new();
  EXPECT_STATUS(wa_when_done(f, told, "a"), WA_OK);
  wa_task *t = wa_spawn(await_it, f);
  turns(1);
  EXPECT_STATUS(wa_when_done(f, told, "b"), WA_OK);
  wa_resolve(f, NULL);
  EXPECT_TRACE("");
  turns(1);
  EXPECT_TRACE("a:WA_OK WA_OK b:WA_OK");
  EXPECT_STATUS(wa_when_done(f, told, "late"), WA_OK);
  EXPECT_TRACE("");
  turns(1);
  EXPECT_TRACE("late:WA_OK");
  wa_release(t);
  wa_release(f);
}

TASK_TEST(future_callback_keeps_its_future) {
  wa_future *f = wa_future_new();
  wa_when_done(f, told, "kept");
  wa_cancel(f, NULL);
  wa_release(f);
  turns(1);
  EXPECT_TRACE("kept:WA_ECANCELED");
}

static void spawn_one(void *ctx, wa_future *future) {
  (void)future;
  *(wa_task **)ctx = wa_spawn(sleeper, NUMBER(1));
  EXPECT(wa_current() == NULL);
  EXPECT_MISUSE(wa_yield(), "wa_yield: called outside of a task");
}

TASK_TEST(future_callback_may_spawn_but_not_wait) {
  wa_task *spawned = NULL;
  wa_future *f = wa_future_new();
  wa_when_done(f, spawn_one, &spawned);
  wa_resolve(f, NULL);
  turns(1);
  if (EXPECT(spawned != NULL)) EXPECT_STATUS(finish(spawned), WA_OK);
  wa_release(f);
}

TASK_TEST(future_callback_of_nothing_is_refused) {
  wa_future *f = wa_future_new();
  EXPECT_MISUSE(wa_when_done(f, NULL, NULL), "wa_when_done: done is NULL");
  EXPECT_MISUSE(wa_when_done(NULL, told, NULL), "wa_when_done: the future is NULL");
  wa_release(f);
}

/* ---- awaiting ---------------------------------------------------------------------------------------------------- */

static int note_a(void *arg) {
  note("%s", (const char *)arg);
  return WA_OK;
}

TASK_TEST(future_that_is_done_is_awaited_without_a_turn) {
  wa_future *f = wa_future_new();
  wa_resolve(f, NULL);
  wa_task *t = wa_spawn(note_a, "other");
  wa_await(f);
  note("main");
  finish(t);
  EXPECT_TRACE("main other");
  wa_release(f);
}

TASK_TEST(future_released_while_it_is_awaited_lives_until_then) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn(await_it, f);
  turns(1);
  wa_retain(f);
  wa_release(f);
  wa_resolve(f, NULL);
  wa_release(f);
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("WA_OK");
}

TEST(future_can_be_made_outside_of_a_run_and_awaited_inside) {
  wa_future *f = wa_future_new();
  EXPECT_STATUS(wa_resolve(f, NULL), WA_OK);
  EXPECT_STATUS(wa_run(await_it, f), WA_OK);
  EXPECT_STATUS(wa_status(f), WA_OK);
  wa_release(f);
}
