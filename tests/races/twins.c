/* Races that the scenario language can't say: each function is the twin of the coroutine of its name in twins.py, and
 * prints the same lines. */
#include "../../src/wasyncio.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static const wa_task_options eager = {.eager = true};

static void say(const char *format, ...) {
  va_list args;
  va_start(args, format);
  printf("   ");
  vprintf(format, args);
  putchar('\n');
  va_end(args);
}

static const char *word(bool b) { return b ? "True" : "False"; }

static int fails(void *arg) {
  (void)arg;
  return WA_EUSER - 1;
}

static int forever(void *arg) {
  (void)arg;
  wa_event never;
  wa_event_init(&never);
  return wa_event_wait(&never);
}

static void tell_group(const wa_group *g) {
  say("%u error, cancelling %d", (unsigned)wa_group_errors(g, NULL, 0), wa_cancelling(wa_current()));
}

/* ---- eager start ----------------------------------------------------------------------------------------------- */

static int second(void *group) {
  say("second starts");
  wa_release(wa_group_spawn_with(group, fails, NULL, &eager));
  say("third has failed already");
  int st = forever(NULL);
  if (st == WA_ECANCELED) say("second is cancelled");
  return st;
}

static int gh_128550_eager_member_starts_one_that_fails(void *main) {
  (void)main;
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn_with(&g, second, &g, &eager));
  say("body ends");
  if (wa_group_exit(&g, WA_OK) == WA_EGROUP) tell_group(&g);
  return WA_OK;
}

static int gh_128588_eager_member_fails(void *main) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn_with(&g, fails, NULL, &eager));
  say("not told yet: cancelling %d", wa_cancelling(main));
  if (wa_group_exit(&g, WA_OK) == WA_EGROUP) tell_group(&g);
  int st = wa_yield();
  if (st == WA_OK) say("nothing leaks out");
  return st;
}

static int gh_128588_eager_member_fails_and_the_body_awaits(void *main) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn_with(&g, fails, NULL, &eager));
  int st = forever(NULL);
  if (st == WA_ECANCELED) say("told at the first await: cancelling %d", wa_cancelling(main));
  if (wa_group_exit(&g, st) == WA_EGROUP) tell_group(&g);
  return WA_OK;
}

static int look(void *main) {
  say("inside: %s", word(wa_current() != main));
  int st = wa_yield();
  say("later: %s", word(wa_current() != main));
  return st;
}

static int gh_97696_eager_task_is_the_current_one(void *main) {
  wa_task *task = wa_spawn_with(look, main, &eager);
  say("back: %s", word(wa_current() == main));
  int st = wa_await(task);
  wa_release(task);
  return st;
}

static int two_steps(void *arg) {
  (void)arg;
  say("one");
  int st = wa_yield();
  if (st == WA_OK) say("two");
  return st;
}

static int gh_97696_eager_task_cancelled_after_its_first_step(void *main) {
  (void)main;
  wa_task *task = wa_spawn_with(two_steps, NULL, &eager);
  wa_cancel(task, NULL);
  if (wa_await(task) == WA_ECANCELED) say("cancelled");
  wa_release(task);
  return WA_OK;
}

/* ---- gather as a future ---------------------------------------------------------------------------------------- */

static int quick(void *arg) {
  (void)arg;
  say("quick");
  return WA_OK;
}

static int gh_104144_gather_of_what_ended_eagerly(void *main) {
  (void)main;
  wa_future *tasks[] = {wa_spawn_with(quick, NULL, &eager), wa_spawn_with(quick, NULL, &eager)};
  wa_future *gathered = wa_gather(tasks, 2, 0);
  say("done at once: %s", word(wa_done(gathered)));
  int st = wa_await(gathered);
  wa_release(gathered);
  wa_release(tasks[0]);
  wa_release(tasks[1]);
  return st;
}

static int gh_85071_cancelled_gather_does_not_say_so(void *main) {
  (void)main;
  wa_task *task = wa_spawn(forever, NULL);
  wa_future *gathered = wa_gather(&task, 1, 0);
  wa_yield();
  say("cancel: %s", word(wa_cancel(gathered, NULL)));
  say("done: %s", word(wa_done(gathered)));
  if (wa_await(gathered) == WA_ECANCELED)
    say("cancelled: %s, its member: %s", word(wa_cancelled(gathered)), word(wa_cancelled(task)));
  wa_release(gathered);
  wa_release(task);
  return WA_OK;
}

static int bpo_37703_gather_cancelled_after_it_failed(void *main) {
  (void)main;
  wa_future *other = wa_spawn(forever, NULL), *tasks[] = {wa_spawn(fails, NULL), other};
  wa_future *gathered = wa_gather(tasks, 2, 0);
  if (wa_await(gathered) == WA_EUSER - 1) {
    say("cancel: %s", word(wa_cancel(gathered, NULL)));
    wa_yield();
    say("the other goes on: %s", word(!wa_done(other)));
  }
  wa_cancel(other, NULL);
  wa_wait(&other, 1, WA_ALL_COMPLETED, WA_FOREVER);
  wa_release(gathered);
  wa_release(tasks[0]);
  wa_release(other);
  return WA_OK;
}

static int bpo_32684_gather_cancelled_when_all_have_ended(void *main) {
  (void)main;
  wa_future *future = wa_future_new();
  wa_future *gathered = wa_gather(&future, 1, 0);
  wa_resolve(future, NULL);
  say("cancel: %s", word(wa_cancel(gathered, NULL)));
  int st = wa_await(gathered);
  say("cancelled: %s", word(wa_cancelled(gathered)));
  wa_release(gathered);
  wa_release(future);
  return st;
}

/* ---- messages -------------------------------------------------------------------------------------------------- */

static int await_child(void *child) { return wa_await(child); }

