/* Queues: order, bounds, shutdown, and the wrong uses. */
#include "unit.h"

static int letters[26];
static void *letter(char c) { return &letters[c - 'a']; }
static char letter_of(void *item) { return (char)('a' + (int *)item - letters); }

static void note_items(wa_queue *q) {
  void *item;
  while (wa_queue_get_nowait(q, &item) == WA_OK) note("%c", letter_of(item));
}

static void put_all(wa_queue *q, const char *items) {
  for (; *items; items++) EXPECT_STATUS(wa_queue_put_nowait(q, letter(*items)), WA_OK);
}

TASK_TEST(queue_first_in_first_out_and_last_in_first_out) {
  wa_queue q;
  wa_queue_init(&q, 0);
  put_all(&q, "hello");
  note_items(&q);
  EXPECT_TRACE("h e l l o");
  wa_queue_close(&q);
  wa_queue_init_lifo(&q, 0);
  put_all(&q, "hello");
  note_items(&q);
  EXPECT_TRACE("o l l e h");
  wa_queue_close(&q);
}

TASK_TEST(queue_ring_keeps_its_order_while_it_wraps_and_grows) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 0);
  size_t in = 0, out = 0;
  for (int round = 0; round < 50; round++) {
    for (int i = 0; i < 5; i++) wa_queue_put_nowait(&q, (char *)&q + in++);
    for (int i = 0; i < 4; i++) {
      wa_queue_get_nowait(&q, &item);
      if (!EXPECT(item == (char *)&q + out++)) return;
    }
  }
  EXPECT_INT(wa_queue_size(&q), 50);
  wa_queue_close(&q);
}

typedef struct entry {
  int priority;
  char name;
} entry;
static int by_priority(const void *a, const void *b) {
  return ((const entry *)a)->priority - ((const entry *)b)->priority;
}

static int waited; /* what a wait inside of compare gave */
static int waits_to_compare(const void *a, const void *b) {
  waited = wa_yield();
  return by_priority(a, b);
}

TASK_TEST(queue_by_priority_nobody_waits_in_compare) {
  wa_queue q;
  entry entries[] = {{3, 'a'}, {1, 'b'}, {2, 'c'}};
  void *item;
  wa_queue_init_priority(&q, 0, waits_to_compare);
  for (int i = 0; i < 3; i++) wa_queue_put_nowait(&q, &entries[i]);
  while (wa_queue_get_nowait(&q, &item) == WA_OK) note("%c", ((entry *)item)->name);
  EXPECT_TRACE("b c a");
  EXPECT_STATUS(waited, WA_EMISUSE);
  EXPECT_STATUS(wa_yield(), WA_OK);
  wa_queue_close(&q);
}

TASK_TEST(queue_by_priority_without_compare_is_told_and_is_first_in_first_out) {
  wa_queue q;
  wa_queue_init_priority(&q, 0, NULL);
  EXPECT_CONTAINS(wa_error_text(), "wa_queue_init_priority: compare is NULL; expected a function");
  put_all(&q, "ba");
  note_items(&q);
  EXPECT_TRACE("b a");
  wa_queue_close(&q);
}

TASK_TEST(queue_by_priority_hands_equal_ones_out_as_heapq_does) {
  static entry entries[] = {{2, 'a'}, {1, 'b'}, {2, 'c'}, {1, 'd'}, {2, 'e'}, {1, 'f'}, {0, 'g'}, {2, 'h'}, {1, 'i'}};
  wa_queue q;
  void *item;
  wa_queue_init_priority(&q, 0, by_priority);
  for (int i = 0; i < 9; i++) wa_queue_put_nowait(&q, &entries[i]);
  while (wa_queue_get_nowait(&q, &item) == WA_OK) note("%d%c", ((entry *)item)->priority, ((entry *)item)->name);
  /* python3: heappush each (compared by priority alone), then heappop until it is empty */
  EXPECT_TRACE("0g 1b 1f 1d 1i 2a 2c 2e 2h");
  wa_queue_close(&q);
}

TASK_TEST(queue_full_and_empty) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 2);
  EXPECT(wa_queue_empty(&q));
  EXPECT_STATUS(wa_queue_get_nowait(&q, &item), WA_EAGAIN);
  put_all(&q, "ab");
  EXPECT(wa_queue_full(&q));
  EXPECT_STATUS(wa_queue_put_nowait(&q, letter('c')), WA_EAGAIN);
  EXPECT_INT(wa_queue_size(&q), 2);
  note_items(&q);
  EXPECT_TRACE("a b");
  wa_queue_close(&q);
}

