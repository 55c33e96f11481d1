/* Without memory: whichever allocation fails, the program hears of it or ends as it should; nothing leaks or is lost.
 *
 * What gives the runtime its memory is wrapped by the linker (-Wl,--wrap): malloc in native programs, the allocators of pool.c
 * and block.c in wasm. The program below uses every call of the core that allocates, and is run again and again, each time with
 * another allocation failing: that one alone, or all from there on. In wasm that may be the one for a suspended task's frames. */
#include "../../src/events.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static int left = -1; /* allocations that succeed still; below 0: all */
static bool for_good; /* all later ones fail too */
static int failed;

static bool fails(void) {
  if (left < 0 || left-- > 0) return false;
  left = for_good ? 0 : -1;
  failed++;
  return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
#ifdef __wasm__
void *__wrap_malloc(size_t size) { return __real_malloc(size); } /* a program's own */
#else
void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }
#define fails() false /* what follows is over malloc there */
#endif
void *__real_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size) { return fails() ? NULL : __real_wa__alloc(size); }
void *__real_wa__block_alloc(size_t size);
void *__wrap_wa__block_alloc(size_t size);
void *__wrap_wa__block_alloc(size_t size) { return fails() ? NULL : __real_wa__block_alloc(size); }

static void nothing(void *arg) { (void)arg; }
static void told(void *ctx, wa_future *future) { (void)ctx, (void)future; }
static void ignored(const wa_report *report, void *ctx) { (void)report, (void)ctx; }

static int worker(void *ms) {
  int status = wa_defer(nothing, NULL);
  if (status == WA_OK) status = wa_sleep(WA_MS((intptr_t)ms));
  return status < 0 ? status : wa_return_text("done");
}

static int deep(void *n) {
  char frame[64];
  for (size_t i = 0; i < sizeof frame; i++) frame[i] = (char)(intptr_t)n;
  int status = n ? wa_call(deep, NUMBER((intptr_t)n - 1)) : wa_sleep(WA_MS(1));
  for (size_t i = 0; i < sizeof frame; i++) EXPECT(frame[i] == (char)(intptr_t)n);
  return status;
}

enum { WORKERS = 20 };

static int with_tasks(wa_task **tasks) {
  int status = WA_OK;
  wa_future *gather = wa_gather(tasks, WORKERS, WA_COLLECT), *shield = wa_shield(tasks[0]), *out;
  wa_completed it;
  if (!gather || !shield) status = WA_ENOMEM;
  if (status == WA_OK) status = wa_when_done(tasks[1], told, NULL);
  if (status == WA_OK) status = wa_wait(tasks, WORKERS, WA_FIRST_COMPLETED, WA_MS(3));
  if (status == WA_OK) status = wa_completed_init(&it, tasks, WORKERS, WA_MS(2));
  if (status == WA_OK) {
    do status = wa_completed_next(&it, &out);
    while (status == WA_OK && out);
    wa_completed_close(&it);
    if (status == WA_ETIMEDOUT) status = WA_OK;
  }
  if (status == WA_OK) status = wa_wait_for(tasks[WORKERS - 1], WA_MS(1));
  if (status == WA_ETIMEDOUT) status = WA_OK;
  if (status == WA_OK) status = wa_wait_for(tasks[WORKERS - 2], 0);
  if (status == WA_ETIMEDOUT) status = WA_OK;
  wa_cancel(tasks[WORKERS - 3], "a reason of its own");
  if (status == WA_OK) status = wa_await(gather);
  if (gather) wa_release(gather);
  if (shield) wa_release(shield);
  return status;
}

static int with_scopes(void) {
  wa_group g;
  wa_timeout t;
  int status = wa_timeout_enter(&t, WA_MS(2));
  if (status < 0) return status;
  status = wa_group_enter(&g);
  if (status == WA_OK) {
    for (int i = 0; i < 3; i++) {
      wa_task *member = wa_group_spawn(&g, worker, NUMBER(i));
      if (member) wa_release(member);
      else status = WA_ENOMEM;
    }
    wa_task *member = status == WA_OK ? wa_group_spawn(&g, returns, NUMBER(WA_EUSER - 1)) : NULL;
    if (member) wa_release(member);
    status = wa_group_exit(&g, status);
  }
  status = wa_timeout_exit(&t, status);
  return status == WA_EGROUP ? WA_OK : status;
}

