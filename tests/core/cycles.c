/* Awaits that could never end: of oneself, and of each other. Each is WA_EMISUSE, and its sentence names the tasks. */
#include "unit.h"

#include <string.h>

static wa_task *tasks[8];

static wa_task *named(const char *name, wa_task_fn f, void *arg) {
  return wa_spawn_with(f, arg, &(wa_task_options){.name = name});
}

static int awaits_slot(void *slot) { return wa_await(tasks[(intptr_t)slot]); }

TASK_TEST(cycle_of_one_is_told_after_a_turn) {
  wa_task *t = tasks[0] = named("narcissus", awaits_slot, NUMBER(0));
  turns(1);
  EXPECT(!wa_done(t));
  turns(1);
  EXPECT_MISUSE(wa_status(t), "task 'narcissus': wa_await: the task awaits itself");
  wa_release(t);
}

static int waits_for_itself(void *slot) { return wa_wait_for(tasks[(intptr_t)slot], WA_MS(5)); }

TASK_TEST(cycle_of_one_through_wait_for) {
  wa_task *t = tasks[0] = named("narcissus", waits_for_itself, NUMBER(0));
  EXPECT_MISUSE(wa_await(t), "task 'narcissus': wa_wait_for: the task awaits itself");
  wa_release(t);
}

TASK_TEST(cycle_of_one_through_stop_within_is_refused) {
  EXPECT_MISUSE(wa_stop_within(wa_current(), WA_MS(1), true), "wa_stop_within: expected another task");
}

TASK_TEST(cycle_of_two_names_both) {
  tasks[0] = named("chicken", awaits_slot, NUMBER(1));
  tasks[1] = named("egg", awaits_slot, NUMBER(0));
  EXPECT_MISUSE(wa_await(tasks[1]), "wa_await: these tasks would wait for each other: egg -> chicken -> egg");
  EXPECT_STATUS(finish(tasks[0]), WA_EMISUSE);
  wa_release(tasks[1]);
}

TASK_TEST(cycle_of_three_names_all) {
  tasks[0] = named("a", awaits_slot, NUMBER(1));
  tasks[1] = named("b", awaits_slot, NUMBER(2));
  tasks[2] = named("c", awaits_slot, NUMBER(0));
  EXPECT_MISUSE(wa_await(tasks[2]), ": c -> a -> b -> c");
  EXPECT_STATUS(finish(tasks[0]), WA_EMISUSE);
  EXPECT_STATUS(finish(tasks[1]), WA_EMISUSE);
  wa_release(tasks[2]);
}

static int awaits_gathered(void *slot) { return finish(wa_gather(&tasks[(intptr_t)slot], 2, 0)); }
static int awaits_shielded(void *slot) { return finish(wa_shield(tasks[(intptr_t)slot])); }

TASK_TEST(cycle_through_a_gather) {
  tasks[2] = named("a", awaits_gathered, NUMBER(0));
  tasks[0] = named("other", sleeper, NUMBER(1));
  tasks[1] = named("b", awaits_slot, NUMBER(2));
  EXPECT_MISUSE(wa_await(tasks[1]), ": b -> a -> ");
  EXPECT_CONTAINS(wa_error_text(), "-> b");
  EXPECT_STATUS(finish(tasks[2]), WA_EMISUSE);
  EXPECT_STATUS(finish(tasks[0]), WA_OK);
  wa_release(tasks[1]);
}

TASK_TEST(cycle_through_a_shield) {
  tasks[0] = named("a", awaits_shielded, NUMBER(1));
  tasks[1] = named("b", awaits_slot, NUMBER(0));
  EXPECT_MISUSE(wa_await(tasks[1]), ": b -> a -> ");
  EXPECT_STATUS(finish(tasks[0]), WA_EMISUSE);
  wa_release(tasks[1]);
}

TASK_TEST(cycle_that_a_gather_of_oneself_closes) {
  tasks[1] = named("other", sleeper, NUMBER(1));
  tasks[0] = named("a", awaits_gathered, NUMBER(0));
  int status = wa_await(tasks[0]);
  EXPECT_MISUSE(status, "a -> ");
  EXPECT_STATUS(finish(tasks[1]), WA_OK);
  wa_release(tasks[0]);
}

TASK_TEST(cycle_that_a_shield_of_oneself_closes) {
  tasks[0] = named("a", awaits_shielded, NUMBER(0));
  EXPECT_MISUSE(wa_await(tasks[0]), "a -> ");
  wa_release(tasks[0]);
}

static int waits_for_slot(void *slot) { return wa_wait_for(tasks[(intptr_t)slot], WA_S(1)); }
static int waits_for_ever_for_slot(void *slot) { return wa_wait_for(tasks[(intptr_t)slot], WA_FOREVER); }

