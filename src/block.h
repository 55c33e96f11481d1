/* block.h: large memory. See block.c. */
#ifndef WA_BLOCK_H
#define WA_BLOCK_H

#include "base.h"

/* More than 512 bytes, 16-aligned; NULL without memory; not zeroed. Whoever frees it names the size. */
void *wa__block_alloc(size_t size);
void wa__block_free(void *memory, size_t size);
/* A block of *size, or another that is free: its size in *size. The pool never frees it as a whole. */
void *wa__block_chunk(size_t *size);

/* Memory that is free, in the pool's lists and in reunite.c's. */
typedef struct wa__run {
  uint64_t untouched; /* a freed future's kind: so a released future can be told */
  struct wa__run *next;
  uint32_t size; /* reunite.c's */
} wa__run;

/* reunite.c. Not in the small library: 700 bytes of gzip. */
#if defined(__wasm__) && !WA__SMALL
#define WA__REUNITES 1
#else
#define WA__REUNITES 0
#endif
#if WA__REUNITES
/* Each adds its free memory to a list, and keeps none. */
wa__run *wa__block_drain(wa__run *runs);
wa__run *wa__pool_drain(wa__run *runs);
/* Takes 16 to 511 bytes, whole grains. */
void wa__pool_give(void *memory, size_t size);
/* Makes that memory free; a size of whole grains. */
void wa__give(char *start, size_t size);
/* Puts together what is free and adjoins. false if that would not be worth its time. */
bool wa__reunite(void);
void wa__reunite_ended(bool useful);
/* A number that changes with what the lists begin with. */
uintptr_t wa__block_lists(uintptr_t number);
uintptr_t wa__pool_lists(uintptr_t number);
#endif

#endif
