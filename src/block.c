/* block.c: large memory, and whole chunks for the pool, without libc's malloc, which is a third of a small program.
 *
 *     classes: 512 576 .. 960 | 1024 1152 .. 1920 | 2048 ...     eight per doubling, a free list each
 *     system:  |.. given ..|... region ...|                      more of it by sbrk: an eighth of what there is
 *
 * Law: a freed block serves its class again, or the pool as a chunk, so what an array leaves behind when it grows becomes small
 * objects. While there is memory no other is split. What ends at the region's end rejoins the region, so that large data of every
 * size, one after the other, takes what the largest does.
 */
#include "block.h"

#ifdef __wasm__
#define FIRST 9 /* log2 of the smallest class */
#define CLASSES ((32 - FIRST) * 8)
#define PAGE 65536u
#define WORTHWHILE 4096u /* as a chunk */
#define LARGEST (15u << 27) /* the last class below 2 GB, which sbrk's signed argument can't say: it would trap */

static wa__run *free_lists[CLASSES];
static char *region, *region_end;

void *sbrk(intptr_t increment); /* libc's; so libc's malloc can grow beside this one */

/* The class whose blocks have at least that size. */
static uint32_t class_of(size_t size) {
  if (size <= 1u << FIRST) return 0;
  uint32_t last = (uint32_t)size - 1, top = 31 - (uint32_t)__builtin_clz(last);
  return (top - FIRST) * 8 + (last >> (top - 3)) - 7;
}

static size_t class_size(uint32_t c) { return (size_t)(8 + c % 8) << (c / 8 + FIRST - 3); }

/* The size of the largest block that fits into so much. */
static size_t fitting(size_t size) {
  uint32_t c = class_of(size);
  return class_size(class_size(c) <= size ? c : c - 1);
}

/* What is left of a region that can't be extended serves as a chunk. */
static void keep(char *start, char *end) {
  size_t size = (size_t)(end - start);
  if (size >= 1u << FIRST) wa__block_free(start, fitting(size));
}

static inline size_t room(void) { return (size_t)(region_end - region); }

/* wasi-libc's malloc takes, when it is first called, all memory that is there by then: it has to be called once before ours
 * grows it. Weak: a program that has no malloc has nothing to be kept apart. */
#ifdef __wasi__
extern __attribute__((weak)) void *malloc(size_t size);
extern __attribute__((weak)) void free(void *memory);
static void let_malloc_begin(void) {
  if (region || !malloc || !free) return;
  void *volatile first = malloc(1); /* volatile, or the compiler leaves both calls out */
  free(first);
}
#else
static void let_malloc_begin(void) {}
#endif

/* Emscripten's memory may have room beyond sbrk's end; a WASI program's ends there. */
#ifdef __wasi__
static bool fits(size_t size) { return (void)size, false; }
#else
static bool fits(size_t size) { return size <= __builtin_wasm_memory_size(0) * PAGE - (uintptr_t)sbrk(0); }
#endif

/* Somebody else may have called sbrk meanwhile: then the region begins anew. Each growth costs an engine a millisecond and more,
 * however much it is: so where there must be one, it is an eighth of what there is, if there is that much more. */
static bool extend(size_t size) {
  if (room() < size) let_malloc_begin();
  size_t ahead = __builtin_wasm_memory_size(0) * (PAGE / 8);
  while (room() < size) {
    size_t more = size - room();
    if (more < ahead && !fits(more)) more = ahead;
    more = (more + PAGE - 1) & ~(size_t)(PAGE - 1);
    char *start = sbrk((intptr_t)more);
    if (start == (char *)-1) {
      if (!ahead) return false;
      ahead = 0;
      continue;
    }
    if (start != region_end) {
      keep(region, region_end);
      region = (char *)(((uintptr_t)start + 15) & ~(uintptr_t)15);
    }
    region_end = start + more;
  }
  return true;
}

static void *pop(uint32_t c) {
  wa__run *b = free_lists[c];
  if (b) free_lists[c] = b->next;
  return b;
}

