/* wa_trace_...: what was recorded, in which order, and what became of the rest. */
#include "unit.h"

static const char *const words[] = {"", "spawn", "run", "yield", "wait", "wake", "cancel", "cleanup", "end"};

/* Notes what nobody has read yet, and stops: "task.word", with "(by)" where a task did it and "=status" at the end. The
 * step of who reads is the last. */
static void note_events(void) {
  wa_trace_record r;
  while (wa_trace_read(&r, 1)) {
    EXPECT(r.kind >= WA_TRACE_SPAWN && r.kind <= WA_TRACE_END);
    EXPECT_INT(r.task > 0, true);
    if (r.kind == WA_TRACE_END) note("%s.end=%d", r.name, r.status);
    else if (r.by) note("%s.%s(by)", r.name, words[r.kind]);
    else note("%s.%s", r.name, words[r.kind]);
  }
  wa_trace_stop();
}

static wa_task *spawn(wa_task_fn f, void *arg, const char *name) {
  return wa_spawn_with(f, arg, &(wa_task_options){.name = name});
}

TASK_TEST(trace_of_a_task_from_its_spawn_to_its_end) {
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  finish(spawn(sleeper, NUMBER(5), "s"));
  note_events();
  EXPECT_TRACE("main.run s.spawn(by) main.wait s.run s.wait s.wake s.run s.end=0 main.wake main.run");
}

static int yields(void *arg) {
  (void)arg;
  return wa_yield();
}

TASK_TEST(trace_tells_a_task_that_is_ready_again_from_one_that_waits) {
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  finish(spawn(yields, NULL, "y"));
  note_events();
  EXPECT_TRACE("main.run y.spawn(by) main.wait y.run y.yield y.run y.end=0 main.wake main.run");
}

static int cleans_up(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_S(10));
  EXPECT_STATUS(wa_sleep(WA_MS(3)), WA_OK);
  return status;
}

TASK_TEST(trace_of_a_cancellation) {
  wa_task *t = spawn(cleans_up, NULL, "t");
  turns(1);
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  wa_cancel(t, "enough");
  finish(t);
  note_events();
  EXPECT_TRACE("main.run t.cancel(by) t.wake(by) main.wait t.run t.cleanup t.wait t.wake t.run t.end=-1 "
               "main.wake main.run");
}

TASK_TEST(trace_of_a_cancellation_before_the_first_step) {
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  wa_task *t = spawn(forever, NULL, "t");
  wa_cancel(t, NULL);
  finish(t);
  note_events();
  EXPECT_TRACE("main.run t.spawn(by) t.cancel(by) main.wait t.end=-1 main.wake main.run");
}

static int waits_for(void *future) { return wa_await(future); }

TASK_TEST(trace_of_a_cancellation_that_goes_through_to_the_awaited_task) {
  wa_task *inner = spawn(forever, NULL, "inner"), *outer = spawn(waits_for, inner, "outer");
  turns(2);
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  wa_cancel(outer, NULL);
  finish(outer);
  wa_release(inner);
  note_events();
  EXPECT_TRACE("main.run outer.cancel(by) inner.cancel(by) inner.wake(by) main.wait inner.run inner.cleanup "
               "inner.end=-1 outer.wake outer.run outer.cleanup outer.end=-1 main.wake main.run");
}

static int sets(void *event) {
  wa_event_set(event);
  return wa_sleep(WA_MS(1));
}

TASK_TEST(trace_names_who_woke_whom_and_where) {
  wa_event event;
  wa_event_init(&event);
  wa_task *setter = spawn(sets, &event, "setter");
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  EXPECT_STATUS(wa_event_wait(&event), WA_OK);
  wa_trace_record r[8];
  EXPECT_INT(wa_trace_read(r, 8), 6); /* run, wait, run, wake, wait, run */
  EXPECT_INT(r[1].kind, WA_TRACE_WAIT);
  EXPECT_CONTAINS(r[1].site, "trace.c:");
  EXPECT_INT(r[3].kind, WA_TRACE_WAKE);
  EXPECT_INT(r[3].task, r[0].task);
  EXPECT_INT(r[3].by, r[2].task);
  EXPECT_TEXT(r[3].site, "");
  EXPECT_STATUS(r[3].status, WA_EPENDING);
  EXPECT_INT(r[4].kind, WA_TRACE_WAIT);
  finish(setter);
  wa_trace_stop();
}

TASK_TEST(trace_of_an_eager_task_lies_inside_the_step_that_spawned_it) {
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  finish(wa_spawn_with(sleeper, NUMBER(1), &(wa_task_options){.eager = true, .name = "e"}));
  finish(wa_spawn_with(returns, NUMBER(3), &(wa_task_options){.eager = true, .name = "done"}));
  note_events();
  EXPECT_TRACE("main.run e.spawn(by) e.run e.wait main.wait e.wake e.run e.end=0 main.wake main.run "
               "done.spawn(by) done.run done.end=3");
}

static void resolve(void *future, wa_future *done) {
  (void)done;
  wa_resolve(future, NULL);
}

TASK_TEST(trace_of_a_callback_is_nobodys_step) {
  wa_future *first = wa_future_new(), *second = wa_future_new();
  wa_when_done(first, resolve, second);
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  wa_resolve(first, NULL);
  wa_await(second);
  wa_release(first);
  wa_release(second);
  note_events();
  EXPECT_TRACE("main.run main.wait main.wake main.run");
}

