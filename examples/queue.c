/* queue: a pool of workers. asyncio.Queue: put waits while it is full, join waits until every item is done, and
 * cancelling the workers at the end takes them out of their get. */
#include "wasyncio.h"

#include <stdio.h>

static wa_queue queue;

static int worker(void *arg) {
  for (void *item;;) {
    int st = wa_queue_get(&queue, &item);
    if (st < 0) return st;
    st = wa_sleep(WA_MS(10));
    if (st == WA_OK) printf("%3d ms: %s did item %s\n", (int)(wa_now() / WA_MS(1)), (char *)arg, (char *)item);
    wa_queue_task_done(&queue);
    if (st < 0) return st;
  }
}

static int run(void *arg) {
  (void)arg;
  wa_queue_init(&queue, 2);
  wa_task *workers[] = {wa_spawn(worker, "ann"), wa_spawn(worker, "bob")};
  const char *items[] = {"one", "two", "three", "four", "five"};
  int st = WA_OK;
  for (int i = 0; i < 5 && st == WA_OK; i++) st = wa_queue_put(&queue, (void *)items[i]);
  printf("%3d ms: the last one is in the queue\n", (int)(wa_now() / WA_MS(1)));
  if (st == WA_OK) st = wa_queue_join(&queue);
  for (int i = 0; i < 2; i++) {
    wa_cancel(workers[i], "no more work");
    printf("%s\n", wa_status_name(wa_await(workers[i])));
    wa_release(workers[i]);
  }
  wa_queue_close(&queue);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 10 ms: ann did item one
 10 ms: bob did item two
 10 ms: the last one is in the queue
 20 ms: ann did item three
 20 ms: bob did item four
 30 ms: ann did item five
WA_ECANCELED
WA_ECANCELED
*/
