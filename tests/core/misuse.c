/* Wrong calls give WA_EMISUSE and a sentence: outside of a task, negative times, nothing where an object belongs. */
#include "unit.h"
#include "../../src/base.h"

#include <string.h>

static bool not_yet(void *arg) {
  (void)arg;
  return false;
}

static void nothing(void *arg) { (void)arg; }

TEST(misuse_what_suspends_outside_of_a_task) {
  wa_future *f = wa_future_new();
  wa_lock lock = {0};
  wa_event event = {0};
  wa_condition condition = {0};
  wa_semaphore semaphore;
  wa_bounded_semaphore bounded;
  wa_barrier barrier;
  wa_queue queue;
  wa_completed it;
  wa_timeout timeout;
  wa_group group;
  void *item;
  wa_semaphore_init(&semaphore, 1);
  wa_bounded_semaphore_init(&bounded, 1);
  wa_barrier_init(&barrier, 1);
  wa_queue_init(&queue, 0);
  EXPECT_MISUSE(wa_await(f), "wa_await: called outside of a task; only a task can call it");
  EXPECT_MISUSE(wa_sleep(0), "wa_sleep: called outside of a task");
  EXPECT_MISUSE(wa_yield(), "wa_yield: called outside of a task");
  EXPECT_MISUSE(wa_wait_for(f, 1), "wa_wait_for: called outside of a task");
  EXPECT_MISUSE(wa_stop_within(f, 1, false), "wa_stop_within: called outside of a task");
  EXPECT_MISUSE(wa_wait(&f, 1, WA_ALL_COMPLETED, 1), "wa_wait: called outside of a task");
  EXPECT_MISUSE(wa_completed_init(&it, &f, 1, 1), "wa_completed_init: called outside of a task");
  EXPECT_MISUSE(wa_timeout_enter(&timeout, 1), "wa_timeout_enter: called outside of a task");
  EXPECT_MISUSE(wa_group_enter(&group), "wa_group_enter: called outside of a task");
  EXPECT_MISUSE(wa_call(sleeper, NUMBER(0)), "wa_call: called outside of a task");
  EXPECT_MISUSE(wa_defer(nothing, NULL), "wa_defer: called outside of a task");
  EXPECT_MISUSE(wa_uncancellable_enter(), "wa_uncancellable_enter: called outside of a task");
  EXPECT_MISUSE(wa_uncancellable_exit(), "wa_uncancellable_exit: called outside of a task");
  EXPECT_MISUSE(wa_return(NULL), "wa_return: called outside of a task");
  EXPECT_MISUSE(wa_return_text(""), "wa_return_text: called outside of a task");
  EXPECT_MISUSE(wa_return_bytes("", 1), "wa_return_bytes: called outside of a task");
  EXPECT_MISUSE(wa_return_number(1), "wa_return_number: called outside of a task");
  EXPECT_MISUSE(wa_fail_group(&(int){-1001}, 1), "wa_fail_group: called outside of a task");
  EXPECT_MISUSE(wa_lock_acquire(&lock), "wa_lock_acquire: called outside of a task");
  EXPECT_MISUSE(wa_event_wait(&event), "wa_event_wait: called outside of a task");
  EXPECT_MISUSE(wa_condition_acquire(&condition), "wa_condition_acquire: called outside of a task");
  EXPECT_MISUSE(wa_condition_wait(&condition), "wa_condition_wait: called outside of a task");
  EXPECT_MISUSE(wa_semaphore_acquire(&semaphore), "wa_semaphore_acquire: called outside of a task");
  EXPECT_MISUSE(wa_bounded_semaphore_acquire(&bounded), "wa_bounded_semaphore_acquire: called outside of a task");
  EXPECT_MISUSE(wa_barrier_wait(&barrier, NULL), "called outside of a task");
  EXPECT_MISUSE(wa_barrier_reset(&barrier), "called outside of a task");
  EXPECT_MISUSE(wa_barrier_abort(&barrier), "called outside of a task");
  EXPECT_MISUSE(wa_queue_put(&queue, NULL), "wa_queue_put: called outside of a task");
  EXPECT_MISUSE(wa_queue_get(&queue, &item), "wa_queue_get: called outside of a task");
  EXPECT_MISUSE(wa_await_op("fetch", NULL, NULL), "wa_await_op: called outside of a task");
  EXPECT(wa_current() == NULL);
  EXPECT_INT(wa_input().type, WA_NOTHING);
  wa_queue_close(&queue);
  wa_release(f);
}

