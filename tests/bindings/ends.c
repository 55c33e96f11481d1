/* A listener of the program's traps while a task is ended, or something is released, in the middle of another task's step. */
#include "wasyncio.h"

static wa_report_kind trapping; /* once */
static void listens(const wa_report *report, void *ctx) {
  (void)ctx;
  if (report->kind != trapping) return;
  trapping = 0;
  __builtin_trap();
}

static void trap_at(wa_report_kind kind) {
  wa_on_report(listens, NULL);
  trapping = kind;
}

/* ---- a task that is ended when its grace is over ---- */

static wa_future *failing;
static bool unused; /* it is another that fails */
static int fails(void *us) {
  int st = wa_sleep(WA_US((intptr_t)us));
  wa_reject(failing, WA_EUSER);
  if (unused) wa_status(failing);
  wa_release(failing); /* so only who waits for it refers to it */
  return st;
}

static int awaits(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  return wa_await(failing);
}

static int waits(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  return wa_wait(&failing, 1, WA_ALL_COMPLETED, WA_FOREVER);
}

static int iterates(void *arg) {
  (void)arg;
  wa_completed it;
  wa_uncancellable_enter();
  wa_completed_init(&it, &failing, 1, WA_FOREVER);
  return wa_sleep(WA_FOREVER);
}

static int fails_itself(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  wa_sleep(WA_MS(1));
  return WA_EUSER;
}

static int groups(void *arg) {
  (void)arg;
  wa_group g;
  wa_uncancellable_enter();
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, fails_itself, NULL));
  return wa_sleep(WA_FOREVER);
}

static int waits_for(void *arg) {
  (void)arg;
  wa_task *task = wa_spawn_with(fails_itself, NULL, &(wa_task_options){.eager = true});
  wa_release(task);
  wa_uncancellable_enter();
  return wa_wait_for(task, 0);
}

static int stops(void *late) {
  trap_at(WA_REPORT_UNSEEN);
  return wa_stop_within(late, WA_MS(1), true);
}

/* Its end makes an error unseen: of the same iteration, but for an iterator, which gets it before. */
static int ends_late(wa_task_fn f) {
  failing = wa_future_new();
  unused = f == groups || f == waits_for;
  wa_task *late = wa_spawn_with(f, NULL, &(wa_task_options){.eager = true});
  wa_task *other = wa_spawn(fails, (void *)(intptr_t)(f == iterates ? 500 : 1000)), *stopper = wa_spawn(stops, late);
  bool ok = wa_await(late) == WA_EDISCARDED && wa_await(stopper) == WA_ETRAP && wa_await(other) == WA_OK;
  wa_release(late);
  wa_release(other);
  wa_release(stopper);
  return !ok;
}

static int awaiting(void *arg) { return (void)arg, ends_late(awaits); }
WA_TASK(awaiting);
static int waiting(void *arg) { return (void)arg, ends_late(waits); }
WA_TASK(waiting);
static int iterating(void *arg) { return (void)arg, ends_late(iterates); }
WA_TASK(iterating);
static int grouping(void *arg) { return (void)arg, ends_late(groups); }
WA_TASK(grouping);
static int waiting_for(void *arg) { return (void)arg, ends_late(waits_for); }
WA_TASK(waiting_for);

/* ---- a task that ends in the call that spawns it ---- */

static wa_task *child;
static int swallows(void *arg) {
  (void)arg;
  child = wa_retain(wa_current());
  wa_cancel(wa_current(), NULL);
  (void)wa_checkpoint();
  return 5;
}

static int spawns(void *arg) {
  (void)arg;
  trap_at(WA_REPORT_SWALLOWED);
  wa_release(wa_spawn_with(swallows, NULL, &(wa_task_options){.eager = true}));
  return WA_OK;
}
WA_TASK(spawns);

static int child_status(void *arg) {
  (void)arg;
  int st = wa_await(child);
  wa_release(child);
  return st;
}
WA_TASK(child_status);

/* ---- a gather, whose members failed unseen ---- */

static int gathers(void *arg) {
  (void)arg;
  wa_future *members[4], *inner[2];
  for (int i = 0; i < 4; i++) members[i] = wa_future_new();
  inner[0] = wa_gather(members, 2, WA_COLLECT);
  inner[1] = wa_gather(members + 2, 2, WA_COLLECT);
  wa_future *outer = wa_gather(inner, 2, WA_COLLECT);
  for (int i = 0; i < 2; i++) wa_release(inner[i]);
  for (int i = 0; i < 4; i++) {
    wa_reject(members[i], WA_EUSER);
    wa_release(members[i]);
  }
  trap_at(WA_REPORT_UNSEEN);
  wa_release(outer);
  return WA_OK;
}
WA_TASK(gathers);

static int nothing(void *arg) { return (void)arg, WA_OK; }
WA_TASK(nothing);

/* ---- a report without memory for its event ---- */

static int left = -1; /* allocations that succeed still; below 0: all */
void *__real_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size) {
  if (left == 0) return NULL;
  left -= left > 0;
  return __real_wa__alloc(size);
}

static int swallows_then(void *arg) {
  (void)arg;
  wa_cancel(wa_current(), NULL);
  (void)wa_checkpoint();
  left = 1; /* for the report's texts */
  return WA_OK;
}

static int reports(void *operations) {
  int n = (int)*(double *)operations;
  wa_future *started[20];
  for (int i = 0; i < n; i++) started[i] = wa_start_op("none", NULL);
  wa_task *task = wa_spawn_with(swallows_then, NULL, &(wa_task_options){.name = "named", .eager = true});
  left = -1;
  wa_release(task);
  for (int i = 0; i < n; i++) {
    wa_await(started[i]);
    wa_release(started[i]);
  }
  return WA_OK;
}
WA_TASK(reports);

/* ---- an operation's wait without memory for its frames ---- */

static int asks_then(void *allocations) {
  volatile double locals[2] = {*(double *)allocations};
  left = (int)locals[0];
  int st = wa_await_op("never", NULL, NULL);
  locals[1] = st;
  return st;
}
static void has_memory(void *ctx, wa_future *task) { (void)ctx, (void)task, left = -1; }

static int asks(void *allocations) {
  wa_task *task = wa_spawn(asks_then, allocations);
  wa_when_done(task, has_memory, NULL);
  int st = wa_wait_for(task, WA_S(1));
  left = -1;
  wa_release(task);
  return st == WA_ENOMEM ? WA_OK : st;
}
WA_TASK(asks);
