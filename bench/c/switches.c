/* switches.c: giving up the turn, and calling: the bare price of a task. */
#include "bench.h"

/* ---- yield: n tasks in turn --------------------------------------------------------------------------------- */

static int yielder(void *arg) {
  crowd *c = arg;
  int count = c->count;
  wa_yield();
  for (int i = 0; i < count; i++) wa_yield();
  crowd_arrive(c, count);
  return WA_OK;
}

static int bench_yield(void *arg) {
  crowd c;
  crowd_start(&c, arg, yielder);
  crowd_join(&c);
  return bench_end(c.end - c.start, c.check);
}
BENCH(bench_yield);

/* A hundredth of the tasks, each a hundred times as often: what a crowd costs is the difference, in one process and the same
 * minutes. */
static int bench_yield_crowd(void *arg) { return bench_yield(arg); }
BENCH(bench_yield_crowd);

static int bench_yield_crowd_few(void *arg) {
  const job *j = arg;
  job few = {j->n / 100, j->depth, j->count * 100};
  return bench_yield(&few);
}
BENCH(bench_yield_crowd_few);

/* ---- await-depth: the same, each yield so many awaits deep -------------------------------------------------- */

typedef struct level {
  crowd *crowd;
  int depth;
} level;

static int level_down(void *arg) {
  level l = *(level *)arg;
  if (l.depth > 1) {
    level next = {l.crowd, l.depth - 1};
    return wa_call(level_down, &next);
  }
  return yielder(l.crowd);
}

static int await_deep(void *arg) {
  level top = {arg, (int)((crowd *)arg)->job->depth};
  return level_down(&top);
}

static int bench_await_depth(void *arg) {
  crowd c;
  crowd_start(&c, arg, await_deep);
  crowd_join(&c);
  return bench_end(c.end - c.start, c.check);
}
BENCH(bench_await_depth);

/* The same with plain C calls. The write after each keeps the compiler from making a loop of them. */
static volatile int left_at;
__attribute__((noinline)) static int plain_down(crowd *c, int depth) {
  int st = depth > 1 ? plain_down(c, depth - 1) : yielder(c);
  left_at = depth;
  return st;
}

static int plain_deep(void *arg) { return plain_down(arg, (int)((crowd *)arg)->job->depth); }

static int bench_await_depth_plain(void *arg) {
  crowd c;
  crowd_start(&c, arg, plain_deep);
  crowd_join(&c);
  return bench_end(c.end - c.start, c.check);
}
BENCH(bench_await_depth_plain);

/* ---- spawn-await -------------------------------------------------------------------------------------------- */

static int child(void *arg) {
  ++*(double *)arg;
  return WA_OK;
}

static int bench_spawn_await(void *arg) {
  int count = (int)((job *)arg)->count;
  double sum = 0;
  wa_time start = wa_now();
  for (int i = 0; i < count; i++) {
    wa_task *t = wa_spawn(child, &sum);
    wa_await(t);
    wa_release(t);
  }
  return bench_end(wa_now() - start, sum);
}
BENCH(bench_spawn_await);

/* ---- gather: n tasks that each yield once ------------------------------------------------------------------- */

static int member(void *arg) {
  wa_yield();
  ++*(double *)arg;
  return WA_OK;
}

static int bench_gather(void *arg) {
  job j = *(job *)arg;
  double sum = 0;
  wa_task **tasks = malloc((size_t)j.n * sizeof *tasks);
  wa_time start = wa_now();
  for (int i = 0; i < j.count; i++) {
    for (int k = 0; k < j.n; k++) tasks[k] = wa_spawn(member, &sum);
    wa_future *all = wa_gather(tasks, (size_t)j.n, 0);
    wa_await(all);
    wa_release(all);
    for (int k = 0; k < j.n; k++) wa_release(tasks[k]);
  }
  wa_time took = wa_now() - start;
  free(tasks);
  return bench_end(took, sum);
}
BENCH(bench_gather);
