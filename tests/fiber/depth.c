/* Deep recursion: suspended at the bottom and resumed again and again, by plain calls and by segments (wa_call), mixed;
 * errors and cancellations on their way back up. Every frame holds memory and looks at it. */
#include "../core/unit.h"

enum { DEPTH = 1000, STACK = 1 << 18 };

typedef struct level {
  int n, rounds, call_every; /* 0: never */
} level;

static int resumed;

static int bottom(int rounds) {
  for (int i = 0; i < rounds; i++) {
    int status = i % 3 ? wa_yield() : wa_sleep(WA_MS(1));
    if (status < 0) return status;
    resumed++;
  }
  return 0;
}

static int down(void *arg) {
  const level *here = arg;
  level below = {here->n - 1, here->rounds, here->call_every};
  volatile int mine[4] = {here->n, here->n * 2, here->n * 3, here->n * 4};
  int status;
  if (!here->n) return bottom(here->rounds);
  if (here->call_every && here->n % here->call_every == 0) status = wa_call(down, &below);
  else status = down(&below);
  for (int i = 0; i < 4; i++)
    if (mine[i] != (i + 1) * here->n || below.n != here->n - 1) return WA_EUSER - 1;
  return status < 0 ? status : status + 1;
}

static wa_task *dive(level *l) {
  return wa_spawn_with(down, l, &(wa_task_options){.stack_size = STACK, .name = "diver"});
}

static void dives(int call_every) {
  level l = {DEPTH, 30, call_every};
  resumed = 0;
  EXPECT_STATUS(finish(dive(&l)), DEPTH);
  EXPECT_INT(resumed, 30);
}

TASK_TEST(depth_1000_by_plain_calls) { dives(0); }
TASK_TEST(depth_1000_by_segments) { dives(1); }
TASK_TEST(depth_1000_by_a_segment_every_7) { dives(7); }
TASK_TEST(depth_1000_by_a_segment_every_100) { dives(100); }

TASK_TEST(depth_of_many_at_once_at_different_depths) {
  enum { N = 40 };
  level levels[N];
  wa_task *tasks[N];
  for (int i = 0; i < N; i++) {
    levels[i] = (level){i * 5, 10, i % 4};
    tasks[i] = dive(&levels[i]);
  }
  for (int i = 0; i < N; i++) EXPECT_STATUS(finish(tasks[i]), i * 5);
}

TASK_TEST(depth_cancelled_at_the_bottom) {
  static const int call_every[] = {0, 1, 3};
  for (int i = 0; i < 3; i++) {
    level l = {DEPTH, 1000, call_every[i]};
    wa_task *t = dive(&l);
    wa_sleep(WA_MS(5));
    EXPECT(wa_cancel(t, "come up"));
    EXPECT_STATUS(wa_await(t), WA_ECANCELED);
    EXPECT_TEXT(wa_reason(t), "come up");
    wa_release(t);
  }
}

/* ---- wa_call ----------------------------------------------------------------------------------------------------- */

static int fails_after_a_wait(void *rounds) {
  for (intptr_t i = 0; i < (intptr_t)rounds; i++) wa_yield();
  return WA_EUSER - 5;
}

static int calls_what_fails(void *rounds) {
  char mine[32];
  __builtin_memset(mine, 7, sizeof mine);
  int status = wa_call(fails_after_a_wait, rounds);
  note("%d", status - WA_EUSER);
  for (size_t i = 0; i < sizeof mine; i++) EXPECT_INT(mine[i], 7);
  EXPECT_STATUS(wa_yield(), WA_OK);
  return status;
}

TASK_TEST(call_hands_an_error_on_with_and_without_a_suspension) {
  EXPECT_STATUS(finish(wa_spawn(calls_what_fails, NUMBER(0))), WA_EUSER - 5);
  EXPECT_STATUS(finish(wa_spawn(calls_what_fails, NUMBER(3))), WA_EUSER - 5);
  EXPECT_TRACE("-5 -5");
}

