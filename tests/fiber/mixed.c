/* Walks at random through everything that a step may do: waits, plain calls, calls in a segment of their own, tasks that begin
 * at once, stacks of many sizes, cancellations; by functions with and without a frame on the C stack, and with records of
 * many sizes. Each finds what it held as it left it. */
#include "../core/unit.h"

typedef struct walk {
  uint32_t seed;
  int depth, id;
} walk;

enum { DEEPEST = 6, BROKEN = WA_EUSER - 1 };
static wa_semaphore slots;
static volatile int sink;

static uint32_t roll(walk *w, uint32_t sides) {
  w->seed = w->seed * 1664525 + 1013904223;
  return (w->seed >> 16) % sides;
}
static wa_task_fn any(walk *w);

/* Ends a child that points into its parent's frame, whatever the parent was told. */
static int join(wa_task *child) {
  if (!child) return WA_ENOMEM;
  int status = wa_await(child);
  if (!wa_done(child)) {
    wa_cancel(child, "its parent goes");
    wa_uncancellable_enter();
    wa_await(child);
    wa_uncancellable_exit();
  }
  if (wa_status(child) == BROKEN) status = BROKEN;
  wa_release(child);
  return status;
}

/* A child has its own walk, so the parent has a frame. */
static __attribute__((noinline)) int begets(walk *w, bool eager) {
  static const uint32_t sizes[] = {0, 0, 8192, 16384, 20000, 65536};
  walk child = {w->seed, w->depth + 1, w->id};
  wa_task_options options = {.eager = eager, .stack_size = sizes[roll(w, 6)]};
  return join(wa_spawn_with(any(w), &child, &options));
}

static __attribute__((noinline)) int step(walk *w) {
  if (++w->depth > DEEPEST) return w->depth--, wa_yield();
  int status = WA_OK;
  switch (roll(w, 10)) {
    case 0: break;
    case 1: status = wa_sleep(WA_MS(roll(w, 4))); break;
    case 2: case 3: status = any(w)(w); break;
    case 4: case 5: case 6: status = wa_call(any(w), w); break;
    case 7: status = begets(w, true); break;
    case 8: status = begets(w, false); break;
    default: status = wa_yield();
  }
  w->depth--;
  return status;
}

static int steps(void *arg) { return step(arg); }

static int waits_and_calls(void *arg) {
  int status = wa_yield();
  return status < 0 ? status : wa_call(steps, arg);
}

static int waits_and_calls_and_looks(void *arg) {
  walk *w = arg;
  int id = w->id, status = wa_yield();
  if (status == WA_OK) status = wa_call(steps, arg);
  return w->id == id ? status : BROKEN;
}

static int stays(void *arg) {
  walk *w = arg;
  volatile int mine[6] = {w->id, 1, 2, 3, 4, 5};
  int status = wa_yield();
  if (status == WA_OK) status = wa_sleep(WA_MS(roll(w, 3)));
  for (int i = 1; i < 6; i++)
    if (mine[i] != i || mine[0] != w->id) return BROKEN;
  return status;
}

static int in_its_turn(void *arg) {
  int status = wa_semaphore_acquire(&slots);
  if (status < 0) return status;
  status = wa_call(stays, arg);
  wa_semaphore_release(&slots);
  return status;
}

static int numbers(void *arg) {
  walk *w = arg;
  int a = (int)roll(w, 100), b = a * 3 + sink, c = b ^ w->id, before = sink;
  int64_t wide = (int64_t)a << 33 | b;
  double part = a / 7.0;
  int status = step(w);
  if (status == WA_OK) status = wa_call(steps, w);
  bool kept = b == a * 3 + before && c == (b ^ w->id) && wide == ((int64_t)a << 33 | b) && part == a / 7.0;
  return kept ? status : BROKEN;
}

/* `count` words on the C stack, through two steps. */
#define FRAME(name, count)                                             \
  static int name(void *arg) {                                         \
    walk *w = arg;                                                     \
    volatile int mine[count];                                          \
    int salt = (int)roll(w, 1000);                                     \
    for (int i = 0; i < count; i++) mine[i] = w->id * 1000 + salt + i; \
    int status = step(w);                                              \
    if (status == WA_OK) status = wa_call(steps, w);                   \
    for (int i = 0; i < count; i++)                                    \
      if (mine[i] != w->id * 1000 + salt + i) return BROKEN;           \
    return status;                                                     \
  }
FRAME(small_frame, 2)
FRAME(frame, 12)
FRAME(large_frame, 100)

/* A frame that comes after a wait without one. */
static int waits_and_has_a_frame(void *arg) {
  int status = wa_yield();
  return status < 0 ? status : wa_call(frame, arg);
}

static wa_task_fn any(walk *w) {
  static const wa_task_fn all[] = {
      steps, waits_and_calls, waits_and_calls_and_looks, in_its_turn, numbers, small_frame, frame, large_frame,
      waits_and_has_a_frame,
  };
  return all[roll(w, sizeof all / sizeof *all)];
}

static void round_of(int n, uint32_t seed, bool cancels) {
  static walk walks[100];
  static wa_task *tasks[100];
  wa_semaphore_init(&slots, 3);
  for (int i = 0; i < n; i++) {
    walks[i] = (walk){seed + (uint32_t)i * 7919, 0, i};
    tasks[i] = wa_spawn(any(&walks[i]), &walks[i]);
  }
  for (int i = 0; cancels && i < n; i += 3) {
    wa_sleep(WA_MS(roll(&walks[i], 2)));
    wa_cancel(tasks[i], "enough");
  }
  for (int i = 0; i < n; i++) {
    int status = finish(tasks[i]);
    if (!EXPECT(status == WA_OK || (cancels && status == WA_ECANCELED))) note("seed %u, walk %d: %d", seed, i, status);
  }
}

TASK_TEST(mixed_walks) {
  for (uint32_t round = 0; round < 60; round++) round_of(100, round * 104729, false);
}

TASK_TEST(mixed_walks_cancelled) {
  for (uint32_t round = 0; round < 60; round++) round_of(100, round * 104729, true);
}
