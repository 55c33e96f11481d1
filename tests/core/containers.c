/* The containers that everything stands on: the intrusive list and the heap. */
#include "../../src/heap.h"
#include "../../src/list.h"
#include "unit.h"

typedef struct item {
  wa__list link;
  char letter;
} item;

static void note_list(wa__list *head) {
  WA__LIST_EACH(link, head) note("%c", wa__container(link, item, link)->letter);
}

TEST(list_keeps_the_order_of_pushes) {
  wa__list head = {0};
  item a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
  EXPECT(wa__list_empty(&head));
  EXPECT(wa__list_first(&head) == NULL);
  EXPECT(wa__list_pop(&head) == NULL);
  wa__list_push(&head, &a.link);
  wa__list_push(&head, &b.link);
  wa__list_push(&head, &c.link);
  note_list(&head);
  EXPECT_TRACE("a b c");
  wa__list_unlink(&b.link);
  note_list(&head);
  EXPECT_TRACE("a c");
  EXPECT(wa__list_pop(&head) == &a.link);
  EXPECT(wa__list_pop(&head) == &c.link);
  EXPECT(wa__list_empty(&head));
}

TEST(list_node_that_is_nowhere_can_be_unlinked) {
  item zeroed = {0}, popped = {0};
  wa__list head = {0};
  wa__list_unlink(&zeroed.link);
  wa__list_push(&head, &popped.link);
  wa__list_unlink(&popped.link);
  wa__list_unlink(&popped.link);
  EXPECT(wa__list_empty(&head));
}

TEST(list_splice_moves_all_behind_the_last) {
  wa__list to = {0}, from = {0};
  item a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
  wa__list_splice(&to, &from);
  EXPECT(wa__list_empty(&to));
  wa__list_push(&from, &a.link);
  wa__list_splice(&to, &from);
  wa__list_push(&from, &b.link);
  wa__list_push(&from, &c.link);
  wa__list_splice(&to, &from);
  EXPECT(wa__list_empty(&from));
  note_list(&to);
  EXPECT_TRACE("a b c");
}

TEST(list_visit_may_unlink_what_it_visits) {
  wa__list head = {0};
  item items[5] = {{.letter = 'a'}, {.letter = 'b'}, {.letter = 'c'}, {.letter = 'd'}, {.letter = 'e'}};
  for (int i = 0; i < 5; i++) wa__list_push(&head, &items[i].link);
  WA__LIST_EACH(link, &head)
    if (wa__container(link, item, link)->letter % 2) wa__list_unlink(link);
  note_list(&head);
  EXPECT_TRACE("b d");
}

/* ---- heap -------------------------------------------------------------------------------------------------------- */

enum { NODES = 500 };
static uint32_t positions[NODES];

static uint32_t pop(wa__heap *h, int64_t *key) {
  uint32_t *position = h->entries[0].position;
  *key = h->entries[0].key;
  wa__heap_remove(h, position);
  return (uint32_t)(position - positions);
}

static uint32_t random_number(void) {
  static uint32_t state = 1;
  return state = state * 1664525 + 1013904223;
}

static void push(wa__heap *h, int64_t key, uint32_t node) {
  EXPECT(wa__heap_reserve(h));
  wa__heap_push(h, key, &positions[node]);
}

TEST(heap_hands_out_by_key_and_equal_keys_in_the_order_they_came) {
  wa__heap h = {0};
  int64_t key, latest = -1;
  uint32_t node, latest_node = 0;
  for (uint32_t i = 0; i < NODES; i++) push(&h, random_number() % 16, i);
  for (uint32_t i = 0; i < NODES; i++) {
    node = pop(&h, &key);
    if (!EXPECT(key > latest || (key == latest && node > latest_node))) break;
    latest = key;
    latest_node = node;
  }
  EXPECT_INT(h.size, 0);
  wa__heap_close(&h);
}

TEST(heap_lets_any_node_go) {
  static int64_t keys[NODES];
  for (int round = 0; round < 20; round++) {
    wa__heap h = {0};
    int64_t key, latest = -1;
    for (uint32_t i = 0; i < NODES; i++) push(&h, keys[i] = random_number() % 1000, i);
    for (uint32_t i = 0; i < NODES; i++)
      if (random_number() % 3 == 0) {
        wa__heap_remove(&h, &positions[i]);
        keys[i] = -1;
      }
    while (h.size) {
      uint32_t node = pop(&h, &key);
      if (!EXPECT(key >= latest) || !EXPECT_INT(keys[node], key)) break;
      EXPECT_INT(positions[node], WA__HEAP_NOWHERE);
      keys[node] = -1;
      latest = key;
    }
    for (uint32_t i = 0; i < NODES; i++) EXPECT_INT(keys[i], -1);
    wa__heap_close(&h);
  }
}

TEST(heap_order_survives_the_sequence_counter_running_over) {
  wa__heap h = {.sequence = UINT32_MAX - 1};
  int64_t key;
  for (uint32_t i = 0; i < 4; i++) push(&h, 7, i);
  for (uint32_t i = 0; i < 4; i++) EXPECT_INT(pop(&h, &key), i);
  wa__heap_close(&h);
}

/* ---- pool -------------------------------------------------------------------------------------------------------- */

TEST(pool_counts_bytes_and_gives_blocks_that_do_not_overlap) {
  enum { BLOCKS = 200 };
  static unsigned char *blocks[BLOCKS];
  size_t before = wa__bytes, sum = 0;
  for (size_t i = 0; i < BLOCKS; i++) {
    size_t size = 1 + i * 7;
    blocks[i] = wa__alloc(size);
    if (!EXPECT(blocks[i] != NULL)) return;
    EXPECT_INT((uintptr_t)blocks[i] % 8, 0);
    __builtin_memset(blocks[i], (int)i, size);
    sum += size;
  }
  EXPECT_INT(wa__bytes - before, sum);
  for (size_t i = 0; i < BLOCKS; i++) {
    size_t size = 1 + i * 7, same = 0;
    while (same < size && blocks[i][same] == (unsigned char)i) same++;
    EXPECT_INT(same, size);
    wa__free(blocks[i], size);
  }
  EXPECT_INT(wa__bytes, before);
  wa__free(NULL, 100);
  EXPECT_INT(wa__bytes, before);
}

#ifdef __wasm__
TEST(pool_takes_no_more_memory_for_a_second_round) {
  static void *blocks[2000];
  size_t pages = 0;
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < 2000; i++) blocks[i] = wa__alloc(16 + i % 480);
    for (size_t i = 0; i < 2000; i++) wa__free(blocks[i], 16 + i % 480);
    if (!round) pages = __builtin_wasm_memory_size(0);
  }
  EXPECT_INT(__builtin_wasm_memory_size(0), pages);
}
#endif
