/* wa_checkpoint: the await point of a loop that computes. Another process may have the processor at any time, so what
 * must not last is counted in rounds, not in time; and a pause is no stall. */
#include "unit.h"

#define NO_STALL .stall_after = WA_S(1000)

static volatile unsigned sink;
static void work(void) {
  for (unsigned i = 0; i < 100; i++) sink += i;
}

TASK_TEST(checkpoint_on_a_virtual_clock_does_not_give_up_the_turn_while_no_time_passes) {
  wa_task *other = wa_spawn(returns, NUMBER(0));
  for (int i = 0; i < 200000; i++)
    if (!EXPECT_STATUS(wa_checkpoint(), WA_OK)) break;
  EXPECT(!wa_done(other));
  finish(other);
}

TASK_TEST(checkpoint_on_a_virtual_clock_gives_up_the_turn_when_the_budget_is_spun_away) {
  wa_timeout deadline;
  wa_timeout_enter(&deadline, WA_MS(5));
  int rounds = 0, status = WA_OK;
  for (; status == WA_OK && rounds < 100; rounds++) {
    wa_spin(WA_MS(3));
    for (int i = 0; status == WA_OK && i < 600; i++) status = wa_checkpoint();
  }
  EXPECT_STATUS(wa_timeout_exit(&deadline, status), WA_ETIMEDOUT);
  EXPECT_INT(rounds, 5); /* a turn is 8 ms, from the first look at 3 ms; it is told in the round after */
  rounds = 0;
  wa_task *other = wa_spawn(returns, NUMBER(0)); /* and an eighth while others are ready */
  while (!wa_done(other) && rounds++ < 100) wa_spin(WA_US(300)), EXPECT_STATUS(wa_checkpoint(), WA_OK);
  EXPECT_INT(rounds, 5);
  finish(other);
}

static int cancels_and_computes(void *arg) {
  wa_cancel(arg, NULL);
  return wa_checkpoint();
}

TASK_TEST(checkpoint_hears_at_once_what_a_task_asked_that_it_started_eagerly) {
  for (int i = 0; i < 1000; i++) wa_checkpoint();
  finish(wa_spawn_with(cancels_and_computes, wa_current(), &(wa_task_options){.eager = true}));
  EXPECT_STATUS(wa_checkpoint(), WA_ECANCELED);
  wa_uncancel(wa_current());
}

TASK_TEST(checkpoint_tells_of_a_cancellation_at_once_and_once) {
  for (int i = 0; i < 1000; i++) wa_checkpoint();
  wa_cancel(wa_current(), "mine");
  EXPECT_STATUS(wa_checkpoint(), WA_ECANCELED);
  EXPECT_STATUS(wa_checkpoint(), WA_OK);
  wa_uncancel(wa_current());
}

TASK_TEST(checkpoint_behind_an_uncancellable_region_tells_at_once) {
  for (int i = 0; i < 1000; i++) wa_checkpoint();
  wa_uncancellable_enter();
  wa_cancel(wa_current(), NULL);
  for (int i = 0; i < 3; i++) EXPECT_STATUS(wa_checkpoint(), WA_OK);
  wa_uncancellable_exit();
  EXPECT_STATUS(wa_checkpoint(), WA_ECANCELED);
  wa_uncancel(wa_current());
}

static int computes_until_told(void *rounds) {
  int status;
  for (; (status = wa_checkpoint()) == WA_OK; ++*(int *)rounds) work();
  return status;
}

static int two_compute(void *arg) {
  (void)arg;
  int rounds = 0;
  wa_task *a = wa_spawn(computes_until_told, &rounds), *b = wa_spawn(computes_until_told, &rounds);
  for (wa_time end = wa_now() + WA_MS(20); wa_now() < end;) EXPECT_STATUS(wa_checkpoint(), WA_OK);
  EXPECT(!wa_done(a));
  EXPECT_STATUS(wa_sleep(WA_MS(5)), WA_OK);
  int before = rounds;
  EXPECT(before > 0);
  wa_cancel(a, "a");
  wa_cancel(b, "b");
  EXPECT_STATUS(wa_await(a), WA_ECANCELED);
  EXPECT_STATUS(wa_await(b), WA_ECANCELED);
  EXPECT_INT(rounds, before); /* each was told where it stood */
  EXPECT_TEXT(wa_reason(a), "a");
  EXPECT_TEXT(wa_reason(b), "b");
  wa_release(a);
  wa_release(b);
  return WA_OK;
}