static int writes_through(void *out) {
  wa_sleep(WA_MS(1));
  *(int *)out += 10;
  wa_sleep(WA_MS(1));
  *(int *)out += 100;
  return WA_OK;
}

static int lends_a_local(void *arg) {
  (void)arg;
  int mine = 1;
  int status = wa_call(writes_through, &mine);
  return status < 0 ? status : mine;
}

TASK_TEST(call_may_write_to_a_local_of_the_caller) { EXPECT_STATUS(finish(wa_spawn(lends_a_local, NULL)), 111); }

/* Records that are larger, smaller and as large as those before: they go where those were, or where there is room. Some have a
 * frame on the C stack, some cross a wa_call. */
static int deeper(uint32_t seed, int depth);
static int deeper_again(void *arg) { return deeper(((uint32_t *)arg)[0], (int)((uint32_t *)arg)[1]); }
__attribute__((noinline)) static int deeper(uint32_t seed, int depth) {
  uint32_t a = seed * 3 + 1, b = seed ^ 0x5a5a, next[2] = {a, (uint32_t)depth - 1};
  int64_t wide = (int64_t)seed << 20 | depth;
  int status = depth == 0 ? wa_yield() : seed & 1 ? wa_call(deeper_again, next) : deeper(a, depth - 1);
  bool kept = a == seed * 3 + 1 && b == (seed ^ 0x5a5a) && wide == ((int64_t)seed << 20 | depth);
  return status < 0 || kept ? status : WA_EUSER - 1;
}

static int ups_and_downs(void *arg) {
  uint32_t seed = (uint32_t)(intptr_t)arg;
  for (int i = 0; i < 200; i++) {
    seed = seed * 1664525 + 1013904223;
    int status = deeper(seed, (int)(seed >> 28));
    if (status < 0) return status;
  }
  return WA_OK;
}

