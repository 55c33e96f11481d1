/* time.c: timers, deadlines, cancellation, and the check of a loop that computes. */
#include "bench.h"
#include "sha256.h"

/* ---- sleep: n timers set, then n timers fired ---------------------------------------------------------------
 *
 *     set ........ (blocked until all are due) ........ fired
 *     |--|                                              |---|    what is timed: the timers' work, not the waiting
 */
typedef struct sleepers {
  crowd crowd;
  uint32_t begun;
  int64_t base_ms, spread_ms;
} sleepers;
static sleepers night;

static int sleeper(void *arg) {
  (void)arg;
  uint32_t spread = night.begun++ * 2654435761u >> 8;
  wa_yield();
  wa_sleep(WA_MS(night.base_ms + spread % night.spread_ms));
  crowd_arrive(&night.crowd, 1);
  return WA_OK;
}

static int bench_sleep(void *arg) {
  job j = *(job *)arg;
  double took = 0, check = 0;
  for (int i = 0; i < j.count; i++) {
    night = (sleepers){.base_ms = 2 + (int64_t)(j.n * 0.004), .spread_ms = 10 + (int64_t)(j.n * 0.001)};
    crowd_start(&night.crowd, &j, sleeper);
    wa_yield();
    wa_time set = wa_now(), due = set + WA_MS(night.base_ms + night.spread_ms), fire;
    while ((fire = wa_now()) < due) {}
    crowd_join(&night.crowd);
    took += (set - night.crowd.start) + (night.crowd.end - fire);
    check += night.crowd.check;
  }
  return bench_end(took, check);
}
BENCH(bench_sleep);

/* ---- cancel: n tasks parked in sleep, all cancelled, each cleans up and is awaited -------------------------- */

static int held; /* what the tasks give back */

static int parked(void *arg) {
  (void)arg;
  held++;
  int st = wa_sleep(WA_S(3600));
  held--;
  return st;
}

static int bench_cancel(void *arg) {
  job j = *(job *)arg;
  double took = 0, check = 0;
  for (int i = 0; i < j.count; i++) {
    crowd c;
    crowd_start(&c, &j, parked);
    for (uint32_t k = 0; k < c.size; k++) wa_cancel(c.tasks[k], "enough");
    for (uint32_t k = 0; k < c.size; k++) check += wa_await(c.tasks[k]) == WA_ECANCELED;
    took += wa_now() - c.start;
    crowd_join(&c);
  }
  return bench_end(took, check - held);
}
BENCH(bench_cancel);

/* ---- timeout: a scope entered and left ---------------------------------------------------------------------- */

static int bench_timeout(void *arg) {
  int count = (int)((job *)arg)->count;
  double check = 0;
  wa_time start = wa_now();
  for (int i = 0; i < count; i++) {
    wa_timeout t;
    int st = wa_timeout_enter(&t, WA_S(10));
    if (st == WA_OK) st = wa_timeout_exit(&t, WA_OK);
    check += st == WA_OK;
  }
  return bench_end(wa_now() - start, check);
}
BENCH(bench_timeout);

/* ---- abort-latency: JavaScript aborts; this notes when the task's last line ran ----------------------------- */

static double last_line;
__attribute__((export_name("bench_last_line"))) double bench_last_line(void) { return last_line; }

static int bench_abortable(void *arg) {
  (void)arg;
  int st = wa_sleep(WA_S(3600));
  last_line = (double)wa_now();
  return st;
}
WA_TASK(bench_abortable);

/* ---- checkpoint ---------------------------------------------------------------------------------------------
 * Eight calls a round, or half of what is measured is the loop's own counter. */

static int bench_checkpoint(void *arg) {
  int count = (int)((job *)arg)->count, i = 0, st = WA_OK;
  wa_time start = wa_now();
#define NEXT if ((st = wa_checkpoint()) != WA_OK) goto end;
  for (; i + 8 <= count; i += 8) { NEXT NEXT NEXT NEXT NEXT NEXT NEXT NEXT }
  for (; i < count; i++) NEXT
#undef NEXT
end:
  return bench_end(wa_now() - start, st == WA_OK ? i : 0);
}
BENCH(bench_checkpoint);

/* What it adds to a loop that computes, here FNV-1a over bytes: the time with it less the time without. */
static uint32_t fnv(const uint8_t *bytes, int count) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < count; i++) hash = (hash ^ bytes[i & 0xffff]) * 16777619u;
  return hash;
}

static uint32_t fnv_checking(const uint8_t *bytes, int count) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < count; i++) {
    hash = (hash ^ bytes[i & 0xffff]) * 16777619u;
    if (wa_checkpoint() < 0) return 0;
  }
  return hash;
}

static int bench_checkpoint_added(void *arg) {
  static uint8_t bytes[1 << 16];
  int count = (int)((job *)arg)->count;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 31);
  wa_time start = wa_now();
  uint32_t without = fnv(bytes, count);
  wa_time middle = wa_now();
  uint32_t with = fnv_checking(bytes, count);
  wa_time end = wa_now();
  return bench_end((end - middle) - (middle - start), with == without ? count : 0);
}
BENCH(bench_checkpoint_added);

/* ---- checkpoint-sha256: n bytes, a checkpoint per block or none --------------------------------------------- */

enum { BLOCKS = 1 << 16 }; /* 4 MB, again and again */
static uint8_t text[BLOCKS * 64];

static int hash_checking(sha256 *hash, size_t blocks) {
  for (size_t i = 0; i < blocks; i++) {
    sha256_block(hash, text + i % BLOCKS * 64);
    int st = wa_checkpoint();
    if (st < 0) return st;
  }
  return WA_OK;
}

static int hash_straight(sha256 *hash, size_t blocks) {
  for (size_t i = 0; i < blocks; i++) sha256_block(hash, text + i % BLOCKS * 64);
  return WA_OK;
}

static int hash_all(void *arg, int (*run)(sha256 *hash, size_t blocks)) {
  job j = *(job *)arg;
  size_t blocks = (size_t)j.n / 64;
  sha256 hash;
  for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)i;
  wa_time start = wa_now();
  for (int i = 0; i < j.count; i++) {
    sha256_init(&hash);
    run(&hash, blocks);
    sha256_end(&hash, blocks);
  }
  return bench_end(wa_now() - start, hash.state[0]);
}

static int bench_checkpoint_sha256(void *arg) { return hash_all(arg, hash_checking); }
BENCH(bench_checkpoint_sha256);
static int bench_checkpoint_sha256_none(void *arg) { return hash_all(arg, hash_straight); }
BENCH(bench_checkpoint_sha256_none);
