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
typedef struct block {
  uint64_t untouched; /* a freed future's kind: so a released handle can be told */
  struct block *next;
} block;
static block *free_lists[POOL_MAX / GRAIN + 1];
static char *chunk, *chunk_end;
static size_t chunk_size = 2048; /* doubles, so that a small program stays small */

static WA__COLD void *carve(size_t size) {
  if (wa__unlikely((size_t)(chunk_end - chunk) < size)) {
    /* What is left of the old chunk serves a smaller size. */
    size_t left = (size_t)(chunk_end - chunk);
    if (left >= GRAIN) {
      block *b = (block *)chunk;
      b->next = free_lists[left / GRAIN];
      free_lists[left / GRAIN] = b;
    }
    if (chunk_size < CHUNK_MAX) chunk_size *= 2;
    size_t got = chunk_size;
    chunk = wa__block_chunk(&got);
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
    block *b = free_lists[list];
    if (wa__likely(b != NULL)) free_lists[list] = b->next, p = b;
    else p = carve(list * GRAIN);
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
    size_t list = (size + GRAIN - 1) / GRAIN;
    ((block *)memory)->next = free_lists[list];
    free_lists[list] = memory;
    return;
  }
#endif
  wa__block_free(memory, size);
}
