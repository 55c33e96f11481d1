/* A task's life: when it runs, what it is called, what it hands over. */
#include "unit.h"

#include <string.h>

static int note_letter(void *letter) {
  note("%s", (const char *)letter);
  int status = wa_yield();
  note("%s2", (const char *)letter);
  return status;
}

TASK_TEST(task_runs_from_the_next_iteration_on_in_the_order_of_spawning) {
  wa_task *a = wa_spawn(note_letter, "a"), *b = wa_spawn(note_letter, "b");
  note("main");
  turns(1);
  note("main2");
  turns(1);
  EXPECT_TRACE("main a b main2 a2 b2");
  EXPECT(wa_done(a));
  EXPECT(wa_done(b));
  wa_release(a);
  wa_release(b);
}

TASK_TEST(task_eager_runs_to_its_first_suspension_inside_the_spawn) {
  const wa_task_options eager = {.eager = true};
  wa_task *a = wa_spawn_with(note_letter, "a", &eager);
  note("main");
  EXPECT(!wa_done(a));
  finish(a);
  EXPECT_TRACE("a main a2");
  wa_task *done = wa_spawn_with(returns, NUMBER(3), &eager);
  EXPECT(wa_done(done));
  EXPECT_STATUS(finish(done), 3);
}

static int name_eager(void *arg) {
  (void)arg;
  note("in:%s", wa_name(wa_current()));
  wa_yield();
  return WA_OK;
}

TASK_TEST(task_eager_is_the_current_one_only_while_it_runs) {
  wa_task *me = wa_current();
  wa_task *t = wa_spawn_with(name_eager, NULL, &(wa_task_options){.eager = true, .name = "quick"});
  EXPECT(wa_current() == me);
  EXPECT_TRACE("in:quick");
  finish(t);
}

static int returns_least(void *wait) {
  if (wait) wa_yield();
  return INT32_MIN;
}

/* The runtime has another use for that number. */
TASK_TEST(task_status_that_is_the_least_of_all_is_the_next_one) {
  for (int waits = 0; waits < 2; waits++) {
    EXPECT_STATUS(finish(wa_spawn(returns_least, waits ? "" : NULL)), INT32_MIN + 1);
    EXPECT_STATUS(finish(wa_spawn_with(returns_least, waits ? "" : NULL, &(wa_task_options){.eager = true})), INT32_MIN + 1);
    EXPECT_STATUS(wa_call(returns_least, waits ? "" : NULL), INT32_MIN + 1);
  }
}

TASK_TEST(task_status_that_is_positive_passes_on) {
  wa_task *t = wa_spawn(returns, NUMBER(42));
  EXPECT_STATUS(wa_await(t), 42);
  EXPECT_STATUS(wa_status(t), 42);
  EXPECT(!wa_cancelled(t));
  wa_release(t);
}

TASK_TEST(task_that_returns_cancelled_is_cancelled) {
  wa_task *t = wa_spawn(returns, NUMBER(WA_ECANCELED));
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT(wa_cancelled(t));
  wa_release(t);
}

TASK_TEST(task_of_nothing_or_of_no_sensible_stack_is_refused) {
  EXPECT_REFUSED(wa_spawn(NULL, NULL), "wa_spawn: f is NULL");
  EXPECT_REFUSED(wa_spawn_with(NULL, NULL, NULL), "f is NULL");
  EXPECT_REFUSED(wa_spawn_with(forever, NULL, &(wa_task_options){.stack_size = 255}),
                 "wa_spawn_with: stack_size is 255; expected 256 to 1073741824");
  EXPECT_REFUSED(wa_spawn_with(forever, NULL, &(wa_task_options){.stack_size = 2000000000}),
                 "stack_size is 2000000000");
  EXPECT_MISUSE(wa_call(NULL, NULL), "wa_call: f is NULL");
}

/* ---- names, sites, the list of tasks ----------------------------------------------------------------------------- */

static void note_name(wa_task *task, void *ctx) {
  (void)ctx;
  note("%s", wa_name(task));
}

TASK_TEST(task_names_are_copied_and_listed_in_the_order_of_creation) {
  char name[] = "first";
  wa_task *a = wa_spawn_with(sleeper, NUMBER(1), &(wa_task_options){.name = name});
  name[0] = 'X';
  wa_task *b = wa_spawn_with(sleeper, NUMBER(0), &(wa_task_options){.name = "second"});
  wa_tasks(note_name, NULL);
  EXPECT_TRACE("main first second");
  finish(b);
  wa_tasks(note_name, NULL);
  EXPECT_TRACE("main first");
  EXPECT_TEXT(wa_name(a), "first");
  finish(a);
}

static void tries_to_wait(wa_task *task, void *ctx) {
  ++*(int *)ctx;
  EXPECT_MISUSE(wa_yield(), "wa_yield: called ");
  EXPECT_MISUSE(wa_await(task), "wa_await: called ");
}

TASK_TEST(task_list_is_visited_without_suspending) {
  int visited = 0;
  wa_task *t = wa_spawn(sleeper, NUMBER(1));
  wa_tasks(tries_to_wait, &visited);
  EXPECT_INT(visited, 2);
  EXPECT(wa_current() != NULL);
  EXPECT_STATUS(finish(t), WA_OK);
}

