/* timer.c: deadlines on a wheel of wheels.
 *
 *     level 2    |  .  | hh |  .  | ...        a slot: 4096 ns       base: no later than the latest reading of the clock
 *     level 1    | . | . | e | f g | ...       a slot: 64 ns
 *     level 0    | a | . | b c | d | ...       a slot: 1 ns          to fire: the slots in order, each of level 0 is due
 *                  ^ base                                            as a whole, each above is dealt out to those below
 *
 * A deadline lies on the level of the first six bits in which it differs from the base, in the slot which those name. So a
 * deadline is set and cancelled at a constant price, and dealt out at most once a level; it needs no memory of its own.
 * A million timers: 0.96 us each on a heap, 0.73 here (Node; set, fired, their tasks woken).
 *
 * Laws
 *   - What is due becomes ready in the order of the deadlines, and equal ones in the order they were set: equal ones are
 *     always in the same slot, and a slot keeps its order.
 *   - A host hears of its own timer before any later one fires, however late both are: it may want to cancel what waits for that.
 */
#include "timer.h"

enum { BITS = 6, SLOTS = 1 << BITS, LEVELS = 63 / BITS + 1, SEARCHED = 32 };
enum { DEALT_AT_ONCE = WA__SMALL ? 0 : 8 };

static wa__list slots[LEVELS][SLOTS];
static uint64_t taken[LEVELS]; /* a bit per slot that may have timers */
static wa_time base;
static uint32_t count;
static wa_time earliest = WA_FOREVER; /* no deadline is before it */
/* `earliest` may be that of one which is no more; or the beginning of the slot that has it; or is one's own. */
static enum { VAGUE, NEAR, EXACT } known;

static inline wa__due *due_of(wa__list *link) { return wa__container(link, wa__due, callback.link); }

static inline bool is_before(const wa__due *a, const wa__due *b) {
  return a->when < b->when || (WA__FAULTY(TIMER_TIE) && a->when == b->when);
}

static void place(wa__due *due) {
  wa_time when = due->when < base ? base : due->when;
  uint32_t level = (63 - (uint32_t)__builtin_clzll((uint64_t)(when ^ base) | 1)) / BITS;
  uint32_t i = (uint32_t)(when >> level * BITS) & (SLOTS - 1);
  wa__list *slot = &slots[level][i], *after = slot;
  taken[level] |= UINT64_C(1) << i;
  /* Only the base's slot holds earlier deadlines, too: overdue ones, and those that were left from before a clock began anew. They
   * are kept sorted. */
  while (when == base && after->prev && after->prev != slot && is_before(due, due_of(after->prev))) after = after->prev;
  wa__list_push(after, &due->callback.link);
}

/* first()'s second result, until the next call: its slot is of the 1 << shift ns from start on. Static, because a record on the
 * C stack that it fills for its caller is 10 bytes of gzip more. */
static struct { wa_time start; uint32_t shift; } of_first;
/* The slot with the earliest deadlines, NULL if there are none. */
static wa__list *first(void) {
  for (uint32_t level = 0, shift = 0; level < LEVELS; level++, shift += BITS) {
    uint32_t from = (uint32_t)(base >> shift & (SLOTS - 1)) + (level > 0);
    for (uint64_t bits = from < SLOTS ? taken[level] >> from << from : 0; bits; bits &= bits - 1) {
      uint32_t i = (uint32_t)__builtin_ctzll(bits);
      if (wa__list_empty(&slots[level][i])) {
        taken[level] &= ~(UINT64_C(1) << i);
        continue;
      }
      wa__list *slot = &slots[level][i];
      of_first.start = shift ? (base >> shift >> BITS << BITS | i) << shift : due_of(slot->next)->when;
      of_first.shift = shift;
      return slot;
    }
  }
  return NULL;
}

void wa__due_set(wa__due *due, wa_time when, wa_time now) {
  if (!count) base = now;
  due->when = when;
  count++; /* before the rest, which may overflow the task's stack */
  if (when < earliest) earliest = when;
  place(due);
}

void wa__due_cancel(wa__due *due) {
  if (due->when != WA__NOT_SET) {
    count--;
    if (due->when <= earliest) known = VAGUE;
    due->when = WA__NOT_SET;
  }
  wa__list_unlink(&due->callback.link);
}

/* In the first slot. Where that has more than SEARCHED, and it need not be exact, the slot's beginning stands for it. */
static WA__COLD void look_for_earliest(bool exact) {
  wa__list *slot = first(), *link = slot->next;
  wa_time least = WA_FOREVER;
  for (uint32_t left = exact ? count : SEARCHED; link != slot && left; link = link->next, left--)
    if (due_of(link)->when < least) least = due_of(link)->when;
  if (link != slot) least = of_first.start;
  if (link == slot || least > earliest) earliest = least;
  known = link == slot ? EXACT : NEAR;
}

wa_time wa__due_next(bool exact) {
  if (!count) return earliest = WA_FOREVER;
  if (wa__unlikely(known < (exact ? EXACT : NEAR))) look_for_earliest(exact);
  return earliest;
}

/* Few are dealt out at once, into the base's slot, which is kept in order. */
static bool has_few(const wa__list *slot) {
  uint32_t n = 0;
  for (const wa__list *link = slot->next; link != slot && n <= DEALT_AT_ONCE; link = link->next) n++;
  return n <= DEALT_AT_ONCE;
}

void (*wa__due_hosts)(wa__callback *callback);
bool wa__due_halted;

void wa__due_fire(wa_time now, wa__list *ready) {
  wa_time hosts = WA_FOREVER; /* when the latest of the host's was due */
  for (wa__list *slot; (slot = first()) && of_first.start <= now;) {
    /* unsigned: the last slot may end beyond all time */
    uint64_t end = (uint64_t)of_first.start + (UINT64_C(1) << of_first.shift) - 1;
    wa_time to = DEALT_AT_ONCE > 0 && has_few(slot) ? (wa_time)(end < WA_FOREVER ? end : WA_FOREVER) : of_first.start;
    if (to > now) to = now;
    if (to > base) base = to;
    for (wa__list *link; (link = wa__list_first(slot));) {
      wa__due *due = due_of(link);
      if (!WA__SMALL && !of_first.shift) {
        if (due->callback.run == wa__due_hosts) hosts = due->when;
        else if (hosts < now && hosts < due->when) now = hosts, wa__due_halted = true;
      }
      if (!of_first.shift && due->when > now) break; /* after a clock that began anew, or behind the host's */
      wa__list_unlink(link);
      if (of_first.shift) {
        place(due); /* on a lower level */
        continue;
      }
      due->when = WA__NOT_SET;
      count--;
      if (ready) wa__list_push(ready, link);
      else due->callback.run(&due->callback);
    }
  }
  if (now > base) base = now;
  known = VAGUE;
}

uint32_t wa__due_count(void) { return count; }
