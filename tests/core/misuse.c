/* Wrong calls give WA_EMISUSE and a sentence: outside of a task, negative times, nothing where an object belongs. */
#include "unit.h"

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

static int asks_for_the_sentence(void *arg) {
  (void)arg;
  EXPECT_TEXT(wa_error_text(), "wa_yield: called outside of a task; only a task can call it");
  return WA_OK;
}

TEST(misuse_outside_of_a_task_names_none_whoever_asks) {
  EXPECT_STATUS(wa_yield(), WA_EMISUSE);
  EXPECT_STATUS(wa_run(asks_for_the_sentence, NULL), WA_OK);
}