TASK_TEST(task_without_a_name_is_numbered) {
  wa_task *a = wa_spawn(returns, NUMBER(0)), *b = wa_spawn(returns, NUMBER(0));
  EXPECT(!strncmp(wa_name(a), "task-", 5));
  EXPECT(strcmp(wa_name(a), wa_name(b)) != 0);
  finish(a);
  finish(b);
}

TASK_TEST(task_long_name_is_kept_whole_and_a_sentence_about_it_is_cut) {
  char name[600];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = 0;
  wa_task *t = wa_spawn_with(returns, NUMBER(WA_EUSER - 1), &(wa_task_options){.name = name});
  EXPECT_TEXT(wa_name(t), name);
  turns(2);
  wa_release(t);
  const wa_report *report = TAKE_REPORT(WA_REPORT_UNSEEN);
  if (report) EXPECT(strlen(report->text) < sizeof name);
}

static const char *site_inside;
static int tell_site(void *arg) {
  (void)arg;
  site_inside = wa_site(wa_current());
  return wa_sleep(WA_MS(1)); /* the site */
}

TASK_TEST(task_site_is_where_it_waits) {
  int line = __LINE__ - 4;
  char wanted[32] = "task.c:";
  wa_task *t = wa_spawn(tell_site, NULL);
  EXPECT_TEXT(wa_site(t), "");
  turns(1);
  EXPECT_TEXT(site_inside, "");
  wanted[7] = (char)('0' + line / 100);
  wanted[8] = (char)('0' + line / 10 % 10);
  wanted[9] = (char)('0' + line % 10);
  EXPECT_TEXT(wa_site(t), wanted);
  finish(t);
}

TASK_TEST(task_site_is_empty_once_it_is_done_and_for_a_future) {
  wa_task *t = wa_spawn(sleeper, NUMBER(1));
  EXPECT_STATUS(wa_await(t), WA_OK);
  EXPECT_TEXT(wa_site(t), "");
  wa_release(t);
  wa_future *f = wa_future_new();
  EXPECT_TEXT(wa_site(f), "");
  EXPECT_TEXT(wa_name(f), "");
  wa_release(f);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static int give_pointer(void *arg) { return wa_return(arg); }
static int give_bytes(void *arg) {
  (void)arg;
  char bytes[4] = {1, 0, 2, 0};
  return wa_return_bytes(bytes, sizeof bytes);
}
static int give_text(void *text) { return wa_return_text(text); }
static int give_number(void *arg) {
  (void)arg;
  return wa_return_number(0.1);
}
static int give_twice(void *arg) {
  (void)arg;
  wa_return_text("first");
  return wa_return_bytes(NULL, 0);
}
static int give_and_fail(void *arg) {
  (void)arg;
  wa_return_text("lost");
  return WA_EUSER - 1;
}

static wa_task *done(wa_task_fn f, void *arg) {
  wa_task *t = wa_spawn(f, arg);
  wa_await(t);
  return t;
}

TASK_TEST(task_hands_a_pointer_over) {
  int x = 0;
  wa_task *t = done(give_pointer, &x);
  EXPECT(wa_value(t) == &x);
  EXPECT_INT(wa_result(t).type, WA_NOTHING);
  wa_release(t);
}

TASK_TEST(task_hands_copies_over) {
  wa_task *t = done(give_bytes, NULL);
  wa_data data = wa_result(t);
  EXPECT_INT(data.type, WA_BYTES);
  EXPECT_INT(data.size, 4);
  EXPECT(data.data && !memcmp(data.data, "\1\0\2", 4));
  wa_release(t);
  t = done(give_text, "text");
  data = wa_result(t);
  EXPECT_INT(data.type, WA_TEXT);
  EXPECT_INT(data.size, 4);
  EXPECT_TEXT(data.data, "text");
  wa_release(t);
  t = done(give_number, NULL);
  data = wa_result(t);
  EXPECT_INT(data.type, WA_NUMBER);
  EXPECT(data.number == 0.1);
  EXPECT(data.data == NULL);
  wa_release(t);
}

TASK_TEST(task_hands_the_latest_over_and_nothing_if_it_fails) {
  wa_task *t = done(give_twice, NULL);
  EXPECT_INT(wa_result(t).type, WA_BYTES);
  EXPECT_INT(wa_result(t).size, 0);
  wa_release(t);
  t = done(give_and_fail, NULL);
  EXPECT_STATUS(wa_status(t), WA_EUSER - 1);
  EXPECT_INT(wa_result(t).type, WA_NOTHING);
  EXPECT(wa_value(t) == NULL);
  wa_release(t);
}

TASK_TEST(task_result_of_nothing_is_refused) {
  EXPECT_MISUSE(wa_return_text(NULL), "wa_return_text: text is NULL");
  EXPECT_MISUSE(wa_return_bytes(NULL, 3), "wa_return_bytes: data is NULL; expected 3 bytes");
}

TASK_TEST(task_spawned_by_c_has_no_input) { EXPECT_INT(wa_input().type, WA_NOTHING); }
