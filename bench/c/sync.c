/* sync.c: tasks that wait for each other. */
#include "bench.h"

/* ---- event: n tasks wait, one sets it, count times ---------------------------------------------------------- */

static wa_event event;

static int waiter(void *arg) {
  crowd *c = arg;
  for (int i = 0; i < c->count; i++) wa_event_wait(&event);
  crowd_arrive(c, c->count);
  return WA_OK;
}

static int bench_event(void *arg) {
  crowd c;
  wa_event_init(&event);
  crowd_start(&c, arg, waiter);
  for (int i = 0; i < c.count; i++) {
    wa_event_set(&event);
    wa_event_clear(&event);
    wa_yield(); /* all have waited again */
  }
  crowd_join(&c);
  return bench_end(c.end - c.start, c.check);
}
BENCH(bench_event);

/* ---- lock: n tasks, each holds it over a yield, count times ------------------------------------------------- */

static wa_lock lock;

static int locker(void *arg) {
  crowd *c = arg;
  wa_yield();
  for (int i = 0; i < c->count; i++) {
    wa_lock_acquire(&lock);
    wa_yield();
    wa_lock_release(&lock);
  }
  crowd_arrive(c, c->count);
  return WA_OK;
}

static int bench_lock(void *arg) {
  crowd c;
  wa_lock_init(&lock);
  crowd_start(&c, arg, locker);
  crowd_join(&c);
  return bench_end(c.end - c.start, c.check);
}
BENCH(bench_lock);

/* ---- queue: one puts, one gets, one item at a time ---------------------------------------------------------- */

typedef struct pipe {
  wa_queue queue;
  int count;
} pipe;

static int producer(void *arg) {
  pipe *p = arg;
  for (int i = 0; i < p->count; i++) wa_queue_put(&p->queue, p);
  return WA_OK;
}

static int bench_queue(void *arg) {
  pipe p = {.count = (int)((job *)arg)->count};
  double sum = 0;
  wa_queue_init(&p.queue, 1);
  wa_time start = wa_now();
  wa_task *t = wa_spawn(producer, &p);
  for (int i = 0; i < p.count; i++) {
    void *item;
    wa_queue_get(&p.queue, &item);
    sum += item == &p;
  }
  wa_await(t);
  wa_time took = wa_now() - start;
  wa_release(t);
  wa_queue_close(&p.queue);
  return bench_end(took, sum);
}
BENCH(bench_queue);