TEST(misuse_checkpoint_outside_of_a_task_also_after_a_run) {
  EXPECT_MISUSE(wa_checkpoint(), "wa_checkpoint: called outside of a task");
  EXPECT_STATUS(wa_run(returns, NUMBER(wa_checkpoint() == WA_EMISUSE ? 0 : 1)), WA_OK);
  EXPECT_MISUSE(wa_checkpoint(), "wa_checkpoint: called outside of a task");
}

TASK_TEST(misuse_negative_times) {
  wa_future *f = wa_future_new();
  wa_timeout timeout;
  wa_completed it;
  EXPECT_MISUSE(wa_sleep(WA_MS(-5)), "task 'main': wa_sleep: t is -5000000 ns; expected 0 or more");
  EXPECT_MISUSE(wa_sleep(INT64_MIN), "wa_sleep: t is -9223372036854775808 ns");
  EXPECT_MISUSE(wa_wait_for(f, WA_MS(-1)), "wa_wait_for: timeout is -1000000 ns");
  EXPECT_MISUSE(wa_wait(&f, 1, WA_ALL_COMPLETED, WA_MS(-1)), "wa_wait: timeout is -1000000 ns");
  EXPECT_MISUSE(wa_completed_init(&it, &f, 1, WA_MS(-1)), "wa_completed_init: timeout is -1000000 ns");
  EXPECT_MISUSE(wa_timeout_enter(&timeout, WA_MS(-1)), "wa_timeout_enter: delay is -1000000 ns");
  EXPECT_MISUSE(wa_spin(WA_MS(-1)), "wa_spin: t is -1000000 ns");
  wa_task *t = wa_spawn(sleeper, NUMBER(1));
  EXPECT_MISUSE(wa_stop_within(t, WA_MS(-1), false), "wa_stop_within: grace is -1000000 ns");
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_STATUS(wa_timeout_enter(&timeout, WA_MS(1)), WA_OK);
  EXPECT_MISUSE(wa_timeout_reschedule(&timeout, WA_MS(-1)), "wa_timeout_reschedule: delay is -1000000 ns");
  EXPECT_STATUS(wa_timeout_exit(&timeout, WA_OK), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(1));
  wa_release(f);
}