static void *bump(size_t size) {
  if (room() < size) return NULL;
  char *p = region;
  region += size;
  return p;
}

#if WA__REUNITES
/* Of a free block of the class the beginning; the rest stays free. */
static WA__COLD void *part_of(uint32_t c, size_t size) {
  char *p = pop(c);
  if (p) wa__give(p + size, class_size(c) - size);
  return p;
}

static WA__COLD void *split(uint32_t c) {
  void *p = NULL;
  for (uint32_t larger = c; !p && larger < CLASSES; larger++) p = part_of(larger, class_size(c));
  return p;
}

/* Where the system gives no more. */
static WA__COLD void *squeeze(uint32_t c) {
  void *p = split(c);
  if (p || !wa__reunite()) return p;
  p = bump(class_size(c));
  if (!p) p = split(c);
  wa__reunite_ended(p != NULL);
  return p;
}

WA__COLD void wa__give(char *start, size_t size) {
  while (size >= 1u << FIRST) {
    size_t part = fitting(size);
    wa__block_free(start, part);
    start += part;
    size -= part;
  }
  if (size) wa__pool_give(start, size);
}

WA__COLD uintptr_t wa__block_lists(uintptr_t number) {
  for (uint32_t c = 0; c < CLASSES; c++) number = number * 31 + (uintptr_t)free_lists[c];
  return number;
}

WA__COLD wa__run *wa__block_drain(wa__run *runs) {
  for (uint32_t c = 0; c < CLASSES; c++) {
    for (wa__run *run; (run = pop(c)); runs = run) {
      run->next = runs;
      run->size = (uint32_t)class_size(c);
    }
  }
  return runs;
}
#else
static void *part_of(uint32_t c, size_t size) { return (void)size, pop(c); }
static void *squeeze(uint32_t c) { return (void)c, NULL; }
#endif

void *wa__block_alloc(size_t size) {
  if (size > LARGEST) return NULL;
  uint32_t c = class_of(size);
  void *p = pop(c);
  if (p) return p;
  size = class_size(c);
  return extend(size) ? bump(size) : squeeze(c);
}

#if WA__SMALL /* not for 100 bytes of gzip */
static bool unite(char *start, char *end) { return (void)start, (void)end, false; }
#else
/* Whether it is the last of the region; then all go back to it that were free before it. */
static bool unite(char *start, char *end) {
  if (end != region) return false;
  region = start;
  for (uint32_t c = class_of(PAGE); c < CLASSES; c++) {
    wa__run *b = free_lists[c];
    if (!b || (char *)b + class_size(c) != region) continue;
    free_lists[c] = b->next;
    region = (char *)b;
    c = class_of(PAGE) - 1;
  }
  return true;
}
#endif

void wa__block_free(void *memory, size_t size) {
  wa__run *b = memory;
  if (!b) return;
  uint32_t c = class_of(size);
  if (size >= PAGE && unite(memory, (char *)memory + class_size(c))) return;
  b->next = free_lists[c];
  free_lists[c] = b;
}

/* Rather one that is there, though smaller: a stack that nobody needs, say. Of a larger one the beginning. */
void *wa__block_chunk(size_t *size) {
  for (uint32_t c = CLASSES; c-- > class_of(WORTHWHILE);) {
    if (!free_lists[c]) continue;
    if (!WA__REUNITES || class_size(c) < *size) *size = class_size(c);
    return part_of(c, *size);
  }
  void *p = wa__block_alloc(*size);
  for (uint32_t c = WA__REUNITES ? class_of(WORTHWHILE) : 0; !p && c--;) {
    p = pop(c);
    *size = class_size(c);
  }
  return p;
}
#else
#include <stdlib.h>

void *wa__block_alloc(size_t size) { return malloc(size); }
void wa__block_free(void *memory, size_t size) { (void)size, free(memory); }
void *wa__block_chunk(size_t *size) { return malloc(*size); }
#endif
