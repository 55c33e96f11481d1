/* objects.c: see objects.h. */
#include "objects.h"
#include "families.h"
#include "oracle.h"
#include "random.h"

#include <string.h>

wa_lock locks[PAIR];
wa_event events[PAIR];
wa_condition conditions[CONDITIONS];
wa_semaphore semaphores[PAIR];
wa_bounded_semaphore bounded[PAIR];
wa_barrier barriers[BARRIERS];
wa_queue queues[QUEUES];
static wa_future *futures[20];

void objects_begin(void) {
  for (int i = 0; i < PAIR; i++) {
    wa_lock_init(&locks[i]);
    wa_event_init(&events[i]);
    wa_semaphore_init(&semaphores[i], i ? INT32_MAX - 1 : (int)below(3));
    wa_bounded_semaphore_init(&bounded[i], (int)below(3));
  }
  for (int i = 0; i < CONDITIONS; i++) wa_condition_init(&conditions[i], i ? &locks[0] : NULL);
  for (int i = 0; i < BARRIERS; i++) wa_barrier_init(&barriers[i], 1 + (int)below(3));
  wa_queue_init(&queues[0], below(3));
  wa_queue_init_lifo(&queues[1], below(3));
  wa_queue_init_priority(&queues[2], below(4), compare_items);
  wa_queue_init_priority(&queues[3], 0, chance(90) ? compare_items : NULL);
}

static void release_at(unsigned i) {
  wa_future *f = futures[i];
  futures[i] = NULL; /* first: a listener may hear of its error */
  wa_release(f);
}

void objects_end(void) {
  for (unsigned i = 0; i < COUNT(futures); i++) release_at(i);
  wa_run(no_more, NULL); /* whoever was ready because of that */
  for (int i = 0; i < QUEUES; i++) {
    oracle_listen("the last wa_queue_close");
    wa_queue_close(&queues[i]);
    if (strstr(wa_error_text(), "wa_queue_close")) fault("a queue in which nobody waits does not close");
  }
}

wa_future *any_future(void) {
  for (int i = 0; i < 6; i++) {
    wa_future *f = futures[below(COUNT(futures))];
    if (f) return f;
  }
  return NULL;
}

wa_future *future_or_null(void) { return wrong() ? NULL : any_future(); }

void keep_future(wa_future *f) {
  if (!f) return;
  unsigned i = below(COUNT(futures));
  for (int tries = 4; tries > 0 && futures[i]; tries--) i = below(COUNT(futures));
  wa_future *before = futures[i];
  futures[i] = f;
  wa_release(before);
}

void release_future(void) {
  note("wa_release");
  release_at(below(COUNT(futures)));
}

void forget_future(const wa_future *f) {
  for (unsigned i = 0; i < COUNT(futures); i++)
    if (futures[i] == f) release_at(i);
}

size_t some_futures(wa_future **out, bool *missing) {
  size_t n = below(MOST);
  *missing = false;
  for (size_t i = 0; i < n; i++) {
    out[i] = i && chance(20) ? out[below((unsigned)i)] : any_future();
    *missing |= !out[i];
  }
  return n;
}

int any_status(void) {
  return ONE_OF(int, 0, 0, 0, 1, 5, WA_ECANCELED, WA_ETIMEDOUT, WA_EUSER - 1, WA_EUSER - 2, WA_ENOMEM, WA_EHOST, WA_ESHUTDOWN,
                WA_EGROUP, INT32_MIN, INT32_MIN + 1, WA_EDISCARDED, WA_ETRAP, WA_EDEADLOCK, INT32_MAX);
}

wa_time any_time(void) {
  return ONE_OF(wa_time, 0, 0, 1, WA_US(500), WA_MS(1), WA_MS(1), WA_MS(2), WA_MS(3), WA_MS(5), WA_MS(20), WA_FOREVER,
                WA_FOREVER - 1);
}

wa_time time_or_wrong(void) { return wrong() ? ONE_OF(wa_time, -1, INT64_MIN) : any_time(); }