#ifndef __OPTIMIZE_SIZE__ /* the small library does not find these */
static int awaits_from_a_group(void *slot) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn_with(&g, awaits_slot, slot, &(wa_task_options){.name = "member"}));
  int status = wa_group_exit(&g, WA_OK);
  if (status == WA_EGROUP) wa_group_errors(&g, &status, 1);
  return status;
}

TASK_TEST(cycle_of_a_member_that_awaits_the_groups_task) {
  tasks[0] = named("parent", awaits_from_a_group, NUMBER(0));
  EXPECT_STATUS(wa_await(tasks[0]), WA_EMISUSE);
  EXPECT_CONTAINS(wa_error_text(), "wa_await: these tasks would wait for each other: member -> parent -> (group) -> member");
  wa_release(tasks[0]);
}

static int closes_a_group_around_who_awaits_it(void *arg) {
  wa_group g;
  wa_group_enter(&g);
  wa_task *member = wa_group_spawn(&g, awaits_slot, NUMBER(0));
  wa_yield();
  *(wa_task **)arg = member;
  return wa_group_exit(&g, WA_OK);
}

TASK_TEST(cycle_that_a_groups_exit_closes) {
  wa_task *member;
  tasks[0] = named("parent", closes_a_group_around_who_awaits_it, &member);
  EXPECT_MISUSE(wa_await(tasks[0]), "task 'parent': wa_group_exit: the task would wait for a member that waits for it");
  EXPECT_STATUS(finish(member), WA_EMISUSE);
  wa_release(tasks[0]);
}

#endif

TASK_TEST(cycle_of_long_names_is_told_whole_with_their_beginnings) {
  char name[400];
  name[0] = 'e';
  for (size_t i = 1; i < sizeof name; i++) name[i] = "\xa9\xc3"[i % 2];
  name[sizeof name - 1] = 0;
  tasks[0] = named(name, awaits_slot, NUMBER(1));
  tasks[1] = named(name, awaits_slot, NUMBER(0));
  name[81] = 0; /* 80 would be in the middle of a character */
  EXPECT_STATUS(wa_await(tasks[1]), WA_EMISUSE);
  const char *text = wa_error_text();
  EXPECT_INT(strlen(text), strlen("task '': wa_await: these tasks would wait for each other: ") + 4 * 81 + 2 * 4);
  EXPECT(!strncmp(text + strlen(text) - 85, " -> ", 4) && !strcmp(text + strlen(text) - 81, name));
  EXPECT_STATUS(finish(tasks[0]), WA_EMISUSE);
  wa_release(tasks[1]);
}

TASK_TEST(cycle_through_wait_for) {
  tasks[0] = named("a", waits_for_slot, NUMBER(1));
  tasks[1] = named("b", waits_for_ever_for_slot, NUMBER(0));
  EXPECT_MISUSE(wa_await(tasks[1]), ": b -> a -> b");
  EXPECT_STATUS(finish(tasks[0]), WA_EMISUSE);
  EXPECT_INT(wa_now(), 0);
  wa_release(tasks[1]);
}

TASK_TEST(cycle_is_found_when_its_last_link_is_closed_also_over_many) {
  enum { N = 3000 };
  static wa_task *chain[N];
  tasks[0] = chain[0] = named("first", awaits_slot, NUMBER(1));
  tasks[1] = wa_future_new();
  for (int i = 1; i < N; i++) {
    tasks[2] = chain[i - 1];
    chain[i] = wa_spawn_with(awaits_slot, NUMBER(2), &(wa_task_options){.eager = true});
  }
  turns(1);
  EXPECT(!wa_done(chain[0]));
  wa_resolve(tasks[1], NULL);
  EXPECT_STATUS(wa_await(chain[N - 1]), WA_OK);
  for (int i = 0; i < N; i++) wa_release(chain[i]);
  wa_release(tasks[1]);
}

static int closes_a_long_cycle(void *arg) {
  (void)arg;
  wa_yield();
  return wa_await(tasks[3]);
}

TASK_TEST(cycle_over_3000_tasks_is_told_and_its_sentence_cut) {
  enum { N = 3000 };
  static wa_task *chain[N];
  chain[0] = named("first", closes_a_long_cycle, NULL);
  turns(1);
  for (int i = 1; i < N; i++) {
    tasks[2] = chain[i - 1];
    chain[i] = wa_spawn_with(awaits_slot, NUMBER(2), &(wa_task_options){.eager = true});
  }
  tasks[3] = chain[N - 1];
  EXPECT_MISUSE(wa_await(chain[0]), ": first -> ");
  for (int i = 0; i < N; i++) EXPECT_STATUS(finish(chain[i]), WA_EMISUSE);
}

static void ignore(void *ctx, wa_future *f) {
  (void)f;
  (void)ctx;
}

