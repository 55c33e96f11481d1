/* wa_run, wa_configure and the clocks. */
#include "unit.h"
#include "../../src/base.h"

#include <stdio.h>
#include <string.h>

/* ---- asyncio.run ------------------------------------------------------------------------------------------------- */

static int runs_again(void *arg) {
  (void)arg;
  EXPECT_MISUSE(wa_run(returns, NUMBER(0)), "wa_run: called inside a running loop; use wa_spawn and wa_await");
  return 7;
}

TEST(run_gives_the_status_of_main_and_does_not_nest) {
  EXPECT_STATUS(wa_run(runs_again, NULL), 7);
  EXPECT_STATUS(wa_run(returns, NUMBER(WA_EUSER - 5)), WA_EUSER - 5);
  EXPECT_MISUSE(wa_run(NULL, NULL), "f is NULL; expected a function");
#ifndef __OPTIMIZE_SIZE__ /* there it says wa_spawn */
  EXPECT_CONTAINS(wa_error_text(), "wa_run: f is NULL");
#endif
}

static void run_in_callback(void *ctx, wa_future *future) {
  (void)ctx, (void)future;
  EXPECT_MISUSE(wa_run(returns, NUMBER(0)), "wa_run: called inside a running loop");
  note("refused");
}

TASK_TEST(run_in_a_callback_is_refused) {
  wa_future *f = wa_future_new();
  wa_when_done(f, run_in_callback, NULL);
  wa_resolve(f, NULL);
  turns(2);
  EXPECT_TRACE("refused");
  wa_release(f);
}

static void run_in_visitor(wa_task *task, void *ctx) {
  (void)task, (void)ctx;
  EXPECT_MISUSE(wa_run(returns, NUMBER(0)), "wa_run: called inside a running loop");
}

static int visits_all(void *arg) {
  (void)arg;
  wa_tasks(run_in_visitor, NULL);
  return WA_OK;
}

/* Its first step is a task's, though no loop runs. */
TEST(run_in_what_an_eager_task_calls_is_refused) {
  wa_task *t = wa_spawn_with(visits_all, NULL, &(wa_task_options){.eager = true});
  EXPECT_STATUS(wa_status(t), WA_OK);
  wa_release(t);
}

static int cancels_itself(void *arg) {
  (void)arg;
  wa_cancel(wa_current(), "by itself");
  return wa_yield();
}

TEST(run_of_a_main_that_is_cancelled) { EXPECT_STATUS(wa_run(cancels_itself, NULL), WA_ECANCELED); }

static int slow_end(void *name) {
  int status = wa_sleep(WA_S(9));
  note("%s:%s", (const char *)name, wa_status_name(status));
  wa_sleep(WA_MS(5));
  note("%s:end", (const char *)name);
  return status;
}

static int leaves_tasks(void *arg) {
  (void)arg;
  wa_release(wa_spawn(slow_end, "a"));
  wa_release(wa_spawn(slow_end, "b"));
  wa_yield();
  note("main:end");
  return 3;
}

TEST(run_cancels_what_is_left_and_waits_for_it) {
  EXPECT_STATUS(wa_run(leaves_tasks, NULL), 3);
  EXPECT_TRACE("main:end a:WA_ECANCELED b:WA_ECANCELED a:end b:end");
  TAKE_REPORT(WA_REPORT_SHUTDOWN);
}

#ifdef __wasm__ /* elsewhere a frame that has returned is gone, and AddressSanitizer says so */
/* What lies in main's frame is there until all that may wait for it have ended. */
static int waits_for_event(void *event) { return wa_event_wait(event); }
static int acquires(void *lock) { return wa_lock_acquire(lock); }

static __attribute__((noinline)) void uses_much_stack(void) {
  volatile int words[500];
  for (int i = 0; i < 500; i++) words[i] = i;
  turns(2);
  int wrong = 0;
  for (int i = 0; i < 500; i++) wrong += words[i] != i;
  EXPECT_INT(wrong, 0);
}