TEST(checkpoint_lets_others_and_timers_run_when_the_budget_is_used_up) {
  wa_configure(&(wa_config){.turn_budget = WA_MS(1), NO_STALL});
  EXPECT_STATUS(wa_run(two_compute, NULL), WA_OK);
}

static int computes(void *rounds) {
  for (intptr_t i = 0; i < (intptr_t)rounds; i++) wa_checkpoint();
  return WA_OK;
}

TEST(checkpoint_looks_at_a_real_clock_again_after_a_run_on_a_virtual_one) {
  EXPECT_STATUS(wa_run(computes, NUMBER(10)), WA_OK);
  wa_configure(&(wa_config){.turn_budget = WA_MS(1), NO_STALL});
  EXPECT_STATUS(wa_run(two_compute, NULL), WA_OK);
}

static bool stop;
static int counts_to_stop(void *rounds) {
  int status = WA_OK;
  for (; !stop && status == WA_OK; ++*(int *)rounds) status = wa_checkpoint(), work();
  return status;
}

static int slices(void *fair) {
  int rounds[3] = {0};
  wa_task *tasks[3];
  stop = false;
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn(counts_to_stop, &rounds[i]);
  wa_sleep(WA_MS(60));
  stop = true;
  for (int i = 0; i < 3; i++) {
    EXPECT_STATUS(finish(tasks[i]), WA_OK);
    EXPECT(rounds[i] > 0);
  }
  *(bool *)fair = rounds[0] < 4 * rounds[2] && rounds[2] < 4 * rounds[0];
  return WA_OK;
}

TEST(checkpoint_shares_the_time_between_tasks) {
  wa_configure(&(wa_config){.turn_budget = WA_MS(2), NO_STALL});
  bool fair = false; /* in one of three: a pause of the process is taken from one of the tasks */
  for (int i = 0; i < 3 && !fair; i++) EXPECT_STATUS(wa_run(slices, &fair), WA_OK);
  EXPECT(fair); /* the last of a batch gets no more than the first */
}

/* Two that compute: one in rounds of nanoseconds, one in rounds of half a millisecond. */
static int short_rounds;
static int computes_in_short_rounds(void *arg) {
  (void)arg;
  int status = WA_OK;
  for (; !stop && status == WA_OK; short_rounds++) status = wa_checkpoint();
  return status;
}

static int computes_in_long_rounds(void *longest) {
  int status = WA_OK, seen = -1, in_a_row = 0;
  while (!stop && status == WA_OK) {
    for (wa_time end = wa_now() + WA_US(500); wa_now() < end;) work();
    in_a_row = short_rounds == seen ? in_a_row + 1 : 1;
    seen = short_rounds;
    if (in_a_row > *(int *)longest) *(int *)longest = in_a_row;
    status = wa_checkpoint();
  }
  return status;
}

static int short_and_long(void *arg) {
  (void)arg;
  int longest = 0;
  wa_task *a = wa_spawn(computes_in_short_rounds, NULL), *b = wa_spawn(computes_in_long_rounds, &longest);
  wa_sleep(WA_MS(100));
  stop = true;
  EXPECT_STATUS(finish(a), WA_OK);
  EXPECT_STATUS(finish(b), WA_OK);
  EXPECT(longest > 0);
  EXPECT(longest < 16);
  return WA_OK;
}

TEST(checkpoint_does_not_hand_the_pace_of_one_task_to_the_next) {
  wa_configure(&(wa_config){.turn_budget = WA_MS(2), NO_STALL});
  stop = false;
  EXPECT_STATUS(wa_run(short_and_long, NULL), WA_OK);
}
