/* queues.c: queues of every order, with small numbers as items. */
#include "families.h"
#include "random.h"

enum { ITEMS = 50 };
bool comparing;

static void *any_item(void) { return (void *)(uintptr_t)(1 + below(ITEMS)); }

static void check_item(int status, const void *item) {
  if (status == WA_OK && ((uintptr_t)item < 1 || (uintptr_t)item > ITEMS)) fault("a queue gave %p", item);
  if (status == WA_OK) note("item %u", (unsigned)(uintptr_t)item);
}

/* By the items themselves. Now and then it does what it may and what it must not. */
int compare_items(const void *a, const void *b) {
  place before = callback_begins("compare");
  comparing = true;
  if (!over && chance(3)) {
    (void)WAIT("wa_yield", false, wa_yield());
    (void)wa_cancel(any_future(), "by a comparison");
    keep_future(wa_future_new());
  }
  comparing = false;
  callback_ends(before);
  uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
  return x < y ? -1 : x > y;
}

static bool is_full(const void *q) { return wa_queue_full(q); }
static bool is_empty(const void *q) { return wa_queue_empty(q); }

static void puts_item(void) {
  wa_queue *q = ANY_OR_NULL(queues);
  void *item = any_item();
  if (chance(50)) (void)WAIT_ON(q ? is_full : NULL, q, "wa_queue_put", !q, wa_queue_put(q, item));
  else (void)CALL("wa_queue_put_nowait", !q, wa_queue_put_nowait(q, item));
  if (chance(20)) wa_cancel(any_future(), "disturbed"); /* who was just woken, perhaps */
}

static void gets_item(void) {
  wa_queue *q = ANY_OR_NULL(queues);
  void *item = NULL, **out = wrong() ? NULL : &item;
  if (chance(50)) check_item(WAIT_ON(q ? is_empty : NULL, q, "wa_queue_get", !q || !out, wa_queue_get(q, out)), item);
  else check_item(CALL("wa_queue_get_nowait", !q || !out, wa_queue_get_nowait(q, out)), item);
}

static void tells_done(void) {
  wa_queue *q = ANY_OR_NULL(queues);
  (void)CALL_PERHAPS("wa_queue_task_done", !q, wa_queue_task_done(q));
}

static void joins(void) {
  wa_queue *q = ANY_OR_NULL(queues);
  (void)WAIT("wa_queue_join", !q, wa_queue_join(q));
}

static void shuts(void) {
  if (!chance(40)) return;
  wa_queue *q = ANY_OR_NULL(queues);
  oracle_listen("wa_queue_shutdown");
  wa_queue_shutdown(q, chance(50));
  if (!q) oracle_refused("wa_queue_shutdown");
}

static void looks(void) {
  wa_queue *q = ANY_OR_NULL(queues);
  size_t size = wa_queue_size(q);
  note("%u items%s%s", (unsigned)size, wa_queue_empty(q) ? ", empty" : "", wa_queue_full(q) ? ", full" : "");
  if (wa_queue_empty(q) != !size) fault("a queue of %u items says whether it is empty", (unsigned)size);
  if (q && q->max && size > q->max) fault("a queue for %u items has %u", (unsigned)q->max, (unsigned)size);
}

/* Refused while somebody waits there. */
static void closes(void) {
  if (!chance(30)) return;
  wa_queue *q = ANY_OR_NULL(queues);
  oracle_listen("wa_queue_close");
  wa_queue_close(q);
  if (!q) oracle_refused("wa_queue_close");
}

void move_queues(void) {
  static void (*const table[])(void) = {puts_item, puts_item, puts_item, puts_item, gets_item, gets_item, gets_item,
                                        gets_item, tells_done, joins, shuts, looks, closes};
  if (!comparing) MOVE_ONE(table);
}

void queues_rescue(void) {
  wa_queue *q = &queues[below(QUEUES)];
  void *item;
  if (chance(50)) (void)wa_queue_put_nowait(q, any_item());
  else (void)wa_queue_get_nowait(q, &item), (void)wa_queue_task_done(q);
}