static int cleans_up_deep(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_S(1));
  uses_much_stack();
  return status;
}

static int owns_what_others_wait_for(void *arg) {
  (void)arg;
  wa_event event;
  wa_lock lock;
  wa_event_init(&event);
  wa_lock_init(&lock);
  wa_lock_acquire(&lock);
  for (int i = 0; i < 3; i++) wa_release(wa_spawn(cleans_up_deep, NULL));
  for (int i = 0; i < 3; i++) wa_release(wa_spawn(waits_for_event, &event));
  for (int i = 0; i < 3; i++) wa_release(wa_spawn(acquires, &lock));
  return wa_sleep(WA_MS(1));
}

static const char *where_it_failed;
static int fails_when_stopped(void *arg) {
  (void)arg;
  wa_sleep((where_it_failed = UNIT_HERE, WA_S(1)));
  return WA_EUSER - 1;
}

static int leaves_one_that_fails(void *arg) {
  static const wa_task_options options = {.name = "left"};
  wa_release(wa_spawn_with(fails_when_stopped, NULL, &options));
  (void)arg;
  return wa_yield();
}

TEST(run_tells_of_an_error_while_it_ends) {
  EXPECT_STATUS(wa_run(leaves_one_that_fails, NULL), WA_OK);
  EXPECT_REPORT(WA_REPORT_SHUTDOWN, "the main task ended; cancelling what is left (1)");
  char text[160];
  const char *after = WA__SMALL ? "" : " after ", *place = WA__SMALL ? "" : where_it_failed;
  snprintf(text, sizeof text, "task 'left' failed with WA_EUSER%s%s, and nobody looked at it", after, place);
  EXPECT_REPORT(WA_REPORT_UNSEEN, text);
}

TEST(run_keeps_the_frame_of_main_until_all_have_ended) {
  for (int i = 0; i < 3; i++) {
    EXPECT_STATUS(wa_run(owns_what_others_wait_for, NULL), WA_OK);
    TAKE_REPORT(WA_REPORT_SHUTDOWN);
  }
}

/* Also from one whose stack is one byte smaller than main's. */
static int uses_a_stack(void *arg) {
  uses_much_stack();
  return arg != NULL;
}

static int looks_at_main(void *canary) {
  int status = wa_sleep(WA_S(1));
  finish(wa_spawn_with(uses_a_stack, NULL, &(wa_task_options){.stack_size = 4096}));
  int wrong = 0;
  for (int i = 0; i < 120; i++) wrong += ((volatile int *)canary)[i] != ~i;
  EXPECT_INT(wrong, 0);
  return status;
}

static int has_a_canary(void *arg) {
  (void)arg;
  volatile int canary[120];
  for (int i = 0; i < 120; i++) canary[i] = ~i;
  wa_release(wa_spawn(looks_at_main, (void *)canary));
  return wa_sleep(WA_MS(1));
}

TEST(run_keeps_the_frame_of_main_from_stacks_of_like_sizes) {
  wa_configure(&(wa_config){.virtual_clock = true, .stack_size = 4097});
  EXPECT_STATUS(wa_run(has_a_canary, NULL), WA_OK);
  TAKE_REPORT(WA_REPORT_SHUTDOWN);
}
#endif

TEST(run_starts_what_was_spawned_before_it) {
  wa_task *t = wa_spawn(sleeper, NUMBER(2));
  EXPECT_MISUSE(wa_configure(NULL), "wa_configure: tasks exist already");
  EXPECT_STATUS(wa_run(sleeper, NUMBER(3)), WA_OK);
  EXPECT_STATUS(wa_status(t), WA_OK);
  wa_release(t);
}

static void note_word(void *word) { note("%s", (const char *)word); }

static int waits_for_nothing(void *future) {
  wa_defer(note_word, "clean-up");
  return wa_await(future);
}

