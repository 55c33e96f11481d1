/* Traps in the middle of what the runtime does for others: in a queue's compare, in a listener, in an eager member's first step. */
#include "../../src/wasyncio.h"

static wa_queue queue;
static bool compare_traps;
static int compare(const void *a, const void *b) {
  bool trap = compare_traps;
  compare_traps = false;
  if (trap) __builtin_trap();
  return (int)((intptr_t)a - (intptr_t)b);
}

static int begin(void *arg) {
  compare_traps = false;
  wa_queue_init_priority(&queue, (size_t)*(double *)arg, compare);
  return WA_OK;
}
WA_TASK(begin);

static int get(void *arg) {
  void *item;
  compare_traps = *(double *)arg != 0;
  int status = wa_queue_get(&queue, &item);
  return status < 0 ? status : (int)(intptr_t)item;
}
WA_TASK(get);

static int put(void *arg) { return wa_queue_put(&queue, (void *)(intptr_t)*(double *)arg); }
WA_TASK(put);

static int put_two(void *arg) { /* the second must be compared with the first */
  (void)arg;
  (void)wa_queue_put_nowait(&queue, (void *)5);
  compare_traps = true;
  return wa_queue_put_nowait(&queue, (void *)6);
}
WA_TASK(put_two);

static int join(void *arg) { return (void)arg, wa_queue_join(&queue); }
WA_TASK(join);

static int shut_down(void *arg) {
  (void)arg;
  compare_traps = true;
  wa_queue_shutdown(&queue, true);
  return WA_OK;
}
WA_TASK(shut_down);

static int all_done(void *arg) { /* how many task_done took */
  int n = 0;
  (void)arg;
  while (wa_queue_task_done(&queue) == WA_OK) n++;
  return n;
}
WA_TASK(all_done);

static wa_future *kept, *lost;
static void trap_once(const wa_report *report, void *context) {
  (void)context;
  if (report->kind != WA_REPORT_UNSEEN) return;
  wa_on_report(NULL, NULL);
  __builtin_trap();
}
static int wait_for_both(void *arg) {
  (void)arg;
  kept = wa_future_new();
  lost = wa_future_new();
  wa_future *both[] = {kept, lost};
  return wa_wait(both, 2, WA_ALL_COMPLETED, WA_FOREVER);
}
WA_TASK(wait_for_both);

static int end_both(void *arg) {
  (void)arg;
  wa_on_report(trap_once, NULL);
  wa_resolve(kept, NULL);
  wa_reject(lost, WA_EUSER - 1);
  wa_release(lost); /* the wait's is the last reference, and nobody has looked */
  return WA_OK;
}
WA_TASK(end_both);

static int still_there(void *arg) {
  (void)arg;
  int status = wa_status(kept);
  wa_release(kept);
  return status;
}
WA_TASK(still_there);

static int traps(void *arg) {
  (void)arg;
  __builtin_trap();
}
static int eager_member(void *arg) {
  wa_group g;
  (void)arg;
  if (wa_group_enter(&g) < 0) return WA_EMISUSE;
  wa_release(wa_group_spawn_with(&g, traps, NULL, &(wa_task_options){.eager = true}));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(eager_member);

/* Keeps a C stack while it waits. */
static int sleep_and_trap(void *arg) {
  volatile double ms[32];
  ms[0] = *(double *)arg;
  int st = wa_sleep(WA_MS(ms[0]));
  if (st == WA_OK) __builtin_trap();
  return st;
}
WA_TASK(sleep_and_trap);

static int with_locals(void *arg) {
  char local[256] = {7};
  (void)arg;
  __asm__ volatile("" : : "r"(local) : "memory"); /* all of them are needed */
  return local[0];
}
WA_TASK(with_locals);

static int spawns_traps(void *arg) {
  (void)arg;
  wa_release(wa_spawn_with(traps, NULL, &(wa_task_options){.eager = true}));
  return WA_OK;
}
WA_TASK(spawns_traps);

static void ignored(const wa_report *report, void *context) { (void)report, (void)context; }
static int listens_itself(void *arg) {
  (void)arg;
  wa_on_report(ignored, NULL);
  return WA_OK;
}
WA_TASK(listens_itself);
WA_TASK(traps);

static int fills(int n) {
  volatile char local[64] = {1};
  return n ? fills(n + 1) + local[0] : 0;
}
static int overflows(void *arg) { return (void)arg, fills(1); }
WA_TASK(overflows);

/* Whoever hears of it traps, in the loop: no task runs then. */
static void always_traps(const wa_report *report, void *context) {
  (void)report, (void)context;
  __builtin_trap();
}
static int fails(void *arg) { return (void)arg, WA_EUSER - 1; }
static int fails_unseen(void *arg) {
  (void)arg;
  wa_on_report(always_traps, NULL);
  wa_release(wa_spawn(fails, NULL));
  return WA_OK;
}
WA_TASK(fails_unseen);

static int swallows(void *arg) {
  (void)arg;
  wa_on_report(always_traps, NULL);
  wa_sleep(WA_FOREVER);
  return 7;
}
WA_TASK(swallows);

static wa_barrier barrier;
static int meets(void *arg) { /* with so much of its stack in use */
  volatile char *used = __builtin_alloca((size_t)*(double *)arg);
  used[0] = 1;
  if (!barrier.parties) wa_barrier_init(&barrier, 2);
  return wa_barrier_wait(&barrier, NULL);
}
WA_TASK(meets);