TASK_TEST(records_that_grow_and_shrink) {
  wa_task *tasks[8];
  for (int i = 0; i < 8; i++) tasks[i] = wa_spawn(ups_and_downs, NUMBER(i));
  for (int i = 0; i < 8; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
}

/* The first suspension comes before, inside and after the inner call, at different depths. */
static int suspends_where(void *arg) {
  int *plan = arg, status = WA_OK, here = *plan;
  char mine[16];
  __builtin_memset(mine, here, sizeof mine);
  if (here & 1) status = wa_yield();
  if (plan[1] >= 0 && status == WA_OK) status = here & 2 ? wa_call(suspends_where, plan + 1) : suspends_where(plan + 1);
  if (here & 4 && status >= 0) wa_yield();
  for (size_t i = 0; i < sizeof mine; i++)
    if (mine[i] != here) return WA_EUSER - 1;
  return status < 0 ? status : status + 1 + here;
}

TASK_TEST(call_with_the_first_suspension_at_every_place) {
  enum { N = 512 };
  static int plans[N][4];
  static wa_task *tasks[N];
  for (int i = 0; i < N; i++) {
    for (int k = 0; k < 3; k++) plans[i][k] = i >> (3 * k) & 7;
    plans[i][3] = -1;
    tasks[i] = wa_spawn(suspends_where, plans[i]);
  }
  for (int i = 0; i < N; i++)
    if (!EXPECT_STATUS(finish(tasks[i]), 3 + plans[i][0] + plans[i][1] + plans[i][2])) break;
}

static int calls_in_a_loop(void *arg) {
  int sum = 0;
  for (int i = 0; i < 50; i++) {
    int plan[] = {i & 7, i % 5, -1};
    int status = wa_call(suspends_where, plan);
    if (status < 0) return status;
    sum += status;
  }
  return sum + (int)(intptr_t)arg;
}

TASK_TEST(call_again_and_again_from_one_frame) {
  int wanted = 0;
  for (int i = 0; i < 50; i++) wanted += 2 + (i & 7) + i % 5;
  wa_task *tasks[10];
  for (int i = 0; i < 10; i++) tasks[i] = wa_spawn(calls_in_a_loop, NUMBER(i));
  for (int i = 0; i < 10; i++) EXPECT_STATUS(finish(tasks[i]), wanted + i);
}

/* A task without a frame on the C stack waits, and then, in a record as large as that of its wait, for a call that has one:
 * from there on it keeps a stack. */
static int holds_a_frame(void *arg) {
  volatile int mine[16];
  for (int i = 0; i < 16; i++) mine[i] = (int)(intptr_t)arg;
  for (int round = 0; round < 3; round++) {
    int status = wa_yield();
    if (status < 0) return status;
    for (int i = 0; i < 16; i++)
      if (mine[i] != (int)(intptr_t)arg) return WA_EUSER - 1;
  }
  return (int)(intptr_t)arg;
}

/* How large the records are depends on what is needed afterwards: the number, before the call and behind it. */
static wa_semaphore slots;
static int after_its_turn(void *arg) {
  int status = wa_semaphore_acquire(&slots);
  if (status < 0) return status;
  status = wa_call(holds_a_frame, arg);
  wa_semaphore_release(&slots);
  return status;
}

static int after_its_turn_with_its_number(void *arg) {
  int status = wa_semaphore_acquire(&slots);
  if (status < 0) return status;
  status = wa_call(holds_a_frame, arg);
  wa_semaphore_release(&slots);
  return status == (int)(intptr_t)arg ? status : WA_EUSER - 2;
}

static int after_a_yield(void *arg) { return wa_yield() < 0 ? WA_EUSER - 3 : wa_call(holds_a_frame, arg); }

/* A few at a time: who leaves no frame gives back the stack that it ran on, and only with such a one at hand is a step fast. */
TASK_TEST(call_with_a_frame_after_a_wait_without) {
  static const wa_task_fn bodies[] = {after_its_turn, after_its_turn_with_its_number, after_a_yield};
  enum { N = 100 };
  for (int kind = 0; kind < 3; kind++)
    for (int limit = 1; limit < 10; limit += 4) {
      wa_task *tasks[N];
      wa_semaphore_init(&slots, limit);
      for (int i = 0; i < N; i++) tasks[i] = wa_spawn(bodies[kind], NUMBER(i));
      for (int i = 0; i < N; i++)
        if (!EXPECT_STATUS(finish(tasks[i]), i)) break;
    }
}

static int spawns_eagerly_in_a_call(void *depth) {
  intptr_t n = (intptr_t)depth;
  if (n == 0) return wa_yield();
  wa_task *t = wa_spawn_with(spawns_eagerly_in_a_call, NUMBER(n - 1), &(wa_task_options){.eager = true});
  int status = wa_call(spawns_eagerly_in_a_call, NUMBER(n - 1));
  return status < 0 ? status : finish(t);
}

TASK_TEST(call_and_eager_tasks_nested) { EXPECT_STATUS(finish(wa_spawn(spawns_eagerly_in_a_call, NUMBER(8))), WA_OK); }

/* ---- ended without another step ---------------------------------------------------------------------------------- */

static int never_ends(void *arg) {
  level *l = arg;
  wa_uncancellable_enter();
  return wa_call(down, l);
}

static void ignored(const wa_report *report, void *ctx) { (void)report, (void)ctx; }

TASK_TEST(depth_discarded_gives_every_stack_and_segment_back) {
  wa_counts before = {0}, after;
  wa_on_report(ignored, NULL);
  for (int round = 0; round < 3; round++) {
    level l = {200, 1000000, 3};
    wa_task *tasks[20];
    if (round == 1) wa_count(&before);
    for (int i = 0; i < 20; i++)
      tasks[i] = wa_spawn_with(never_ends, &l, &(wa_task_options){.stack_size = STACK, .name = "stuck"});
    wa_yield();
    wa_counts during;
    wa_count(&during);
    EXPECT_INT(during.stacks, 20);
    for (int i = 0; i < 20; i++) {
      EXPECT_STATUS(wa_stop_within(tasks[i], 0, true), WA_ETIMEDOUT);
      wa_release(tasks[i]);
    }
  }
  wa_count(&after);
  EXPECT_INT(after.stacks, 0);
  EXPECT_INT(after.bytes, before.bytes);
}