TEST(run_that_can_never_go_on_ends_and_its_tasks_are_discarded) {
  wa_future *f = wa_future_new();
  EXPECT_STATUS(wa_run(waits_for_nothing, f), WA_EDEADLOCK);
  TAKE_REPORT(WA_REPORT_DEADLOCK);
  EXPECT_TRACE("");
  wa_release(f);
  EXPECT_STATUS(wa_run(returns, NUMBER(1)), 1);
}

static int spins_for_ever(void *arg) {
  (void)arg;
  for (int status = WA_OK;;) {
    status = wa_yield();
    if (status < 0) return status;
  }
}

TEST(run_gives_up_after_so_many_turns) {
  wa_configure(&(wa_config){.virtual_clock = true, .max_turns = 100});
  EXPECT_STATUS(wa_run(spins_for_ever, NULL), WA_EDEADLOCK);
  TAKE_REPORT(WA_REPORT_DEADLOCK);
}

/* ---- configuration ----------------------------------------------------------------------------------------------- */

TEST(configure_refuses_what_is_out_of_range) {
  EXPECT_MISUSE(wa_configure(&(wa_config){.turn_budget = -1}), "wa_configure: turn_budget, stall_after and grace");
  EXPECT_MISUSE(wa_configure(&(wa_config){.stall_after = -1}), "must not be negative");
  EXPECT_MISUSE(wa_configure(&(wa_config){.grace = -1}), "must not be negative");
  EXPECT_MISUSE(wa_configure(&(wa_config){.stack_size = 255}), "wa_configure: stack_size is 255; expected 256 to");
  EXPECT_MISUSE(wa_configure(&(wa_config){.stack_size = 2000000000}), "stack_size is 2000000000");
  EXPECT_STATUS(wa_configure(NULL), WA_OK);
}

TASK_TEST(configure_in_a_run_is_refused) { EXPECT_MISUSE(wa_configure(NULL), "wa_configure: tasks exist already"); }

/* ---- clocks ------------------------------------------------------------------------------------------------------ */

static int sleeps_three_ms(void *arg) {
  (void)arg;
  EXPECT_INT(wa_now(), 0);
  EXPECT_STATUS(wa_sleep(WA_MS(3)), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(3));
  return WA_OK;
}

TEST(clock_virtual_starts_at_0_in_each_run) {
  EXPECT_STATUS(wa_run(sleeps_three_ms, NULL), WA_OK);
  EXPECT_STATUS(wa_run(sleeps_three_ms, NULL), WA_OK);
}

static int note_wake(void *t) {
  int status = wa_sleep((intptr_t)t);
  note("%d", (int)wa_now());
  return status;
}

