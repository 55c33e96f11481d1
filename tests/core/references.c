/* References: a running task keeps itself, everything else lives as long as somebody holds it; a NULL or a released
 * future is told from a live one. */
#include "unit.h"

#include <stdlib.h>

static wa_counts counts(void) {
  wa_counts c;
  wa_count(&c);
  return c;
}

static int note_end(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_MS(1));
  note("end");
  return status;
}

TASK_TEST(references_task_runs_on_without_any) {
  wa_release(wa_spawn(note_end, NULL));
  EXPECT_INT(counts().tasks, 2);
  wa_sleep(WA_MS(2));
  EXPECT_TRACE("end");
  EXPECT_INT(counts().tasks, 1);
  EXPECT_INT(counts().futures, 0);
}

TASK_TEST(references_keep_the_outcome_of_a_task_for_every_reader) {
  wa_task *t = wa_spawn(returns, NUMBER(5));
  EXPECT(wa_retain(t) == t);
  EXPECT_STATUS(wa_await(t), 5);
  wa_release(t);
  EXPECT_INT(counts().futures, 1);
  EXPECT_STATUS(wa_status(t), 5);
  EXPECT_STATUS(wa_await(t), 5);
  wa_release(t);
  EXPECT_INT(counts().futures, 0);
}

TASK_TEST(references_cancelled_task_without_any_still_cleans_up) {
  wa_task *t = wa_spawn(note_end, NULL);
  turns(1);
  wa_cancel(t, NULL);
  wa_release(t);
  turns(1);
  EXPECT_TRACE("end");
}

TASK_TEST(references_of_a_gather_hold_its_members) {
  wa_future *f = wa_future_new();
  wa_future *both[] = {f, f};
  wa_future *gather = wa_gather(both, 2, 0);
  wa_resolve(f, NULL);
  wa_release(f);
  EXPECT_STATUS(wa_await(gather), WA_OK);
  EXPECT_INT(((int *)wa_value(gather))[1], WA_OK);
  EXPECT_INT(counts().futures, 2);
  wa_release(gather);
  EXPECT_INT(counts().futures, 0);
}

TASK_TEST(references_pending_future_can_be_dropped) {
  wa_future *f = wa_future_new(), *shield = wa_shield(f), *gather = wa_gather(&shield, 1, 0);
  EXPECT_INT(counts().futures, 3);
  wa_release(f);
  wa_release(shield);
  EXPECT_INT(counts().futures, 3);
  wa_release(gather);
  EXPECT_INT(counts().futures, 0);
}

TASK_TEST(references_null_is_refused_with_the_name_of_the_call) {
  wa_release(NULL); /* as free: nothing */
  EXPECT_REFUSED(wa_retain(NULL), "wa_retain: the future is NULL");
  EXPECT_REFUSED(wa_done(NULL), "wa_done: the future is NULL");
  EXPECT_REFUSED(wa_cancelled(NULL), "wa_cancelled: the future is NULL");
  EXPECT_REFUSED(wa_cancel(NULL, NULL), "wa_cancel: the future is NULL");
  EXPECT_REFUSED(wa_value(NULL), "wa_value: the future is NULL");
  EXPECT_REFUSED(wa_shield(NULL), "wa_shield: the future is NULL");
  EXPECT_MISUSE(wa_status(NULL), "wa_status: the future is NULL; expected a task or a future");
  EXPECT_MISUSE(wa_await(NULL), "wa_await: the future is NULL");
  EXPECT_MISUSE(wa_wait_for(NULL, WA_MS(1)), "wa_wait_for: the future is NULL");
  EXPECT_MISUSE(wa_stop_within(NULL, WA_MS(1), true), "wa_stop_within: the future is NULL");
  EXPECT_MISUSE(wa_cancelling(NULL), "wa_cancelling: the future is NULL");
  EXPECT_MISUSE(wa_uncancel(NULL), "wa_uncancel: the future is NULL");
  EXPECT_INT(wa_errors(NULL, NULL, 0), 0);
  EXPECT_INT(wa_result(NULL).type, WA_NOTHING);
  EXPECT_TEXT(wa_reason(NULL), "");
  EXPECT_TEXT(wa_name(NULL), "");
  EXPECT_TEXT(wa_site(NULL), "");
}

/* One release too many takes the last reference, which is the runtime's own or a waiter's. */
TASK_TEST(references_released_once_too_often_while_it_runs) {
  wa_task *t = wa_spawn(note_end, NULL);
  wa_release(t);
  EXPECT_REFUSED((wa_release(t), false), "wa_release: the future was released");
  turns(1);
  EXPECT_REFUSED((wa_release(t), false), "wa_release: the future was released");
  EXPECT_TRACE("");
  wa_cancel(t, NULL);
  turns(1);
  EXPECT_TRACE("end");
}

static int releases_itself(void *arg) {
  (void)arg;
  EXPECT_REFUSED((wa_release(wa_current()), false), "wa_release: the future was released");
  return WA_OK;
}

TASK_TEST(references_borrowed_and_released) {
  wa_release(wa_spawn(releases_itself, NULL));
  turns(2);
}