TASK_TEST(misuse_nothing_where_an_object_is_expected) {
  void *item;
  wa_queue queue;
  wa_queue_init(&queue, 0);
  EXPECT_MISUSE(wa_lock_acquire(NULL), "wa_lock_acquire: the lock is NULL");
  EXPECT_MISUSE(wa_lock_release(NULL), "wa_lock_release");
  EXPECT_MISUSE(wa_event_wait(NULL), "wa_event_wait: the event is NULL");
  EXPECT_MISUSE(wa_condition_acquire(NULL), "wa_condition_acquire: the condition is NULL");
  EXPECT_MISUSE(wa_condition_release(NULL), "wa_condition_release: the condition is NULL");
  EXPECT_MISUSE(wa_condition_wait(NULL), "wa_condition_wait");
  EXPECT_MISUSE(wa_condition_notify(NULL, 1), "wa_condition_notify: the condition is NULL");
  EXPECT_MISUSE(wa_condition_notify_all(NULL), "wa_condition_notify_all: the condition is NULL");
  EXPECT_MISUSE(wa_condition_notify_all(&(wa_condition){0}), "wa_condition_notify_all: nobody holds the condition's lock");
  EXPECT_MISUSE(wa_condition_wait_for(&(wa_condition){0}, NULL, NULL), "wa_condition_wait_for: predicate is NULL");
  EXPECT_MISUSE(wa_condition_wait_for(NULL, not_yet, NULL), "wa_condition_wait_for: the condition is NULL");
  EXPECT_MISUSE(wa_semaphore_init(NULL, 1), "wa_semaphore_init");
  EXPECT_MISUSE(wa_semaphore_acquire(NULL), "wa_semaphore_acquire: the semaphore is NULL");
  EXPECT_MISUSE(wa_semaphore_release(NULL), "wa_semaphore_release: the semaphore is NULL");
  EXPECT_MISUSE(wa_bounded_semaphore_init(NULL, 1), "wa_bounded_semaphore_init: the semaphore is NULL");
  EXPECT_MISUSE(wa_bounded_semaphore_acquire(NULL), "wa_bounded_semaphore_acquire: the semaphore is NULL");
  EXPECT_MISUSE(wa_bounded_semaphore_release(NULL), "wa_bounded_semaphore_release: the semaphore is NULL");
  EXPECT_MISUSE(wa_barrier_init(NULL, 1), "wa_barrier_init");
  EXPECT_MISUSE(wa_barrier_wait(NULL, NULL), "wa_barrier_wait: the barrier is NULL");
  EXPECT_MISUSE(wa_barrier_wait(&(wa_barrier){0}, NULL), "wa_barrier_wait: the barrier was not initialised");
  EXPECT_MISUSE(wa_barrier_reset(NULL), "wa_barrier_reset: the barrier is NULL");
  EXPECT_MISUSE(wa_barrier_abort(NULL), "wa_barrier_abort: the barrier is NULL");
  EXPECT_MISUSE(wa_queue_put(NULL, NULL), "wa_queue_put: the queue is NULL");
  EXPECT_MISUSE(wa_queue_put_nowait(NULL, NULL), "wa_queue_put_nowait: the queue is NULL");
  EXPECT_MISUSE(wa_queue_get(NULL, &item), "wa_queue_get: expected a queue");
  EXPECT_MISUSE(wa_queue_get(&queue, NULL), "and a place for the item");
  EXPECT_MISUSE(wa_queue_get_nowait(&queue, NULL), "wa_queue_get_nowait");
  EXPECT_MISUSE(wa_queue_get_nowait(NULL, &item), "wa_queue_get_nowait");
  EXPECT_MISUSE(wa_queue_task_done(NULL), "wa_queue_task_done: the queue is NULL");
  EXPECT_MISUSE(wa_queue_join(NULL), "wa_queue_join: the queue is NULL");
  EXPECT_MISUSE(wa_timeout_enter(NULL, 1), "wa_timeout_enter: t is NULL");
  EXPECT_MISUSE(wa_timeout_reschedule(NULL, 1), "wa_timeout_reschedule");
  EXPECT_MISUSE(wa_timeout_exit(NULL, 0), "wa_timeout_exit");
  EXPECT(!wa_timeout_expired(NULL));
  EXPECT_MISUSE(wa_group_enter(NULL), "wa_group_enter: g is NULL");
  EXPECT_REFUSED(wa_group_spawn(NULL, returns, NULL), "wa_group_spawn");
  wa_group garbage;
  memset(&garbage, 0x5a, sizeof garbage);
  EXPECT_REFUSED(wa_group_spawn(&garbage, returns, NULL), "wa_group_spawn: the group was not entered, or is finished");
  EXPECT_MISUSE(wa_group_exit(NULL, 0), "wa_group_exit");
  EXPECT_INT(wa_group_errors(NULL, NULL, 0), 0);
  EXPECT_MISUSE(wa_fail_group(NULL, 1), "wa_fail_group: no errors");
  EXPECT_MISUSE(wa_fail_group(&(int){-1001}, 0), "wa_fail_group: no errors");
  EXPECT_MISUSE(wa_completed_init(NULL, NULL, 0, 1), "wa_completed_init: it is NULL");
  EXPECT_MISUSE(wa_completed_next(NULL, NULL), "wa_completed_next");
  wa_completed_close(NULL);
  EXPECT_MISUSE(wa_defer(NULL, NULL), "wa_defer: cleanup is NULL");
  EXPECT_MISUSE(wa_await_op(NULL, NULL, NULL), "wa_await_op: name is NULL");
  EXPECT_REFUSED(wa_start_op(NULL, NULL), "wa_start_op: name is NULL");
  wa_queue_close(&queue);
}

