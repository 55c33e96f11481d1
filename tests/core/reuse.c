/* Memory that comes back: the second round of the same work takes no more than the first, whatever the work. The counts of
 * wa_count can't show it: they leave out stacks, and what the allocators keep. */
#include "unit.h"

enum { CROWD = 300 };

#ifdef __wasm__
static int pages(void) { return (int)__builtin_wasm_memory_size(0); }
#else
static int pages(void) { return 0; } /* there AddressSanitizer counts what was not given back */
#endif

/* Its frame lies on the C stack while it waits, so it keeps that stack. */
static int keeps_stack(void *arg) {
  volatile intptr_t frame[8] = {(intptr_t)arg};
  int status = wa_sleep(WA_MS(1));
  return status == WA_OK ? (int)(frame[0] - (intptr_t)arg) : status;
}

static int keeps_none(void *arg) { return wa_sleep(WA_MS((intptr_t)arg)); }

static int calls_deep(void *n) {
  return n ? wa_call(calls_deep, NUMBER((intptr_t)n - 1)) : keeps_stack(n);
}

/* Resumes another fiber from inside its own step. */
static int spawns_eagerly(void *n) {
  if (!n) return keeps_stack(n);
  wa_task *t = wa_spawn_with(spawns_eagerly, NUMBER((intptr_t)n - 1), &(wa_task_options){.eager = true});
  int status = wa_await(t);
  wa_release(t);
  return status;
}

static int is_cancelled(void *arg) {
  wa_cancel(wa_current(), "at once");
  EXPECT_STATUS(keeps_stack(arg), WA_ECANCELED);
  return wa_uncancel(wa_current());
}

static void once(wa_task_fn f, void *arg, size_t stack_size) {
  wa_task *tasks[CROWD];
  for (int i = 0; i < CROWD; i++) tasks[i] = wa_spawn_with(f, arg, &(wa_task_options){.stack_size = stack_size});
  for (int i = 0; i < CROWD; i++) {
    EXPECT_STATUS(wa_await(tasks[i]), WA_OK);
    wa_release(tasks[i]);
  }
}

static void again_and_again(wa_task_fn f, void *arg, size_t stack_size) {
  once(f, arg, stack_size);
  int after_first = pages();
  for (int i = 0; i < 5; i++) once(f, arg, stack_size);
  EXPECT_INT(pages(), after_first);
}

TASK_TEST(reuse_of_stacks_that_were_kept) { again_and_again(keeps_stack, NUMBER(1), 0); }
TASK_TEST(reuse_of_stacks_of_another_size) { again_and_again(keeps_stack, NUMBER(1), 20000); }
TASK_TEST(reuse_after_waits_without_a_stack) { again_and_again(keeps_none, NUMBER(1), 0); }
TASK_TEST(reuse_after_calls) { again_and_again(calls_deep, NUMBER(3), 0); }
TASK_TEST(reuse_after_eager_spawns) { again_and_again(spawns_eagerly, NUMBER(3), 0); }
TASK_TEST(reuse_after_cancellations) { again_and_again(is_cancelled, NUMBER(0), 0); }

/* An engine takes a millisecond for each growth, however much it is. */
static int last_pages, growths;
static int keeps_and_counts(void *arg) {
  if (pages() != last_pages) growths++;
  last_pages = pages();
  return keeps_stack(arg);
}

TASK_TEST(reuse_growth_is_in_few_steps) {
  enum { MANY = 2000 };
  static wa_task *tasks[MANY];
  last_pages = pages();
  for (int i = 0; i < MANY; i++) tasks[i] = wa_spawn(keeps_and_counts, NUMBER(1));
  for (int i = 0; i < MANY; i++) {
    EXPECT_STATUS(wa_await(tasks[i]), WA_OK);
    wa_release(tasks[i]);
  }
  EXPECT(growths < 50); /* of 32 MB: 500 pages */
}

/* Stacks that nobody needs any more are memory for everything. */
TASK_TEST(reuse_of_idle_stacks_for_other_data) {
  enum { MANY = 2000 };
  static wa_task *tasks[MANY];
  for (int i = 0; i < MANY; i++) tasks[i] = wa_spawn(keeps_stack, NUMBER(1));
  for (int i = 0; i < MANY; i++) {
    EXPECT_STATUS(wa_await(tasks[i]), WA_OK);
    wa_release(tasks[i]);
  }
  int before = pages();
  static wa_future *futures[200000];
  for (int i = 0; i < 200000; i++) futures[i] = wa_future_new();
  for (int i = 0; i < 200000; i++) wa_release(futures[i]);
  EXPECT_INT(pages(), before);
}