static int awaits(void *f) { return wa_await(f); }

TASK_TEST(references_released_once_too_often_while_it_is_awaited) {
  wa_future *f = wa_future_new();
  wa_task *t = wa_spawn(awaits, f);
  turns(1);
  wa_release(f);
  EXPECT_REFUSED((wa_release(f), false), "wa_release: the future was released");
  wa_future *other = wa_future_new();
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT(!wa_done(other));
  wa_release(other);
}

/* AddressSanitizer stops such a program by itself. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NO_STALE_POINTERS
#endif
#endif

#ifndef NO_STALE_POINTERS
static void refused_as_released(wa_future *f) {
  EXPECT_REFUSED(wa_retain(f), "wa_retain: the future was released");
  EXPECT_REFUSED(wa_cancel(f, NULL), "wa_cancel: the future was released");
  EXPECT_REFUSED(wa_shield(f), "wa_shield: the future was released");
  EXPECT_MISUSE(wa_status(f), "wa_status: the future was released");
  EXPECT_MISUSE(wa_await(f), "wa_await: the future was released");
  EXPECT_MISUSE(wa_wait_for(f, WA_MS(1)), "wa_wait_for: the future was released");
  EXPECT_MISUSE(wa_wait(&f, 1, WA_ALL_COMPLETED, WA_FOREVER), "wa_wait: the future was released");
  EXPECT_REFUSED(wa_gather(&f, 1, 0), "wa_gather: the future was released");
  EXPECT_MISUSE(wa_resolve(f, NULL), "wa_resolve: the future was released");
  EXPECT_TEXT(wa_name(f), "");
  wa_release(f);
}

TASK_TEST(references_released_future_is_told_until_its_memory_is_used_again) {
  enum { N = 20 };
  wa_future *futures[N];
  for (int i = 0; i < N; i++) futures[i] = wa_future_new();
  for (int i = 0; i < N; i++) wa_release(futures[i]);
  for (int i = 0; i < N; i++) refused_as_released(futures[i]);
  EXPECT_INT(counts().futures, 0);
}

TASK_TEST(references_released_task_is_told_until_its_memory_is_used_again) {
  enum { N = 5 };
  wa_task *tasks[N];
  for (int i = 0; i < N; i++) tasks[i] = wa_spawn(returns, NUMBER(0));
  for (int i = 0; i < N; i++) finish(tasks[i]);
  for (int i = 0; i < N; i++) refused_as_released(tasks[i]);
  EXPECT_INT(counts().futures, 0);
}

#ifdef __wasm__ /* natively malloc writes there */
/* Whose memory is a block of its own. */
TASK_TEST(references_released_large_gather_is_told_until_its_memory_is_used_again) {
  enum { N = 4, MEMBERS = 40 };
  wa_future *gathers[N], *f = wa_future_new(), *members[MEMBERS];
  for (int i = 0; i < MEMBERS; i++) members[i] = f;
  for (int i = 0; i < N; i++) gathers[i] = wa_gather(members, MEMBERS, 0);
  wa_resolve(f, NULL);
  for (int i = 0; i < N; i++) finish(gathers[i]);
  for (int i = 0; i < N; i++) refused_as_released(gathers[i]);
  wa_release(f);
  EXPECT_INT(counts().futures, 0);
}
#endif
#endif

/* ---- counts ------------------------------------------------------------------------------------------------------ */

static int scenario(void *arg) {
  (void)arg;
  wa_task *tasks[50];
  for (int i = 0; i < 50; i++) tasks[i] = wa_spawn(sleeper, NUMBER(i % 7));
  wa_wait(tasks, 50, WA_FIRST_COMPLETED, WA_FOREVER);
  wa_future *gather = wa_gather(tasks, 50, WA_COLLECT);
  wa_cancel(gather, "enough");
  int status = finish(gather);
  for (int i = 0; i < 50; i++) wa_release(tasks[i]);
  EXPECT_STATUS(status, WA_ECANCELED);
  return WA_OK;
}

TASK_TEST(references_counts_tell_what_is_alive) {
  wa_task *t = wa_spawn(sleeper, NUMBER(5));
  wa_future *f = wa_future_new();
  turns(1);
  wa_counts c = counts();
  EXPECT_INT(c.tasks, 2);
  EXPECT_INT(c.futures, 1);
  EXPECT_INT(c.timers, 1);
  EXPECT_INT(c.operations, 0);
  EXPECT_INT(c.handles, 0);
  EXPECT(c.bytes > 0);
  wa_release(f);
  finish(t);
  EXPECT_INT(counts().timers, 0);
}

TEST(references_all_counts_are_as_before_after_a_run_also_the_bytes) {
  uint32_t before = counts().bytes; /* the table of handles stays, if another test has had some */
  EXPECT_STATUS(wa_run(scenario, NULL), WA_OK);
  EXPECT_INT(counts().bytes, before);
  EXPECT_STATUS(wa_run(scenario, NULL), WA_OK);
  EXPECT_INT(counts().bytes, before);
}
