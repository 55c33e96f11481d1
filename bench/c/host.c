/* host.c: tasks that wait for what JavaScript gives. */
#include "bench.h"

/* ---- promise: n tasks, each awaits count promises ----------------------------------------------------------- */

static int awaiter(void *arg) {
  crowd *c = arg;
  double sum = 0;
  wa_yield();
  for (int i = 0; i < c->count; i++) {
    wa_data result;
    if (wa_await_op("promise", NULL, &result) == WA_OK) sum += result.number;
  }
  crowd_arrive(c, sum);
  return WA_OK;
}

static int bench_promise(void *arg) {
  crowd c;
  crowd_start(&c, arg, awaiter);
  crowd_join(&c);
  return bench_end(c.end - c.start, c.check);
}
BENCH(bench_promise);

/* ---- host-call: one task; the function answers at once, with a number for a number -------------------------- */

static int bench_host_call(void *arg) {
  int count = (int)((job *)arg)->count;
  double x = 0;
  wa_time start = wa_now();
  for (int i = 0; i < count; i++) {
    wa_data input = {.type = WA_NUMBER, .number = x}, result;
    if (wa_await_op("increment", &input, &result) == WA_OK) x = result.number;
  }
  return bench_end(wa_now() - start, x);
}
BENCH(bench_host_call);