static int puts_three(void *q) {
  for (const char *c = "abc"; *c; c++) {
    int status = wa_queue_put(q, letter(*c));
    if (status < 0) return status;
    note("+%c", *c);
  }
  return WA_OK;
}

TASK_TEST(queue_put_waits_for_room_and_get_for_an_item) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 1);
  wa_task *t = wa_spawn(puts_three, &q);
  for (int i = 0; i < 3; i++) {
    EXPECT_STATUS(wa_queue_get(&q, &item), WA_OK);
    note("-%c", letter_of(item));
  }
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("+a -a +b -b +c -c");
  wa_queue_close(&q);
}

static int gets(void *q) {
  void *item;
  int status = wa_queue_get(q, &item);
  if (status == WA_OK) note("%c", letter_of(item));
  return status;
}

TASK_TEST(queue_getter_cancelled_after_it_was_woken_loses_no_item) {
  wa_queue q;
  wa_queue_init(&q, 0);
  wa_task *a = wa_spawn(gets, &q), *b = wa_spawn(gets, &q);
  turns(1);
  put_all(&q, "x");
  wa_cancel(a, NULL);
  EXPECT_STATUS(finish(a), WA_ECANCELED);
  EXPECT_STATUS(finish(b), WA_OK);
  EXPECT_TRACE("x");
  wa_queue_close(&q);
}

TASK_TEST(queue_getter_cancelled_when_its_item_is_gone_wakes_nobody) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 0);
  wa_task *a = wa_spawn(gets, &q), *b = wa_spawn(gets, &q), *c = wa_spawn(gets, &q);
  turns(1);
  put_all(&q, "x");
  EXPECT_STATUS(wa_queue_get_nowait(&q, &item), WA_OK);
  wa_cancel(a, NULL);
  EXPECT_STATUS(finish(a), WA_ECANCELED);
  turns(1); /* woken in vain, b would stand behind c now */
  put_all(&q, "y");
  turns(2);
  EXPECT(wa_done(b) && !wa_done(c));
  put_all(&q, "z");
  EXPECT_STATUS(finish(b), WA_OK);
  EXPECT_STATUS(finish(c), WA_OK);
  EXPECT_TRACE("y z");
  wa_queue_close(&q);
}

TASK_TEST(queue_putter_cancelled_after_it_was_woken_leaves_no_room_unused) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 1);
  wa_task *a = wa_spawn(puts_three, &q), *b = wa_spawn(puts_three, &q);
  turns(2);
  EXPECT_TRACE("+a");
  EXPECT_STATUS(wa_queue_get_nowait(&q, &item), WA_OK);
  wa_cancel(a, NULL);
  EXPECT_STATUS(finish(a), WA_ECANCELED);
  turns(1);
  EXPECT_TRACE("+a");
  wa_cancel(b, NULL);
  EXPECT_STATUS(finish(b), WA_ECANCELED);
  wa_queue_close(&q);
}

typedef struct order { wa_queue *queue; char item; } order;
static int puts_one(void *arg) {
  const order *o = arg;
  return wa_queue_put(o->queue, letter(o->item));
}

TASK_TEST(queue_putter_cancelled_before_it_was_woken_wakes_nobody) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 1);
  put_all(&q, "x");
  order orders[] = {{&q, 'a'}, {&q, 'b'}, {&q, 'c'}, {&q, 'd'}};
  wa_task *tasks[4];
  for (int i = 0; i < 4; i++) tasks[i] = wa_spawn(puts_one, &orders[i]);
  turns(1);
  wa_cancel(tasks[1], NULL); /* b runs before a, when there is room, and it is a's */
  for (int i = 0; i < 4; i++) {
    if (wa_queue_get_nowait(&q, &item) == WA_OK) note("%c", letter_of(item));
    turns(2); /* woken in vain, c would stand behind d now */
  }
  EXPECT_TRACE("x a c d");
  for (int i = 0; i < 4; i++) EXPECT_STATUS(finish(tasks[i]), i == 1 ? WA_ECANCELED : WA_OK);
  wa_queue_close(&q);
}

/* ---- join, task_done --------------------------------------------------------------------------------------------- */

static int joins(void *q) {
  int status = wa_queue_join(q);
  note("joined");
  return status;
}