/* Each wait in a wa_call of its own: it gives WA_ENOMEM if it is lost, and what it waited for must not come back. */
static wa_lock lock;
static wa_event event;
static wa_task *member;
static int yields(void *arg) { return (void)arg, wa_yield(); }
static int locks(void *arg) { return (void)arg, wa_lock_acquire(&lock); }
static int waits_for_event(void *arg) { return (void)arg, wa_event_wait(&event); }
static int awaits_member(void *arg) { return (void)arg, wa_await(member); }
static int waits_for_member(void *arg) { return (void)arg, wa_wait(&member, 1, WA_ALL_COMPLETED, WA_MS(2)); }
static int limits(void *arg) {
  wa_timeout t;
  int status = wa_timeout_enter(&t, WA_MS(1));
  if (status == WA_OK) status = wa_timeout_exit(&t, waits_for_event(arg));
  return status;
}
static int groups(void *arg) {
  wa_group g;
  int status = wa_group_enter(&g);
  if (status < 0) return status;
  wa_task *t = wa_group_spawn(&g, worker, NUMBER(1));
  if (t) wa_release(t);
  else status = WA_ENOMEM;
  return (void)arg, wa_group_exit(&g, status);
}
static int stops(void *arg) { return (void)arg, wa_stop_within(member, WA_MS(1), false); }

/* Deferred, so that the lock is given back also by a task whose frames are lost. */
static void gives_back(void *arg) { (void)arg, (void)wa_lock_release(&lock); }
static int takes_turns(void *arg) {
  (void)arg;
  int status = wa_lock_acquire(&lock);
  if (status < 0) return status;
  status = wa_defer(gives_back, NULL);
  if (status < 0) return gives_back(NULL), status;
  return wa_sleep(WA_MS(1));
}

static int with_calls(void) {
  static const wa_task_fn waits[] = {yields, locks, waits_for_event, limits, groups, waits_for_member, awaits_member, stops};
  int status = WA_OK;
  wa_lock_init(&lock);
  wa_event_init(&event);
  wa_task *other = wa_spawn(takes_turns, NULL);
  if (!other) return WA_ENOMEM;
  wa_yield();
  for (size_t i = 0; i < sizeof waits / sizeof *waits && status >= 0; i++) {
    if (waits[i] == waits_for_event) wa_event_set(&event);
    member = wa_spawn(worker, NUMBER(3));
    if (!member) status = WA_ENOMEM;
    if (status >= 0) status = wa_call(waits[i], NULL);
    wa_event_clear(&event);
    if (status == WA_ETIMEDOUT || (status == WA_ECANCELED && waits[i] == stops)) status = WA_OK;
    if (status == WA_OK && waits[i] == locks) wa_lock_release(&lock);
    if (member) wa_cancel(member, NULL);
    wa_time before = wa_now();
    int slept = wa_sleep(WA_MS(5));
    if (slept == WA_OK) EXPECT_INT((wa_now() - before) / 1000000, 5); /* woken by nothing that was lost */
    if (member) wa_release(member);
  }
  int st = wa_await(other);
  wa_release(other);
  return status == WA_OK ? st : status;
}

static bool got_through; /* else its frames were lost, and with them its references */
static int uses_everything(void *arg) {
  (void)arg;
  static wa_task *tasks[WORKERS];
  wa_queue q;
  int status = WA_OK, n = 0;
  for (; n < WORKERS && status == WA_OK; n++) {
    /* More sizes of stacks than are kept: one may lack when its task wakes, and has frames already. */
    wa_task_options options = {.name = "worker", .stack_size = 16384 + 256 * (size_t)n};
    if (!(tasks[n] = wa_spawn_with(worker, NUMBER(n), &options))) status = WA_ENOMEM, n--;
  }
  if (status == WA_OK) status = with_tasks(tasks);
  if (status == WA_OK) status = with_scopes();
  if (status == WA_OK) status = wa_call(deep, NUMBER(10));
  if (status == WA_OK) status = with_calls();
  wa_queue_init(&q, 0);
  for (int i = 0; i < 100 && status == WA_OK; i++) status = wa_queue_put_nowait(&q, NULL);
  wa_queue_close(&q);
  if (status == WA_OK) status = wa_stop_within(tasks[5], 0, true);
  for (int i = 0; i < n; i++) wa_release(tasks[i]);
  got_through = true;
  return status == WA_ETIMEDOUT ? WA_OK : status;
}

void wa__reclaim(void); /* the runtime's own: releases every future */

