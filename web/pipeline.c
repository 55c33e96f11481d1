/* pipeline.c: a producer and two consumers around a queue for three, in a task group.
 *
 * Abort the pipeline, and the group cancels its members; abort a member, and the others go on. */
#include "demo.h"

enum { ITEMS = 40 };

static int produce(void *queue) {
  for (int i = 1; i <= ITEMS; i++) {
    int status = wa_sleep(WA_MS(120));
    if (status < 0) return status;

    say(100 * i / ITEMS, "item %d of %d, %zu in the queue", i, ITEMS, wa_queue_size(queue));
    status = wa_queue_put(queue, (void *)(intptr_t)i);
    if (status < 0) return status;
  }
  wa_queue_shutdown(queue, false);
  return WA_OK;
}

static int consume(void *queue) {
  for (;;) {
    void *item;
    int status = wa_queue_get(queue, &item);
    if (status < 0) return status == WA_ESHUTDOWN ? WA_OK : status;

    say(-1, "works on item %d", (int)(intptr_t)item);
    status = wa_sleep(WA_MS(400));
    if (status < 0) return status;
  }
}

static void spawn(wa_group *group, wa_task_fn f, wa_queue *queue, const char *name) {
  wa_release(wa_group_spawn_with(group, f, queue, &(wa_task_options){.name = part_name(name)}));
}

int pipeline(void *arg) {
  (void)arg;
  wa_queue queue;
  wa_queue_init(&queue, 3);
  wa_group group;
  int status = wa_group_enter(&group);
  if (status == WA_OK) {
    spawn(&group, produce, &queue, "producer");
    spawn(&group, consume, &queue, "consumer A");
    spawn(&group, consume, &queue, "consumer B");
    status = wa_group_exit(&group, WA_OK);
  }
  wa_queue_close(&queue);
  return status < 0 ? status : wa_return_text("40 items");
}
WA_TASK(pipeline);
