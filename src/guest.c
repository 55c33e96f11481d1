/* guest.c: checks on what a host passes in.
 *
 *     host: wax_alloc -> fills it -> gives it to a call -> the runtime's
 *             '- noted in a table; the block's header holds its place there
 *
 * Law: no number from a host makes the wasm trap: a pointer is looked up before it is followed.
 */
#ifdef __wasm__
#include "guest.h"

#include <string.h>

static wa__detail **table;
enum { NONE_FREE = INT32_MAX };
static uint32_t used, capacity, free_place = NONE_FREE;

/* 64 bits: it may be 4 GiB. */
static uint64_t memory_size(void) { return (uint64_t)__builtin_wasm_memory_size(0) * 65536; }

__attribute__((target("reference-types")))
uint32_t wa__guest_functions(void) {
  uint32_t n;
  __asm__(".tabletype __indirect_function_table, funcref\n"
          "table.size __indirect_function_table\n"
          "local.set %0" : "=r"(n));
  return n;
}

/* Whether size bytes at p lie inside the memory. */
static bool is_inside(const void *p, size_t size) {
  uint64_t total = memory_size();
  if (size == 0) return true;
  return p && (uintptr_t)p < total && size <= total - (uintptr_t)p;
}

const char *wa__guest_text(const char *p, bool *bad) {
  if (!p) return NULL;
  uint64_t total = memory_size();
  if ((uintptr_t)p >= total || !memchr(p, 0, (size_t)(total - (uintptr_t)p))) {
    *bad = true;
    wa__misuse("a text at %u does not end inside the memory", (unsigned)(uintptr_t)p);
    return NULL;
  }
  return p;
}

/* A free place holds the index of the next one, odd: no pointer that a host gives is that, since those are looked at only if they
 * are aligned. */
static wa__detail *as_free(uint32_t next) { return (wa__detail *)((uintptr_t)next << 1 | 1); }
static uint32_t next_free(const wa__detail *place) { return (uint32_t)((uintptr_t)place >> 1); }

static bool reserve(void) {
  if (free_place != NONE_FREE || used < capacity) return true;
  uint32_t more = capacity ? capacity * 2 : 16;
  wa__detail **grown = wa__alloc(more * sizeof *grown);
  if (!grown) return false;
  if (used) memcpy(grown, table, used * sizeof *grown);
  wa__free(table, capacity * sizeof *table);
  table = grown;
  capacity = more;
  return true;
}

void *wa__guest_alloc(size_t size) {
  if (size > memory_size() + (1u << 30) || !reserve()) return wa__no_memory("the host's data"), NULL;
  wa__detail *d = wa__detail_new(WA_BYTES, NULL, size);
  if (!d) return wa__no_memory("the host's data"), NULL;
  uint32_t place = free_place;
  if (place != NONE_FREE) free_place = next_free(table[place]);
  else place = used++;
  table[place] = d;
  d->number = place;
  return d->data;
}

/* What a host gives must not be lost for want of memory. */
static wa__detail *made(wa__detail *d, bool *bad) {
  if (!d) *bad = wa__no_memory("the host's data") < 0;
  return d;
}

wa__detail *wa__guest_take(void *p, uint32_t type, size_t size, double number, bool *bad) {
  if (type > WA_NUMBER && !p) {
    *bad = true;
    wa__misuse("data of type %d; expected 0 nothing, 1 bytes, 2 text or 3 number", type);
    return NULL;
  }
  if (type == WA_NUMBER && !p) return made(wa__detail_new(WA_NUMBER, &number, sizeof number), bad);
  if (!p && (size == 0 || type == WA_NOTHING)) return type == WA_NOTHING ? NULL : made(wa__detail_new((int)type, NULL, 0), bad);
  wa__detail *d = wa__container(p, wa__detail, data);
  bool known = (uintptr_t)p >= sizeof *d && (uintptr_t)p % 8 == 0 && is_inside(d, sizeof *d) && d->number < used &&
               table[d->number] == d;
  if (!known || type > WA_NUMBER || size > d->size) {
    *bad = true;
    wa__misuse("data at %u: expected what wax_alloc gave, of at most its size, and a known type", (unsigned)(uintptr_t)p);
    if (!known) return NULL;
  }
  uint32_t place = d->number;
  table[place] = as_free(free_place);
  free_place = place;
  if (*bad || type == WA_NOTHING || type == WA_NUMBER) {
    wa__detail_release(d);
    return *bad || type == WA_NOTHING ? NULL : made(wa__detail_new(WA_NUMBER, &number, sizeof number), bad);
  }
  d->kind = (int)type;
  if (size < d->size) { /* the block's size must be known when it is freed, so a shorter text is a copy */
    wa__detail *copy = wa__detail_new((int)type, d->data, size);
    wa__detail_release(d);
    return made(copy, bad);
  }
  return d;
}
#endif
