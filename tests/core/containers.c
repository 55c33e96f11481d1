/* The containers that everything stands on: the intrusive list and the wheel of timers. */
#include "../../src/timer.h"
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
  wa__list to = {&to, &to}, from = {&from, &from};
  item a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
  wa__list_splice_to(&to, &from);
  EXPECT(wa__list_empty(&to));
  wa__list_push(&from, &a.link);
  wa__list_splice_to(&to, &from);
  wa__list_push(&from, &b.link);
  wa__list_push(&from, &c.link);
  wa__list_splice_to(&to, &from);
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

/* ---- timers ------------------------------------------------------------------------------------------------------ */

enum { TIMERS = 500 };
static wa__due timers[TIMERS];
static wa_time wanted[TIMERS]; /* WA__NOT_SET: not to fire */
static uint32_t rounds[TIMERS]; /* in which it was set, counted over all */
static uint32_t sets;

static uint32_t random_number(void) {
  static uint32_t state = 1;
  state = state * 1664525 + 1013904223;
  return state >> 8;
}

static void set(uint32_t i, wa_time when, wa_time now) {
  wa__due_init(&timers[i], NULL);
  wa__due_set(&timers[i], wanted[i] = when, now);
  rounds[i] = sets++;
}

static void forget(uint32_t i) {
  wa__due_cancel(&timers[i]);
  wanted[i] = WA__NOT_SET;
}

/* What is due at `now` comes, by time and equal ones in the order they were set, and nothing else. */
static bool fire(wa_time now) {
  wa__list ready = {0};
  wa_time latest = -1;
  uint32_t latest_round = 0;
  wa__due_fire(now, &ready);
  for (wa__list *link; (link = wa__list_pop(&ready));) {
    uint32_t i = (uint32_t)(wa__container(link, wa__due, callback.link) - timers);
    bool ordered = wanted[i] > latest || (wanted[i] == latest && rounds[i] > latest_round);
    if (!EXPECT(ordered) || !EXPECT(wanted[i] <= now) || !EXPECT_INT(timers[i].when, WA__NOT_SET)) return false;
    latest = wanted[i];
    latest_round = rounds[i];
    wanted[i] = WA__NOT_SET;
  }
  for (uint32_t i = 0; i < TIMERS; i++)
    if (!EXPECT(wanted[i] == WA__NOT_SET || wanted[i] > now)) return false;
  return true;
}

/* The least that is set, by looking at all. */
static wa_time least(void) {
  wa_time when = WA_FOREVER;
  for (uint32_t i = 0; i < TIMERS; i++)
    if (wanted[i] != WA__NOT_SET && wanted[i] < when) when = wanted[i];
  return when;
}

static void forget_all(void) {
  for (uint32_t i = 0; i < TIMERS; i++) forget(i);
  EXPECT_INT(wa__due_count(), 0);
  EXPECT_INT(wa__due_next(true), WA_FOREVER);
}

/* Times near and far, gone by and for ever; set, cancelled, set anew; a clock that steps by anything. */
TEST(timers_fire_by_time_and_equal_ones_in_the_order_they_were_set) {
  static const int bits[] = {0, 3, 8, 9, 16, 24, 33, 50, 62};
  for (uint32_t i = 0; i < TIMERS; i++) wa__due_init(&timers[i], NULL), wanted[i] = WA__NOT_SET;
  for (uint32_t round = 0; round < 60; round++) {
    wa_time now = round % 3 ? random_number() : 0, step = (wa_time)1 << bits[round % 9];
    for (uint32_t n = 0; n < 2000; n++) {
      uint32_t i = random_number() % TIMERS, what = random_number() % 8;
      wa_time far = ((wa_time)random_number() << 31 | random_number()) >> (62 - bits[random_number() % 9]);
      if (wanted[i] != WA__NOT_SET) forget(i);
      if (what < 4) set(i, wa__plus(now, far), now);
      else if (what == 4) set(i, now, now);
      else if (what == 5 && now > 5) set(i, now - random_number() % 5, now);
      wa_time next = least();
      if (!EXPECT(wa__due_next(false) <= next) || (n % 3 && !EXPECT_INT(wa__due_next(true), next))) return;
      if (n % 5) continue;
      now = wa__plus(now, n % 4 ? random_number() % (step < INT32_MAX ? (uint32_t)step + 1 : INT32_MAX) : step);
      if (n % 35 == 0 && next != WA_FOREVER && next > now) now = next;
      if (now > WA_FOREVER / 2) now = WA_FOREVER / 2;
      if (!fire(now)) return;
    }
    forget_all();
  }
}

TEST(timers_survive_a_clock_that_begins_anew) {
  for (uint32_t i = 0; i < TIMERS; i++) wa__due_init(&timers[i], NULL), wanted[i] = WA__NOT_SET;
  set(0, WA_S(200), WA_S(100));
  set(1, WA_S(200), WA_S(100));
  set(2, WA_S(101), WA_S(100));
  EXPECT(fire(WA_S(150)));
  set(3, WA_S(200), 0);
  set(4, WA_S(1), 0);
  EXPECT_INT(wa__due_next(true), WA_S(1));
  EXPECT(fire(WA_S(1)));
  EXPECT(fire(WA_S(300)));
  forget_all();
}

/* Who cancels the earliest of many, again and again, as servers do with their deadlines, makes nobody search them all: what is
 * told may be too early then, and is exact again when its time has come. */
TEST(timers_that_are_cancelled_in_order_leave_no_later_deadline_than_there_is) {
  for (uint32_t i = 0; i < TIMERS; i++) wa__due_init(&timers[i], NULL), wanted[i] = WA__NOT_SET;
  for (uint32_t i = 0; i < TIMERS; i++) set(i, WA_S(1000) + i, 0);
  for (uint32_t i = 0; i < TIMERS / 2; i++) {
    wa_time told = wa__due_next(false);
    EXPECT(told >= WA_S(1000) && told <= least());
    forget(i);
  }
  EXPECT(fire(WA_S(1000)));
  EXPECT_INT(wa__due_next(false), WA_S(1000) + TIMERS / 2);
  forget_all();
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
