/* priority: the smallest item comes out first, whenever it was put in. asyncio.PriorityQueue. Shut down, the queue is
 * emptied, and then says so. */
#include "wasyncio.h"

#include <stdio.h>

typedef struct job {
  int urgency;
  const char *name;
} job;

static int by_urgency(const void *a, const void *b) { return ((const job *)a)->urgency - ((const job *)b)->urgency; }

static int worker(void *arg) {
  for (;;) {
    void *item;
    int st = wa_queue_get(arg, &item);
    if (st == WA_ESHUTDOWN) printf("no more\n");
    if (st < 0) return st == WA_ESHUTDOWN ? WA_OK : st;
    printf("%s\n", ((job *)item)->name);
    st = wa_sleep(WA_MS(10));
    if (st < 0) return st;
  }
}

static int run(void *arg) {
  (void)arg;
  static job jobs[] = {{3, "sweep the floor"}, {2, "answer the post"}, {1, "put out the fire"}, {2, "make tea"}};
  wa_queue queue;
  wa_queue_init_priority(&queue, 0, by_urgency);
  for (int i = 0; i < 2; i++) wa_queue_put_nowait(&queue, &jobs[i]);
  wa_task *task = wa_spawn(worker, &queue);
  wa_sleep(WA_MS(5));
  for (int i = 2; i < 4; i++) wa_queue_put_nowait(&queue, &jobs[i]);
  wa_queue_shutdown(&queue, false);
  int st = wa_await(task);
  wa_release(task);
  wa_queue_close(&queue);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
answer the post
put out the fire
make tea
sweep the floor
no more
*/
