/* pool.c: memory in exact sizes.
 *
 *     size  1..16 17..32 ... 497..512      one free list per 16 bytes, filled from chunks
 *             |      |          |
 *             o->o   o          o->o->o    larger: block.c
 *
 * Law: a free names the size, so no block carries a header; and freed blocks are used again before memory grows,
 * so a second round of the same work takes no more than the first. Under sanitizers each block is a malloc of its
 * own, so that a use after free is seen.
 */
#include "block.h"

size_t wa__bytes;

#if defined(__SANITIZE_ADDRESS__)
#define POOL_MAX 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_MAX 0
#endif
#endif
#ifndef POOL_MAX
#define POOL_MAX 512
#endif
#define GRAIN 16
#define CHUNK_MAX 65536

#if POOL_MAX
static wa__run *free_lists[POOL_MAX / GRAIN + 1];
static char *chunk, *chunk_end;
static size_t chunk_size = 2048; /* doubles, so that a small program stays small */

static inline void push(void *memory, size_t list) {
  ((wa__run *)memory)->next = free_lists[list];
  free_lists[list] = memory;
}

static inline void *pop(size_t list) {
  wa__run *run = free_lists[list];
  if (wa__likely(run != NULL)) free_lists[list] = run->next;
  return run;
}

#if WA__REUNITES
static WA__COLD void *larger(size_t size, size_t *got) {
  void *p = NULL;
  for (size_t list = size / GRAIN; !p && ++list <= POOL_MAX / GRAIN;) {
    p = pop(list);
    *got = list * GRAIN;
  }
  return p;
}
#else
static inline void *larger(size_t size, size_t *got) { return (void)size, (void)got, NULL; }
#endif

static WA__COLD void *carve(size_t size) {
  if (wa__unlikely((size_t)(chunk_end - chunk) < size)) {
    /* What is left of the old chunk serves a smaller size. */
    size_t left = (size_t)(chunk_end - chunk);
    if (left >= GRAIN) push(chunk, left / GRAIN);
    if (WA__REUNITES) chunk = chunk_end; /* or it would be there twice */
    if (chunk_size < CHUNK_MAX) chunk_size *= 2;
    size_t got = chunk_size;
    chunk = wa__block_chunk(&got);
    if (!chunk) chunk = larger(size, &got);
    if (!chunk) return chunk_end = NULL;
    chunk_end = chunk + got;
  }
  void *p = chunk;
  chunk += size;
  return p;
}
#endif

void *wa__alloc(size_t size) {
  void *p;
#if POOL_MAX
  if (wa__likely(size <= POOL_MAX)) {
    size_t list = (size + GRAIN - 1) / GRAIN;
    p = pop(list);
    if (wa__unlikely(!p)) p = carve(list * GRAIN);
  } else
#endif
    p = wa__block_alloc(size);
  if (wa__likely(p != NULL)) wa__bytes += size;
  return p;
}

void wa__free(void *memory, size_t size) {
  if (!memory) return;
  wa__bytes -= size;
#if POOL_MAX
  if (wa__likely(size <= POOL_MAX)) {
    push(memory, (size + GRAIN - 1) / GRAIN);
    return;
  }
#endif
  wa__block_free(memory, size);
}

#if WA__REUNITES
WA__COLD void wa__pool_give(void *memory, size_t size) { push(memory, size / GRAIN); }

WA__COLD uintptr_t wa__pool_lists(uintptr_t number) {
  for (size_t list = 1; list <= POOL_MAX / GRAIN; list++) number = number * 31 + (uintptr_t)free_lists[list];
  return number;
}

WA__COLD wa__run *wa__pool_drain(wa__run *runs) {
  if (chunk != chunk_end) {
    wa__run *run = (wa__run *)chunk;
    run->next = runs;
    run->size = (uint32_t)(chunk_end - chunk);
    runs = run;
    chunk = chunk_end = NULL;
  }
  for (size_t list = 1; list <= POOL_MAX / GRAIN; list++) {
    for (wa__run *run; (run = pop(list)); runs = run) {
      run->next = runs;
      run->size = (uint32_t)(list * GRAIN);
    }
  }
  return runs;
}
#endif