TASK_TEST(misuse_operation_with_input_of_no_known_type) {
  const wa_data unknown = {.type = (wa_type)9}, missing = {.type = WA_BYTES, .size = 3};
  EXPECT_MISUSE(wa_await_op("f", &unknown, NULL), "wa_await_op: the input of 'f'");
  EXPECT_MISUSE(wa_await_op("f", &missing, NULL), "the input of 'f'");
}

TASK_TEST(misuse_operation_without_a_host_fails_and_says_so) {
  wa_data data;
  EXPECT_STATUS(wa_await_op("fetch", NULL, &data), WA_EHOST);
  EXPECT_INT(data.type, WA_TEXT);
  EXPECT_CONTAINS(data.data, "no host carries out operation 'fetch'");
  EXPECT_MISUSE(wa_await_op(NULL, NULL, &data), "name is NULL");
  EXPECT_INT(data.type, WA_NOTHING); /* not what the one before has answered */
  wa_future *f = wa_start_op("fetch", NULL);
  EXPECT_STATUS(wa_await(f), WA_EHOST);
  EXPECT_CONTAINS(wa_result(f).data, "fetch");
  wa_release(f);
}

TEST(misuse_statuses_have_names) {
  EXPECT_TEXT(wa_status_name(WA_OK), "WA_OK");
  EXPECT_TEXT(wa_status_name(7), "WA_OK");
  EXPECT_TEXT(wa_status_name(WA_ECANCELED), "WA_ECANCELED");
  EXPECT_TEXT(wa_status_name(WA_EDISCARDED), "WA_EDISCARDED");
  EXPECT_TEXT(wa_status_name(WA_EPENDING), "WA_EPENDING");
  EXPECT_TEXT(wa_status_name(WA_EUSER - 9), "WA_EUSER");
  EXPECT_TEXT(wa_status_name(-500), "WA_E?");
  EXPECT_TEXT(wa_status_name(INT32_MIN), "WA_EUSER");
}

TASK_TEST(misuse_size_beyond_all_memory_is_no_memory) {
  EXPECT_STATUS(wa_return_bytes("x", SIZE_MAX - 15), WA_ENOMEM);
  EXPECT_STATUS(wa_return_bytes("x", SIZE_MAX), WA_ENOMEM);
}

static int sleeps_wrongly(void *arg) {
  (void)arg;
  return wa_sleep(-1);
}

/* The sentence names who made the call, not who asks for it. */
TASK_TEST(misuse_names_the_task_that_made_the_call) {
  wa_task *child = wa_spawn_with(sleeps_wrongly, NULL, &(wa_task_options){.name = "child"});
  EXPECT_MISUSE(wa_await(child), "task 'child': wa_sleep: t is -1 ns; expected 0 or more");
  EXPECT_MISUSE(wa_sleep(-1), "task 'main': wa_sleep: t is -1 ns; expected 0 or more");
  wa_release(child);
}

static int awaits(void *task) { return wa_await(task); }

static int asks_for_the_sentence(void *arg) {
  (void)arg;
  EXPECT_TEXT(wa_error_text(), "wa_yield: called outside of a task; only a task can call it");
  return WA_OK;
}

TEST(misuse_outside_of_a_task_names_none_whoever_asks) {
  EXPECT_STATUS(wa_yield(), WA_EMISUSE);
  EXPECT_STATUS(wa_run(asks_for_the_sentence, NULL), WA_OK);
}