TASK_TEST(clock_virtual_jumps_to_each_deadline_to_the_nanosecond) {
  static const int times[] = {7, 3, 5, 3, 1000000000, 1};
  wa_task *tasks[6];
  for (int i = 0; i < 6; i++) tasks[i] = wa_spawn(note_wake, NUMBER(times[i]));
  for (int i = 0; i < 6; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
  EXPECT_TRACE("1 3 3 5 7 1000000000");
}

static int note_letter_after_1ms(void *letter) {
  int status = wa_sleep(WA_MS(1));
  note("%s", (const char *)letter);
  return status;
}

TASK_TEST(clock_equal_deadlines_in_the_order_they_were_set) {
  static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  wa_task *tasks[8];
  for (int i = 0; i < 8; i++) tasks[i] = wa_spawn(note_letter_after_1ms, (void *)letters[i]);
  turns(1);
  wa_cancel(tasks[2], NULL);
  wa_cancel(tasks[5], NULL);
  for (int i = 0; i < 8; i++) finish(tasks[i]);
  EXPECT_TRACE("c f a b d e g h");
}

TASK_TEST(clock_virtual_is_moved_by_hand) {
  wa_task *t = wa_spawn(note_wake, NUMBER(10));
  turns(1);
  EXPECT_STATUS(wa_spin(25), WA_OK);
  EXPECT_INT(wa_now(), 25);
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("25");
}

static int sleeps_20_ms(void *arg) {
  (void)arg;
  EXPECT_MISUSE(wa_spin(1), "wa_spin: the runtime's clock is not virtual");
  wa_time start = wa_now();
  int status = wa_sleep(WA_MS(20));
  wa_time took = wa_now() - start;
  EXPECT(took >= WA_MS(20));
  EXPECT(took < WA_S(60)); /* an absolute deadline that is taken for a relative one is hours off */
  return status;
}

TEST(clock_real_waits_where_the_host_may_be_blocked) {
  wa_configure(&(wa_config){.stall_after = WA_S(1000)});
#ifdef __EMSCRIPTEN__
  EXPECT_MISUSE(wa_run(sleeper, NUMBER(20)), "which emcc's programs cannot");
#else
  EXPECT_STATUS(wa_run(sleeps_20_ms, NULL), WA_OK);
#endif
}

#ifdef __EMSCRIPTEN__
static int (*const not_here)(void *) __attribute__((used)) = sleeps_20_ms;
#endif

/* ---- main's frame, which those that are left may still use; natively, where tests alone run, they may not ------------ */

#ifdef __wasm__
typedef struct shared { char before[64]; wa_lock lock; char after[64]; } shared;

static int keeps_a_frame(void *arg) {
  volatile char frame[32] = {7};
  (void)arg;
  int status = wa_sleep(WA_MS(1));
  return frame[0] == 7 ? status : WA_EUSER;
}

static int wants_much_memory(void *arg) {
  static char much[16384 + 256];
  (void)arg;
  int status = wa_sleep(WA_FOREVER);
  memset(much, 'x', sizeof much);
  for (size_t i = 0; i < 4; i++) wa_return_bytes(much, sizeof much - 64 * i);
  return status;
}

static int uses_mains_frame(void *arg) {
  shared *s = arg;
  int status = wa_lock_acquire(&s->lock); /* main ends, so this is cancelled */
  for (int i = 0; i < 3; i++) wa_yield();
  for (int i = 0; i < 64; i++) EXPECT(s->before[i] == 'b' && s->after[i] == 'a');
  EXPECT(wa_lock_locked(&s->lock));
  return status;
}

/* Before, so many tasks with frames of their own have ended, each with a stack of another size. */
static int shares_its_frame(int before, size_t other) {
  shared s;
  wa_task *tasks[120];
  memset(s.before, 'b', 64), memset(s.after, 'a', 64);
  wa_lock_init(&s.lock);
  wa_lock_acquire(&s.lock);
  for (int i = 0; i < before; i++)
    tasks[i] = wa_spawn_with(keeps_a_frame, NULL, &(wa_task_options){.stack_size = 16384 + other * (size_t)i});
  for (int i = 0; i < before; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
  wa_release(wa_spawn(wants_much_memory, NULL));
  wa_release(wa_spawn(uses_mains_frame, &s));
  return wa_yield();
}
static int after_many(void *arg) { return (void)arg, shares_its_frame(120, 0); }
static int after_many_sizes(void *arg) { return (void)arg, shares_its_frame(9, 1024); }

static const char left[] = "the main task ended; cancelling what is left (2)";
TEST(run_keeps_mains_frame_while_many_stacks_are_idle) {
  EXPECT_STATUS(wa_run(after_many, NULL), WA_OK);
  EXPECT_REPORT(WA_REPORT_SHUTDOWN, left);
}
TEST(run_keeps_mains_frame_beside_stacks_of_many_sizes) {
  EXPECT_STATUS(wa_run(after_many_sizes, NULL), WA_OK);
  EXPECT_REPORT(WA_REPORT_SHUTDOWN, left);
}
#endif