TASK_TEST(queue_join_waits_until_all_is_done) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 0);
  EXPECT_STATUS(wa_queue_join(&q), WA_OK);
  EXPECT_MISUSE(wa_queue_task_done(&q), "wa_queue_task_done: called more often than items were put");
  put_all(&q, "ab");
  wa_task *t = wa_spawn(joins, &q);
  turns(1);
  wa_queue_get_nowait(&q, &item);
  wa_queue_get_nowait(&q, &item);
  EXPECT_STATUS(wa_queue_task_done(&q), WA_OK);
  turns(2);
  EXPECT_TRACE("");
  EXPECT_STATUS(wa_queue_task_done(&q), WA_OK);
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("joined");
  EXPECT_MISUSE(wa_queue_task_done(&q), "called more often");
  wa_queue_close(&q);
}

/* ---- shutdown ---------------------------------------------------------------------------------------------------- */

TASK_TEST(queue_shut_down_takes_nothing_and_hands_the_rest_out) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 0);
  put_all(&q, "a");
  wa_queue_shutdown(&q, false);
  EXPECT_STATUS(wa_queue_put_nowait(&q, letter('b')), WA_ESHUTDOWN);
  EXPECT_STATUS(wa_queue_put(&q, letter('b')), WA_ESHUTDOWN);
  EXPECT_STATUS(wa_queue_get(&q, &item), WA_OK);
  EXPECT_STATUS(wa_queue_get(&q, &item), WA_ESHUTDOWN);
  EXPECT_STATUS(wa_queue_get_nowait(&q, &item), WA_ESHUTDOWN);
  wa_queue_close(&q);
}

TASK_TEST(queue_shut_down_at_once_wakes_everybody) {
  wa_queue empty, full;
  wa_queue_init(&empty, 0);
  wa_queue_init(&full, 1);
  put_all(&full, "a");
  wa_task *getter = wa_spawn(gets, &empty), *putter = wa_spawn(puts_three, &full), *joiner = wa_spawn(joins, &full);
  turns(1);
  wa_queue_shutdown(&empty, true);
  wa_queue_shutdown(&full, true);
  EXPECT_STATUS(finish(getter), WA_ESHUTDOWN);
  EXPECT_STATUS(finish(putter), WA_ESHUTDOWN);
  EXPECT_STATUS(finish(joiner), WA_OK);
  EXPECT(wa_queue_empty(&full));
  wa_queue_close(&empty);
  wa_queue_close(&full);
}

TASK_TEST(queue_closed_while_a_task_waits_is_refused) {
  wa_queue q;
  wa_queue_init(&q, 0);
  wa_task *t = wa_spawn(gets, &q);
  turns(1);
  EXPECT_REFUSED((wa_queue_close(&q), false), "wa_queue_close: tasks wait for the queue; expected none");
  EXPECT_STATUS(wa_queue_put(&q, &q), WA_OK);
  EXPECT_STATUS(finish(t), WA_OK);
  wa_queue_close(&q);
}

static int gets_from(void *q) {
  void *item;
  return wa_queue_get(q, &item);
}
static int puts_into(void *q) { return wa_queue_put(q, NULL); }

TASK_TEST(queue_closed_before_the_woken_have_run_is_refused) {
  static const wa_task_fn waits[] = {gets_from, puts_into};
  for (int full = 0; full < 2; full++) {
    wa_queue q;
    wa_queue_init(&q, 1);
    if (full) wa_queue_put_nowait(&q, NULL);
    wa_task *t = wa_spawn(waits[full], &q);
    turns(1);
    wa_queue_shutdown(&q, true);
    EXPECT_REFUSED((wa_queue_close(&q), false), "wa_queue_close: tasks wait for the queue; expected none");
    EXPECT_STATUS(wa_await(t), WA_ESHUTDOWN);
    wa_release(t);
    EXPECT_INT(wa_queue_size(&q), 0);
    wa_queue_close(&q);
  }
}

TASK_TEST(queue_closed_while_a_task_joins_is_refused) {
  wa_queue q;
  void *item;
  wa_queue_init(&q, 0);
  wa_queue_put_nowait(&q, NULL);
  wa_task *t = wa_spawn(joins, &q);
  turns(1);
  wa_queue_get_nowait(&q, &item);
  EXPECT_REFUSED((wa_queue_close(&q), false), "wa_queue_close: tasks wait for the queue; expected none");
  wa_queue_task_done(&q);
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("joined");
  wa_queue_close(&q);
}