static int sleeps_wrongly_and_waits(void *arg) {
  int st = sleeps_wrongly(arg);
  wa_yield();
  return st;
}

TASK_TEST(misuse_that_nobody_looked_at_is_reported_with_its_sentence) {
  wa_release(wa_spawn_with(sleeps_wrongly_and_waits, NULL, &(wa_task_options){.name = "child"}));
  turns(2);
  const wa_report *r = TAKE_REPORT(WA_REPORT_UNSEEN);
  if (!r) return;
  EXPECT_CONTAINS(r->text, "task 'child' failed with WA_EMISUSE");
  EXPECT_CONTAINS(r->text, WA__SMALL ? "nobody looked at it" : "nobody looked at it: wa_sleep: t is -1 ns; expected 0 or more");
}

/* Where another call went wrong before the task has ended, its sentence is gone; that of the other is not given for it. */
TASK_TEST(misuse_is_not_reported_with_the_sentence_of_another) {
  for (int twins = 0; twins < 2; twins++) {
    wa_task *child = wa_spawn_with(sleeps_wrongly_and_waits, NULL, &(wa_task_options){.name = twins ? "main" : "child"});
    turns(1);
    EXPECT_MISUSE(wa_sleep(-2), "t is -2 ns");
    wa_release(child);
    turns(1);
    const wa_report *r = TAKE_REPORT(WA_REPORT_UNSEEN);
    EXPECT(r && !strstr(r->text, "wa_sleep"));
  }
}

TASK_TEST(misuse_that_was_awaited_is_reported_with_the_name_of_its_task) {
  wa_task *child = wa_spawn_with(sleeps_wrongly, NULL, &(wa_task_options){.name = "child"});
  wa_release(wa_spawn_with(awaits, child, &(wa_task_options){.name = "parent"}));
  turns(3);
  wa_release(child);
  const wa_report *r = TAKE_REPORT(WA_REPORT_UNSEEN);
  if (!r || WA__SMALL) return;
  EXPECT_CONTAINS(r->text, "task 'parent' failed with WA_EMISUSE");
  EXPECT_CONTAINS(r->text, "nobody looked at it: task 'child': wa_sleep: t is -1 ns; expected 0 or more");
}

static wa_task *pair[2];
static int awaits_the_other(void *of) { return wa_await(pair[1 - (intptr_t)of]); }

static void looks_at_the_end(const wa_report *report, void *ctx) {
  (void)ctx;
  size_t size = strlen(report->text);
  note("%d %d", size > 300, memcmp(report->text + size - 2, "\xc3\xa4", 2) == 0);
}

/* As much of a long sentence as the report has room for, in whole characters: for names of either parity. */
TASK_TEST(misuse_is_reported_with_the_beginning_of_a_long_sentence) {
  char name[102] = "x";
  for (int i = 0; i < 50; i++) memcpy(name + 1 + 2 * i, "\xc3\xa4", 3);
  wa_on_report(looks_at_the_end, NULL);
  for (int odd = 0; odd < 2; odd++) {
    for (int i = 0; i < 2; i++)
      pair[i] = wa_spawn_with(awaits_the_other, NUMBER(i), &(wa_task_options){.name = i ? name + 1 : name + 1 - odd});
    turns(3);
    EXPECT_STATUS(wa_status(pair[1]), WA_EMISUSE);
    wa_release(pair[0]);
    wa_release(pair[1]);
    EXPECT_TRACE(WA__SMALL ? "0 0" : "1 1");
  }
}

TASK_TEST(misuse_that_nobody_looked_at_tells_what_the_host_lacks) {
  wa_release(wa_start_op("fetch", NULL));
  const wa_report *r = TAKE_REPORT(WA_REPORT_UNSEEN);
  if (!r || WA__SMALL) return;
  EXPECT_TEXT(r->text, "a future failed with WA_EHOST, and nobody looked at it: no host carries out operation 'fetch': the program "
                       "runs without one");
}