TASK_TEST(trace_times_are_of_the_runtimes_clock) {
  wa_time start = wa_now();
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  wa_sleep(WA_MS(5));
  wa_trace_record r[5];
  EXPECT_INT(wa_trace_read(r, 5), 4); /* run, wait, wake, run */
  EXPECT_INT(r[0].time - start, 0);
  EXPECT_INT(r[1].time - start, 0);
  EXPECT_INT(r[2].time - start, WA_MS(5));
  EXPECT_INT(r[3].time - start, WA_MS(5));
  wa_spin(WA_MS(2));
  wa_yield();
  EXPECT_INT(wa_trace_read(r, 5), 2); /* yield, run */
  EXPECT_INT(r[0].time - start, WA_MS(7));
  wa_trace_stop();
}

TASK_TEST(trace_keeps_the_latest_and_counts_the_lost) {
  EXPECT_STATUS(wa_trace_start(3), WA_OK);
  for (int i = 0; i < 5; i++) wa_yield(); /* run and yield, each */
  EXPECT_INT(wa_trace_lost(), 7);
  wa_trace_record r[9];
  EXPECT_INT(wa_trace_read(r, 9), 3); /* the step of who reads is one of them */
  EXPECT_INT(r[0].kind, WA_TRACE_RUN);
  EXPECT_INT(r[1].kind, WA_TRACE_YIELD);
  EXPECT_INT(r[2].kind, WA_TRACE_RUN);
  EXPECT_INT(wa_trace_read(r, 9), 0);
  wa_yield();
  EXPECT_INT(wa_trace_read(r, 1), 1);
  EXPECT_INT(r[0].kind, WA_TRACE_YIELD);
  EXPECT_INT(wa_trace_read(r, 9), 1);
  EXPECT_INT(r[0].kind, WA_TRACE_RUN);
  EXPECT_INT(wa_trace_lost(), 8);
  wa_trace_stop();
}

TASK_TEST(trace_of_a_name_outlasts_the_task) {
  EXPECT_STATUS(wa_trace_start(10), WA_OK);
  char name[] = "short-lived";
  finish(spawn(returns, NUMBER(0), name));
  name[0] = 'X';
  wa_trace_record r[2];
  EXPECT_INT(wa_trace_read(r, 2), 2);
  EXPECT_TEXT(r[1].name, "short-lived");
  wa_task *unnamed = wa_spawn(returns, NUMBER(0));
  wa_trace_stop();
  EXPECT_STATUS(wa_trace_start(10), WA_OK);
  finish(unnamed);
  EXPECT_INT(wa_trace_read(r, 2), 2);
  EXPECT_TEXT(r[1].name, "main");
  EXPECT_INT(wa_trace_read(r, 1), 1);
  EXPECT_CONTAINS(r[0].name, "task-");
  wa_trace_stop();
}

static void trace_program(void) {
  wa_task *a = spawn(cleans_up, NULL, "a"), *b = spawn(yields, NULL, "b");
  wa_event event;
  wa_event_init(&event);
  wa_task *c = spawn(sets, &event, "c");
  wa_event_wait(&event);
  note("set");
  wa_cancel(a, NULL);
  finish(a);
  note("a");
  finish(b);
  note("b");
  finish(c);
  note("c at %d", (int)(wa_now() / WA_MS(1)));
}

TASK_TEST(trace_changes_nothing) {
  trace_program();
  EXPECT_TRACE("set a b c at 3");
  EXPECT_STATUS(wa_trace_start(1), WA_OK);
  trace_program();
  EXPECT_TRACE("set a b c at 6");
  wa_trace_stop();
}

TASK_TEST(trace_that_is_started_again_is_a_new_one) {
  EXPECT_STATUS(wa_trace_start(1), WA_OK);
  wa_yield();
  EXPECT_INT(wa_trace_lost(), 1);
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  EXPECT_INT(wa_trace_lost(), 0);
  wa_yield();
  note_events();
  EXPECT_TRACE("main.run main.yield main.run");
  wa_trace_record r;
  EXPECT_INT(wa_trace_read(&r, 1), 0);
  wa_trace_stop();
}

TASK_TEST(trace_gives_its_memory_back) {
  wa_counts before, after;
  wa_yield(); /* the frames of a first suspension are the task's */
  wa_count(&before);
  wa_trace_start(1000);
  wa_yield();
  wa_trace_stop();
  wa_count(&after);
  EXPECT_INT(after.bytes - before.bytes, 0);
}

#ifndef __EMSCRIPTEN__ /* where the host may not be blocked */
TEST(trace_on_a_real_clock_times_each_step) {
  wa_configure(&(wa_config){.stall_after = WA_S(1000)});
  EXPECT_STATUS(wa_trace_start(100), WA_OK);
  EXPECT_STATUS(wa_run(sleeper, NUMBER(2)), WA_OK);
  wa_trace_record r[8];
  EXPECT_INT(wa_trace_read(r, 8), 6); /* spawn, run, wait, wake, run, end */
  for (int i = 1; i < 6; i++) EXPECT(r[i].time >= r[i - 1].time);
  EXPECT(r[4].time - r[1].time >= WA_MS(2)); /* from run to run */
  EXPECT_INT(r[5].kind, WA_TRACE_END);
  EXPECT_STATUS(r[5].status, WA_OK);
  wa_trace_stop();
}
#endif

TEST(trace_misuse) {
  EXPECT_MISUSE(wa_trace_start(0), "wa_trace_start: capacity is 0; expected 1 to 16777216");
  EXPECT_MISUSE(wa_trace_start((1 << 24) + 1), "capacity is 16777217");
  EXPECT_REFUSED(wa_trace_read(NULL, 3), "wa_trace_read: out is NULL; expected room for 3 events");
  EXPECT_INT(wa_trace_read(NULL, 0), 0);
}
