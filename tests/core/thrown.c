/* What goes along with an error on its way up: the host's words with WA_EHOST. (A group's errors: groups.c.) */
#include "unit.h"

#include <string.h>

/* No host carries it out, and the words say so. */
static int asks(void *arg) { return wa_await_op(arg, NULL, NULL); }

static int hands_on(void *arg) {
  wa_task *t = wa_spawn(asks, arg);
  int st = wa_await(t);
  wa_release(t);
  return st;
}

static const char *words_of(wa_future *f) {
  wa_data words = wa_result(f);
  return words.type == WA_TEXT ? words.data : "none";
}

#define EXPECT_WORDS(name, f) EXPECT_CONTAINS(words_of(f), "'" name "'")

TASK_TEST(thrown_words_of_the_host_go_up_from_task_to_task) {
  wa_task *t = wa_spawn(hands_on, "fetch");
  EXPECT_STATUS(wa_await(t), WA_EHOST);
  EXPECT_WORDS("fetch", t);
  wa_release(t);
}

static int through_combinators(void *arg) {
  wa_task *t = wa_spawn(asks, arg);
  wa_future *all = wa_gather((wa_future *[]){t}, 1, 0), *looked_at = wa_shield(all);
  int st = wa_wait_for(looked_at, WA_MS(1));
  wa_release(looked_at);
  wa_release(all);
  wa_release(t);
  return st;
}

TASK_TEST(thrown_words_go_through_gather_shield_and_wait_for) {
  wa_task *t = wa_spawn(through_combinators, "fetch");
  EXPECT_STATUS(wa_await(t), WA_EHOST);
  EXPECT_WORDS("fetch", t);
  wa_release(t);
}

/* A failure that was handled is not why the task ends. */
static int handles_one(void *arg) {
  EXPECT_STATUS(wa_await_op("handled", NULL, NULL), WA_EHOST);
  return hands_on(arg);
}
static int handles_all(void *arg) {
  EXPECT_STATUS(handles_one(arg), WA_EHOST);
  return WA_EUSER;
}
static int makes_its_own(void *arg) {
  wa_future *f = wa_future_new();
  EXPECT_STATUS(handles_one(arg), WA_EHOST);
  wa_reject(f, WA_EHOST);
  int st = wa_await(f);
  wa_release(f);
  return st;
}

TASK_TEST(thrown_words_are_those_of_the_latest_failure) {
  static const wa_task_fn bodies[] = {handles_one, handles_all, makes_its_own};
  static const char *words[] = {"'fetch'", "none", "none"};
  for (int i = 0; i < 3; i++) {
    wa_task *t = wa_spawn(bodies[i], "fetch");
    EXPECT(wa_await(t) < 0);
    EXPECT_CONTAINS(words_of(t), words[i]);
    wa_release(t);
  }
}

/* Nor is what a clean-up hears. */
static void asks_too(void *arg) { EXPECT_STATUS(wa_await_op(arg, NULL, NULL), WA_EHOST); }
static int cleans_up(void *arg) {
  wa_defer(asks_too, "clean-up");
  return asks(arg);
}

TASK_TEST(thrown_words_are_not_those_that_a_clean_up_hears) {
  wa_task *t = wa_spawn(cleans_up, "fetch");
  EXPECT_STATUS(wa_await(t), WA_EHOST);
  EXPECT_WORDS("fetch", t);
  wa_release(t);
}

static int cancelled_with_words(void *arg) {
  EXPECT_STATUS(asks(arg), WA_EHOST);
  return wa_sleep(WA_S(1));
}

TASK_TEST(thrown_words_leave_the_reason_of_a_cancellation_alone) {
  wa_task *t = wa_spawn(cancelled_with_words, "fetch");
  turns(2);
  wa_cancel(t, "enough");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "enough");
  wa_release(t);
}
