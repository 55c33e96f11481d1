/* errors.c: what the lines of docs/errors.md use. errors.test.mjs includes it before the lines, each a function. */
#include <wasyncio.h>

#include <stdio.h>

static int f(void *arg) {
  (void)arg;
  return wa_sleep(WA_FOREVER);
}
static int awaits(void *arg) { return wa_await(arg); }
static void cleanup(void *arg) { (void)arg; }
static void when(void *ctx, wa_future *future) { (void)ctx, (void)future; }
static bool predicate(void *arg) {
  (void)arg;
  return false;
}

static wa_future *pending, *settled, *other, *cycle;
static wa_completed it;
static wa_timeout t;
static wa_group g;
static wa_lock lock;
static wa_event event;
static wa_condition condition;
static wa_semaphore semaphore;
static wa_bounded_semaphore bounded;
static wa_barrier barrier;
static wa_queue queue;
static void *item;
static char block[16];

static void set_up(void) {
  pending = wa_future_new();
  settled = wa_future_new();
  wa_resolve(settled, NULL);
  other = wa_spawn(f, NULL);
  wa_semaphore_init(&semaphore, 0);
  wa_bounded_semaphore_init(&bounded, 0);
  wa_barrier_init(&barrier, 2);
  wa_queue_init(&queue, 0);
  (void)block, (void)item, (void)cycle, (void)it, (void)t, (void)g, (void)cleanup, (void)when, (void)predicate;
}

extern long long (*const calls[])(void);

/* What the call gave, and its sentence. */
static const char *perform(int i) {
  static char text[400];
  wa_cancelling(pending); /* any sentence but that of the call */
  long long value = calls[i]();
  snprintf(text, sizeof text, "%lld\t%s", value, wa_error_text());
  return text;
}

static int row(void *arg) {
  set_up();
  cycle = wa_spawn_with(awaits, wa_current(), &(wa_task_options){.name = "y"});
  wa_yield();
  return wa_return_text(perform((int)*(double *)arg));
}
WA_TASK(row);

__attribute__((export_name("outside"))) const char *outside(int i) {
  set_up();
  return perform(i);
}
