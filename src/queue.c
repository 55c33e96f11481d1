/* queue.c: items handed from task to task: first in first out, last in first out, or by priority.
 *
 *     putters wait while full --> [ items ] --> getters wait while empty
 *        '--------------- woken, until they have run ---------------'
 *
 * Law: an item that was put is got once or still there; a wake-up that a cancelled waiter got is passed on.
 */
#include "queue.h"

enum { FIFO, LIFO, PRIORITY };

static void init(const char *call, wa_queue *q, size_t max, int kind, int (*compare)(const void *, const void *)) {
  if (!wa__given(q, call)) return;
  *q = (wa_queue){.max = max, .kind = (uint8_t)kind, .compare = compare, .finished = {.value = true}};
}

void wa_queue_init(wa_queue *q, size_t max) { init("wa_queue_init", q, max, FIFO, NULL); }

void wa_queue_init_lifo(wa_queue *q, size_t max) { init("wa_queue_init_lifo", q, max, LIFO, NULL); }

void wa_queue_init_priority(wa_queue *q, size_t max, int (*compare)(const void *, const void *)) {
  if (!compare) wa__misuse("wa_queue_init_priority: compare is NULL; expected a function");
  init("wa_queue_init_priority", q, max, compare ? PRIORITY : FIFO, compare);
}

void wa_queue_close(wa_queue *q) {
  if (!wa__given(q, "wa_queue_close")) return;
  if (!wa__list_empty(&q->getters) || !wa__list_empty(&q->putters) || !wa__list_empty(&q->woken) ||
      !wa__list_empty(&q->finished.waiters)) {
    wa__misuse("wa_queue_close: tasks wait for the queue; expected none");
    return;
  }
  wa__free(q->items, q->capacity * sizeof *q->items);
  init("wa_queue_close", q, q->max, q->kind, q->compare);
}

size_t wa_queue_size(const wa_queue *q) { return wa__given(q, "wa_queue_size") ? q->size : 0; }

bool wa_queue_empty(const wa_queue *q) { return !wa__given(q, "wa_queue_empty") || q->size == 0; }

bool wa_queue_full(const wa_queue *q) { return wa__given(q, "wa_queue_full") && q->max && q->size >= q->max; }

/* ---- the items: a ring; a stack and a heap are rings that begin at 0 ---------------------------------------------- */

bool wa__queue_reserve(wa_queue *q, size_t n) {
  if (n <= q->capacity) return true;
  size_t capacity = q->capacity ? q->capacity * 2 : 8;
  if (capacity < n) capacity = n;
  void **items = wa__alloc(capacity * sizeof *items);
  if (!items) return false;
  for (size_t i = 0; i < q->size; i++) items[i] = q->items[(q->head + i) % q->capacity];
  wa__free(q->items, q->capacity * sizeof *q->items);
  q->items = items;
  q->capacity = capacity;
  q->head = 0;
  return true;
}

/* heapq's two sifts, so that equal items leave in the order in which CPython's do. By swaps: compare may trap, and every item must
 * be there then. */
static void swap(wa_queue *q, size_t i, size_t j) {
  void *item = q->items[i];
  q->items[i] = q->items[j];
  q->items[j] = item;
}

static void sift_up(wa_queue *q, size_t i) {
  wa__visit before = wa__visit_begin();
  for (size_t parent; i > 0; i = parent) {
    parent = (i - 1) / 2;
    if (q->compare(q->items[i], q->items[parent]) >= 0) break;
    swap(q, i, parent);
  }
  wa__visit_end(before);
}

static void sift_down(wa_queue *q) {
  size_t i = 0;
  wa__visit before = wa__visit_begin();
  for (size_t child; (child = 2 * i + 1) < q->size; i = child) {
    if (child + 1 < q->size && q->compare(q->items[child], q->items[child + 1]) >= 0) child++;
    swap(q, i, child);
  }
  wa__visit_end(before);
  sift_up(q, i);
}

static void add(wa_queue *q, void *item) {
  q->items[(q->head + q->size++) % q->capacity] = item;
  if (q->kind == PRIORITY) sift_up(q, q->size - 1);
}

static void *take(wa_queue *q) {
  if (q->kind == LIFO) return q->items[--q->size];
  void *item = q->items[q->head];
  q->size--;
  if (q->kind == FIFO) {
    q->head = (q->head + 1) % q->capacity;
  } else if (q->size) {
    q->items[0] = q->items[q->size];
    sift_down(q);
  }
  return item;
}