/* Not a cycle, though many paths lead down: each gather is a member of the next one twice. */
static void check_many_paths(int callbacks) {
  enum { LEVELS = 40 };
  wa_future *leaf = wa_future_new(), *gathers[LEVELS], *below = leaf;
  for (int i = 0; i < LEVELS; i++) {
    wa_future *twice[] = {below, below};
    below = gathers[i] = wa_gather(twice, 2, 0);
  }
  tasks[0] = below;
  wa_task *waits_for_t = wa_spawn(awaits_slot, NUMBER(1)), *t = tasks[1] = wa_spawn(awaits_slot, NUMBER(0));
  for (int i = 0; i < callbacks; i++) wa_when_done(t, ignore, NULL);
  turns(1);
  wa_resolve(leaf, NULL);
  EXPECT_STATUS(finish(waits_for_t), WA_OK);
  EXPECT_STATUS(finish(t), WA_OK);
  for (int i = 0; i < LEVELS; i++) wa_release(gathers[i]);
  wa_release(leaf);
}

TASK_TEST(cycle_check_of_many_paths_is_quick) { check_many_paths(0); }

/* Then the paths are walked from above. */
TASK_TEST(cycle_check_of_many_paths_behind_many_callbacks_is_quick) { check_many_paths(100); }

TASK_TEST(cycle_check_of_deep_shields) {
  enum { LEVELS = 100 };
  wa_future *leaf = wa_future_new(), *shields[LEVELS], *below = leaf;
  for (int i = 0; i < LEVELS; i++) below = shields[i] = wa_shield(below);
  tasks[0] = below;
  wa_task *waits_for_t = wa_spawn(awaits_slot, NUMBER(1)), *t = tasks[1] = wa_spawn(awaits_slot, NUMBER(0));
  turns(1);
  wa_resolve(leaf, NULL);
  EXPECT_STATUS(finish(waits_for_t), WA_OK);
  EXPECT_STATUS(finish(t), WA_OK);
  for (int i = 0; i < LEVELS; i++) wa_release(shields[i]);
  wa_release(leaf);
}

TASK_TEST(cycle_that_nobody_else_awaits) {
  tasks[0] = named("a", awaits_slot, NUMBER(1));
  tasks[1] = named("b", awaits_gathered, NUMBER(2));
  tasks[2] = named("c", awaits_slot, NUMBER(0));
  tasks[3] = named("d", sleeper, NUMBER(1));
  wa_sleep(WA_MS(2));
  for (int i = 0; i < 3; i++) EXPECT_STATUS(wa_status(tasks[i]), WA_EMISUSE);
  for (int i = 0; i < 4; i++) wa_release(tasks[i]);
}

/* Who waits for a task is looked for among its callbacks; there may be more of them than are looked at. */
TASK_TEST(cycle_behind_many_callbacks) {
  tasks[0] = named("a", awaits_slot, NUMBER(1));
  tasks[1] = named("b", awaits_slot, NUMBER(0));
  for (int i = 0; i < 100; i++) wa_when_done(tasks[1], ignore, NULL);
  EXPECT_MISUSE(wa_await(tasks[1]), ": b -> a -> b");
  EXPECT_STATUS(finish(tasks[0]), WA_EMISUSE);
  wa_release(tasks[1]);
}

TASK_TEST(cycle_of_which_others_await_a_part) {
  wa_task *others[3];
  tasks[0] = named("a", closes_a_long_cycle, NULL);
  tasks[1] = named("b", awaits_slot, NUMBER(0));
  tasks[2] = tasks[3] = named("c", awaits_slot, NUMBER(1));
  for (int i = 0; i < 3; i++) others[i] = named("other", awaits_slot, NUMBER(i));
  EXPECT_MISUSE(wa_await(tasks[0]), ": a -> c -> b -> a");
  for (int i = 0; i < 3; i++) EXPECT_STATUS(finish(others[i]), WA_EMISUSE);
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
}

/* A group's exit that tells its members to stop, because the body failed or was cancelled, ends the circle of one that watches the
 * group's task through a shield. */
static int shields(void *task) {
  wa_future *shield = wa_shield(task);
  int status = wa_await(shield);
  wa_release(shield);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK); /* its clean-up; the group waits for it */
  note("%s", wa_status_name(status));
  return status;
}
static int watched_by_a_member(void *arg) {
  wa_group g;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, shields, wa_current()));
  int status = wa_sleep(WA_MS(5));
  if (status == WA_OK) status = *(int *)arg;
  return wa_group_exit(&g, status);
}
TASK_TEST(cycle_through_a_shield_is_ended_by_the_group_that_fails) {
  static int own = WA_EUSER - 1;
  wa_task *fails = wa_spawn(watched_by_a_member, &own), *cancelled = wa_spawn(watched_by_a_member, &own);
  turns(2);
  wa_cancel(cancelled, "stop");
  EXPECT_STATUS(wa_await(cancelled), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(cancelled), "stop");
  EXPECT_STATUS(finish(fails), WA_EGROUP);
  EXPECT_TRACE("WA_ECANCELED WA_ECANCELED");
  wa_release(cancelled);
}