/* Whether all was well with the n-th allocation failing. */
static bool survives(int n) {
  wa_counts c;
  failed = 0;
  got_through = false;
  left = n;
  int status = wa_run(uses_everything, NULL);
  left = -1;
  if (!got_through) wa__reclaim();
  wa_count(&c);
  if (!failed) return EXPECT_STATUS(status, WA_OK) && EXPECT_INT(c.bytes, 0);
  bool told = status == WA_OK || status == WA_ENOMEM || status == WA_EGROUP || EXPECT_STATUS(status, WA_ENOMEM);
  return told && EXPECT_INT(c.tasks, 0) && EXPECT_INT(c.futures, 0) && EXPECT_INT(c.timers, 0) &&
         EXPECT_INT(c.bytes, 0);
}

static void run_with_failures(bool all) {
  int n = 0;
  for_good = all;
  wa_on_report(ignored, NULL);
  do
    if (!survives(n)) {
      EXPECT_INT(n, -1); /* tells which */
      return;
    }
  while (failed && ++n < 5000);
  EXPECT(n > 1 && n < 5000);
}

TEST(memory_one_allocation_that_fails) { run_with_failures(false); }

TEST(memory_that_runs_out) { run_with_failures(true); }

TEST(memory_that_runs_out_is_told_by_the_call) {
  wa_on_report(ignored, NULL);
  for_good = true;
  left = 0;
  EXPECT_STATUS(wa_run(returns, NUMBER(0)), WA_ENOMEM);
  left = -1;
  EXPECT_CONTAINS(wa_error_text(), "no memory for ");
}

static const char long_name[] = "an operation whose name is too long for the table of names";

/* What the host reads: how many operations have started, whose names are there to be read, and how many were cancelled. */
static void note_operations(void) {
  uint32_t count;
  const wa__event_record *events = wa__events_swap(&count);
  int started = 0, cancelled = 0;
  for (uint32_t i = 0; i < count; i++) {
    const char *const *name = events[i].payload; /* first in the record of a start */
    if (events[i].kind == WA__EVENT_OP_STARTED) started += !strcmp(*name, long_name);
    cancelled += events[i].kind == WA__EVENT_OP_CANCELLED && events[i].id && !strcmp(events[i].payload, "why");
  }
  note("%d %d", started, cancelled);
}

TEST(memory_that_runs_out_for_the_event_of_a_cancellation_delays_it) {
  wa_future *operations[16]; /* for so many events there is room without memory */
  wa__events_on = true;
  for (int i = 0; i < 16; i++) operations[i] = wa_start_op(long_name, NULL);
  wa__detail *reason = wa__reason("why");
  for_good = true;
  left = 0;
  for (int i = 0; i < 16; i++) wa__cancel(operations[i], reason);
  left = -1;
  wa__detail_release(reason);
  for (int i = 0; i < 16; i++) wa_release(operations[i]);
  for (int i = 0; i < 3; i++) note_operations();
  EXPECT_TRACE("16 0 0 16 0 0");
  wa__events_on = false;
}

static size_t size_of(intptr_t round) { return 66000 + (size_t)(round * 7919) % 60000; }

static int gives_bytes(void *round) {
  static char data[126000];
  for (size_t k = 0; k < size_of((intptr_t)round); k++) data[k] = (char)~(intptr_t)round;
  return wa_return_bytes(data, size_of((intptr_t)round));
}

static int differing(const char *data, intptr_t round, char wanted) {
  int count = 0;
  for (size_t k = 0; k < size_of(round); k++) count += data[k] != wanted;
  return count;
}

/* The program's malloc and the runtime grow memory in turn, so neither's is in one piece. */
TASK_TEST(memory_of_the_runtime_between_the_programs_own) {
  enum { ROUNDS = 60 };
  static char *blocks[ROUNDS];
  static wa_task *tasks[ROUNDS];
  int wrong = 0;
  for (intptr_t i = 0; i < ROUNDS; i++) {
    blocks[i] = malloc(size_of(i));
    for (size_t k = 0; k < size_of(i); k++) blocks[i][k] = (char)i;
    tasks[i] = wa_spawn(gives_bytes, NUMBER(i));
    EXPECT_STATUS(wa_await(tasks[i]), WA_OK);
  }
  for (intptr_t i = 0; i < ROUNDS; i++) {
    wrong += differing(blocks[i], i, (char)i) + differing(wa_result(tasks[i]).data, i, (char)~i);
    free(blocks[i]);
    wa_release(tasks[i]);
  }
  EXPECT_INT(wrong, 0);
}

