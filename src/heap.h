/* heap.h: an intrusive 4-ary min-heap, standing alone.
 *
 *             0
 *      1   2    3   4         the children of i are 4i + 1 .. 4i + 4; the key lies beside the pointer, so that
 *     5..8 ...                sifting reads one array and no nodes
 *
 * Law: equal keys leave in the order they came (a sequence number breaks the tie), and every node knows its
 * place (*position), so that any of them can be taken out in O(log n).
 */
#ifndef WA_HEAP_H
#define WA_HEAP_H

#include "base.h"

#define WA__HEAP_NOWHERE UINT32_MAX

typedef struct wa__heap_entry {
  int64_t key;
  uint32_t sequence;
  uint32_t *position; /* the node's own record of its place; also what identifies the node */
} wa__heap_entry;

typedef struct wa__heap {
  wa__heap_entry *entries;
  uint32_t size, capacity, sequence;
} wa__heap;

WA__INLINE bool wa__heap_before(const wa__heap_entry *a, const wa__heap_entry *b) {
  if (a->key != b->key) return a->key < b->key;
  return ((int32_t)(a->sequence - b->sequence) < 0) != WA__FAULTY(TIMER_TIE);
}

WA__INLINE void wa__heap_place(wa__heap *h, uint32_t i, const wa__heap_entry *e) {
  h->entries[i] = *e;
  *e->position = i;
}

/* For an entry that is nowhere yet: what is in its way moves into the hole at i; returns where the hole is then. */
static inline uint32_t wa__heap_up(wa__heap *h, uint32_t i, const wa__heap_entry *e) {
  while (i > 0) {
    uint32_t parent = (i - 1) / 4;
    if (!wa__heap_before(e, &h->entries[parent])) break;
    wa__heap_place(h, i, &h->entries[parent]);
    i = parent;
  }
  return i;
}

static inline uint32_t wa__heap_down(wa__heap *h, uint32_t i, const wa__heap_entry *e) {
  for (;;) {
    uint32_t first = 4 * i + 1, last = first + 4, best = first;
    if (first >= h->size) return i;
    if (last > h->size) last = h->size;
    for (uint32_t c = first + 1; c < last; c++)
      if (wa__heap_before(&h->entries[c], &h->entries[best])) best = c;
    if (!wa__heap_before(&h->entries[best], e)) return i;
    wa__heap_place(h, i, &h->entries[best]);
    i = best;
  }
}

/* false without memory. */
static inline bool wa__heap_reserve(wa__heap *h) {
  if (h->size < h->capacity) return true;
  /* Doubled, so that what it leaves behind are whole blocks for the pool: 178 bytes a task at a million; by half, 213. */
  uint32_t capacity = h->capacity ? h->capacity * 2 : 16;
  wa__heap_entry *entries = wa__alloc(capacity * sizeof *entries);
  if (!entries) return false;
  if (h->size) __builtin_memcpy(entries, h->entries, h->size * sizeof *entries);
  wa__free(h->entries, h->capacity * sizeof *entries);
  h->entries = entries;
  h->capacity = capacity;
  return true;
}

/* Adds a node by its position field. Room must have been reserved. */
static inline void wa__heap_push(wa__heap *h, int64_t key, uint32_t *position) {
  const wa__heap_entry e = {key, h->sequence++, position};
  wa__heap_place(h, wa__heap_up(h, h->size++, &e), &e);
}

static inline void wa__heap_remove(wa__heap *h, uint32_t *position) {
  uint32_t i = *position;
  *position = WA__HEAP_NOWHERE;
  if (i == --h->size) return;
  const wa__heap_entry last = h->entries[h->size];
  wa__heap_place(h, wa__heap_down(h, wa__heap_up(h, i, &last), &last), &last);
}

static inline void wa__heap_close(wa__heap *h) {
  wa__free(h->entries, h->capacity * sizeof *h->entries);
  h->entries = NULL;
  h->size = h->capacity = 0;
}

#endif