static int bpo_45390_message_reaches_who_awaits(void *main) {
  (void)main;
  wa_task *task = wa_spawn(forever, NULL);
  wa_yield();
  wa_cancel(task, "the user left");
  if (wa_await(task) == WA_ECANCELED) say("%s", wa_reason(task));
  wa_release(task);
  return WA_OK;
}

static int bpo_45390_message_through_a_chain(void *main) {
  (void)main;
  wa_task *inner = wa_spawn(forever, NULL), *outer = wa_spawn(await_child, inner);
  wa_yield();
  wa_yield();
  wa_cancel(outer, "stop");
  if (wa_await(outer) == WA_ECANCELED) say("%s", wa_reason(outer));
  wa_release(outer);
  wa_release(inner);
  return WA_OK;
}

static int wait_for_condition(void *arg) {
  wa_condition *condition = arg;
  int st = wa_condition_acquire(condition);
  if (st < 0) return st;
  st = wa_condition_wait(condition);
  wa_condition_release(condition);
  return st;
}

static int gh_111693_latest_message_comes_out_of_a_condition(void *main) {
  (void)main;
  wa_condition condition;
  wa_condition_init(&condition, NULL);
  wa_task *task = wa_spawn(wait_for_condition, &condition);
  wa_yield();
  wa_condition_acquire(&condition);
  wa_cancel(task, "in the wait");
  wa_yield();
  wa_cancel(task, "for the lock");
  wa_yield();
  wa_condition_release(&condition);
  if (wa_await(task) == WA_ECANCELED) say("%s", wa_reason(task));
  wa_release(task);
  return WA_OK;
}

/* ---- queues ---------------------------------------------------------------------------------------------------- */

static void *number(intptr_t n) { return (void *)n; }

static int ascending(const void *a, const void *b) { return (intptr_t)a < (intptr_t)b ? -1 : a != b; }

static wa_queue queue;

static int getter(void *name) {
  void *item;
  int st = wa_queue_get(&queue, &item);
  if (st == WA_OK) say("%s got %d", (const char *)name, (int)(intptr_t)item);
  return st;
}

static int gh_108042_getter_of_a_priority_queue_is_cancelled(void *main) {
  (void)main;
  void *first, *last;
  wa_queue_init_priority(&queue, 0, ascending);
  wa_future *tasks[] = {wa_spawn(getter, "a"), wa_spawn(getter, "b")};
  wa_yield();
  wa_queue_put_nowait(&queue, number(3));
  wa_queue_put_nowait(&queue, number(1));
  wa_cancel(tasks[0], NULL);
  wa_wait(tasks, 2, WA_ALL_COMPLETED, WA_FOREVER);
  wa_queue_put_nowait(&queue, number(2));
  wa_queue_get(&queue, &first);
  wa_queue_get(&queue, &last);
  say("left %d %d", (int)(intptr_t)first, (int)(intptr_t)last);
  wa_release(tasks[0]);
  wa_release(tasks[1]);
  wa_queue_close(&queue);
  return WA_OK;
}

static int putter(void *item) {
  int st = wa_queue_put(&queue, item);
  if (st == WA_OK) say("put %d", (int)(intptr_t)item);
  return st;
}

static void tell_got(void) {
  void *item;
  if (wa_queue_get_nowait(&queue, &item) == WA_OK) say("got %d", (int)(intptr_t)item);
}

static int gh_83055_nowait_overtakes_in_a_lifo_queue(void *main) {
  (void)main;
  wa_queue_init_lifo(&queue, 1);
  wa_queue_put_nowait(&queue, number(1));
  wa_task *task = wa_spawn(putter, number(2));
  wa_yield();
  tell_got();
  wa_queue_put_nowait(&queue, number(3));
  if (wa_queue_put_nowait(&queue, number(4)) == WA_EAGAIN) say("full");
  wa_yield();
  tell_got();
  int st = wa_await(task);
  tell_got();
  wa_release(task);
  wa_queue_close(&queue);
  return st;
}

/* ---------------------------------------------------------------------------------------------------------------- */

#define RACE(f) {#f, f}
static const struct { const char *name; wa_task_fn f; } races[] = {
  RACE(gh_128550_eager_member_starts_one_that_fails),
  RACE(gh_128588_eager_member_fails),
  RACE(gh_128588_eager_member_fails_and_the_body_awaits),
  RACE(gh_97696_eager_task_is_the_current_one),
  RACE(gh_97696_eager_task_cancelled_after_its_first_step),
  RACE(gh_104144_gather_of_what_ended_eagerly),
  RACE(gh_85071_cancelled_gather_does_not_say_so),
  RACE(bpo_37703_gather_cancelled_after_it_failed),
  RACE(bpo_32684_gather_cancelled_when_all_have_ended),
  RACE(bpo_45390_message_reaches_who_awaits),
  RACE(bpo_45390_message_through_a_chain),
  RACE(gh_111693_latest_message_comes_out_of_a_condition),
  RACE(gh_108042_getter_of_a_priority_queue_is_cancelled),
  RACE(gh_83055_nowait_overtakes_in_a_lifo_queue),
};

static int run(void *race) {
  printf("== %s\n", races[(intptr_t)race].name);
  return races[(intptr_t)race].f(wa_current());
}

static void tell_end(int st) {
  wa_counts c;
  wa_count(&c);
  if (st != WA_OK) say("ended with %s %s", wa_status_name(st), st == WA_EMISUSE ? wa_error_text() : "");
  if (c.tasks + c.futures + c.timers + c.stacks) say("left alive: %u tasks, %u futures", c.tasks, c.futures);
}

int main(void) {
  for (size_t i = 0; i < sizeof races / sizeof *races; i++) tell_end(wa_run(run, (void *)i));
  return 0;
}
