/* handles.c: how a host names a future without holding a pointer.
 *
 *     handle:  generation (10 bits) | index (22 bits)        free places: oldest -> ... -> latest
 *
 * Law: a handle names one future for ever. A place that was given back is used again with the next generation, and the
 * oldest free place first, so a stale handle is told from the new one until its place was reused 1023 times.
 */
#include "handles.h"

#ifndef INDEX_BITS /* a test has fewer */
#define INDEX_BITS 22
#define GENERATION_BITS 10
#endif
#define INDEX_MASK ((1u << INDEX_BITS) - 1)
#define GENERATIONS (1u << GENERATION_BITS)

typedef struct place {
  wa_future *future; /* NULL: free */
  uint32_t handle;   /* the one that is valid, or that will be */
  uint32_t next;     /* free place, 0: none */
} place;

static place *places; /* place 0 is never given, so no handle is 0 */
static uint32_t used, capacity, oldest, latest;
uint32_t wa__handle_count;

static bool reserve(void) {
  if (used < capacity) return true;
  uint32_t more = capacity ? capacity * 2 : 32;
  place *grown = more > INDEX_MASK + 1 ? NULL : wa__alloc(more * sizeof *grown);
  if (!grown) return false;
  for (uint32_t i = 0; i < used; i++) grown[i] = places[i];
  wa__free(places, capacity * sizeof *places);
  places = grown;
  capacity = more;
  if (!used) used = 1;
  return true;
}

uint32_t wa__handle_of(wa_future *f) {
  if (f->handle) return f->handle;
  uint32_t i = oldest;
  if (i) {
    oldest = places[i].next;
  } else {
    if (!reserve()) return wa__no_memory("a handle"), 0;
    i = used++;
    places[i].handle = (1u << INDEX_BITS) | i;
  }
  places[i].future = f;
  f->refs++;
  wa__handle_count++;
  return f->handle = places[i].handle;
}

wa_future *wa__handle_get(uint32_t handle) {
  uint32_t i = handle & INDEX_MASK;
  if (i && i < used && places[i].future && places[i].handle == handle) return places[i].future;
  wa__misuse("handle %u is stale or was never given", (unsigned)handle);
  return NULL;
}

void wa__handle_void(wa_future *f) {
  uint32_t i = f->handle & INDEX_MASK, generation = (f->handle >> INDEX_BITS) + 1;
  if (generation == GENERATIONS) generation = 1;
  places[i] = (place){NULL, (generation << INDEX_BITS) | i, 0};
  if (oldest) places[latest].next = i;
  else oldest = i;
  latest = i;
  f->handle = 0;
  wa__handle_count--;
}

bool wa__handle_close(uint32_t handle) {
  wa_future *f = wa__handle_get(handle);
  if (!f) return false;
  wa__handle_void(f);
  wa_release(f);
  return true;
}

void wa__handle_close_all(void) {
  for (uint32_t i = 1; i < used; i++)
    if (places[i].future) wa__handle_close(places[i].handle);
}