/* ---- waiting -------------------------------------------------------------------------------------------------------- */

static void wake_next(wa_queue *q, wa__list *waiters) {
  for (wa__list *link; (link = wa__list_pop(waiters));) {
    wa__list_push(&q->woken, link);
    if (wa__task_in_queue(link)->slot != WA__SLOT_PENDING) continue;
    wa__slot_settle(wa__task_in_queue(link), WA__SLOT_DONE);
    return;
  }
}

static void pass_on_room(wa__list *queue, bool woken) {
  wa_queue *q = wa__container(queue, wa_queue, putters);
  if (woken && !wa_queue_full(q)) wake_next(q, queue);
}

static void pass_on_item(wa__list *queue, bool woken) {
  wa_queue *q = wa__container(queue, wa_queue, getters);
  if (woken && q->size) wake_next(q, queue);
}

int wa_queue_put_nowait(wa_queue *q, void *item) {
  if (!q) return wa__misuse("wa_queue_put_nowait: the queue is NULL");
  if (q->is_shutdown) return WA_ESHUTDOWN;
  if (wa_queue_full(q)) return WA_EAGAIN;
  if (!wa__queue_reserve(q, q->size + 1)) return wa__no_memory("a queue");
  q->unfinished++; /* before add, whose compare may trap */
  wa_event_clear(&q->finished);
  wake_next(q, &q->getters);
  add(q, item);
  return WA_OK;
}

int wa_queue_get_nowait(wa_queue *q, void **item) {
  if (!q || !item) return wa__misuse("wa_queue_get_nowait: expected a queue and a place for the item");
  if (!q->size) return q->is_shutdown ? WA_ESHUTDOWN : WA_EAGAIN;
  wake_next(q, &q->putters); /* before take, whose compare may trap */
  *item = take(q);
  return WA_OK;
}

int wa_queue_put(wa_queue *q, void *item) {
  wa__task *t = wa__need_task("wa_queue_put");
  if (!t) return WA_EMISUSE;
  if (!q) return wa__misuse("wa_queue_put: the queue is NULL");
  while (wa_queue_full(q)) {
    if (q->is_shutdown) return WA_ESHUTDOWN;
    int st = wa__wait_queue(t, &q->putters, pass_on_room, &q->putters);
    if (st == WA_OK) continue;
    pass_on_room(&q->putters, t->slot != WA__SLOT_CANCELLED);
    return st;
  }
  return wa_queue_put_nowait(q, item);
}

int wa_queue_get(wa_queue *q, void **item) {
  wa__task *t = wa__need_task("wa_queue_get");
  if (!t) return WA_EMISUSE;
  if (!q || !item) return wa__misuse("wa_queue_get: expected a queue and a place for the item");
  while (!q->size) {
    if (q->is_shutdown) return WA_ESHUTDOWN;
    int st = wa__wait_queue(t, &q->getters, pass_on_item, &q->getters);
    if (st == WA_OK) continue;
    pass_on_item(&q->getters, t->slot != WA__SLOT_CANCELLED);
    return st;
  }
  return wa_queue_get_nowait(q, item);
}

int wa_queue_task_done(wa_queue *q) {
  if (!q) return wa__misuse("wa_queue_task_done: the queue is NULL");
  if (!q->unfinished) return wa__misuse("wa_queue_task_done: called more often than items were put");
  if (!--q->unfinished) wa_event_set(&q->finished);
  return WA_OK;
}

int wa_queue_join(wa_queue *q) {
  if (!wa__need_task("wa_queue_join")) return WA_EMISUSE;
  if (!q) return wa__misuse("wa_queue_join: the queue is NULL");
  return q->unfinished ? wa_event_wait(&q->finished) : WA_OK;
}

void wa_queue_shutdown(wa_queue *q, bool now) {
  if (!wa__given(q, "wa_queue_shutdown")) return;
  q->is_shutdown = true;
  if (now) { /* no take for each: its compare may trap, and nobody would be woken */
    q->unfinished -= q->unfinished < q->size ? q->unfinished : q->size;
    q->size = 0;
    if (!q->unfinished) wa_event_set(&q->finished);
  }
  while (!wa__list_empty(&q->getters)) wake_next(q, &q->getters);
  while (!wa__list_empty(&q->putters)) wake_next(q, &q->putters);
}