#ifdef __wasm__
/* An operation, the sentence that no host carries it out, a place to keep that: without the third nobody gets the second. */
static int asks_in_vain(void *arg) {
  int n = 0;
  wa_data answer;
  for_good = true;
  do {
    failed = 0;
    left = n++;
    int status = wa_await_op("fetch", NULL, &answer);
    left = -1;
    note("%s:%d", wa_status_name(status), answer.type);
  } while (failed);
  return (void)arg, WA_OK;
}

TASK_TEST(memory_that_runs_out_for_an_answer_leaves_it_empty) {
  EXPECT_STATUS(finish(wa_spawn(asks_in_vain, NULL)), WA_OK); /* main keeps something from its start: its name */
  EXPECT_TRACE("WA_ENOMEM:0 WA_EHOST:0 WA_ENOMEM:0 WA_EHOST:2");
}

/* Asked to stop while it runs, a task waits where there is no memory for the wait: it hears of the request at the next. */
static int awaits(void *future) { return wa_await(future); }
static int loses_wait(void *future) {
  for_good = true;
  left = 1; /* for the wa_call itself */
  int status = wa_call(awaits, future);
  left = -1;
  EXPECT_STATUS(status, WA_ENOMEM);
  return wa_sleep(WA_MS(1));
}

static void expect_heard(wa_task_fn f, int status) {
  wa_future *future = wa_future_new();
  EXPECT_STATUS(finish(wa_spawn(f, future)), status);
  wa_release(future);
}

static int is_asked(void *future) {
  wa_cancel(wa_current(), NULL);
  return loses_wait(future);
}

TASK_TEST(memory_that_runs_out_for_the_wait_that_a_request_ends) { expect_heard(is_asked, WA_ECANCELED); }

#ifndef __OPTIMIZE_SIZE__ /* the small library loses these */
static int is_asked_again(void *future) {
  wa_cancel(wa_current(), NULL);
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_ECANCELED);
  EXPECT_STATUS(is_asked(future), WA_ECANCELED);
  return wa_sleep(WA_MS(1)); /* told once */
}

TASK_TEST(memory_that_runs_out_for_the_wait_that_a_second_request_ends) {
  expect_heard(is_asked_again, WA_OK);
  TAKE_REPORT(WA_REPORT_SWALLOWED);
}

static int awaits_after_a_region(void *future) {
  wa_uncancellable_enter();
  wa_sleep(WA_MS(5));
  wa_uncancellable_exit();
  return wa_await(future);
}

/* That was told of a request as it began to wait, and then ended: the request is not that of the next task in its place. */
TASK_TEST(memory_that_runs_out_for_a_task_in_the_place_of_one_that_was_asked) {
  wa_future *future = wa_future_new();
  wa_task *t = wa_spawn(awaits_after_a_region, future);
  uintptr_t place = (uintptr_t)t;
  turns(1);
  EXPECT_STATUS(wa_stop_within(t, WA_MS(5), true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT(wa_cancelled(future));
  wa_release(t);
  wa_release(future);
  future = wa_future_new();
  t = wa_spawn_with(loses_wait, future, &(wa_task_options){.eager = true});
  EXPECT((uintptr_t)t == place);
  EXPECT_STATUS(finish(t), WA_OK);
  wa_release(future);
}

static int has_a_deadline(void *future) {
  wa_timeout limit;
  wa_uncancellable_enter();
  wa_timeout_enter(&limit, WA_MS(1));
  wa_uncancellable_enter();
  wa_sleep(WA_MS(2)); /* it passes, and is told at the first wait outside of the inner region */
  wa_uncancellable_exit();
  int status = wa_timeout_exit(&limit, loses_wait(future));
  wa_uncancellable_exit();
  return status;
}

TASK_TEST(memory_that_runs_out_for_the_wait_that_a_deadline_ends) { expect_heard(has_a_deadline, WA_ETIMEDOUT); }
#endif

TEST(memory_that_cannot_even_be_asked_for_is_refused) {
  for (size_t size = 2013265921u; size > 2013265920u; size = size < UINT32_MAX / 2 ? size + (1 << 20) : 2 * size)
    if (!EXPECT(!__real_wa__block_alloc(size))) break;
  EXPECT(!__real_wa__block_alloc(UINT32_MAX));
}
#endif
