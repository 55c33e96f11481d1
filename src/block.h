/* block.h: large memory. See block.c. */
#ifndef WA_BLOCK_H
#define WA_BLOCK_H

#include "base.h"

/* More than 512 bytes, 16-aligned; NULL without memory; not zeroed. Whoever frees it names the size. */
void *wa__block_alloc(size_t size);
void wa__block_free(void *memory, size_t size);
/* At least *size, and if larger blocks are free, the largest; its size in *size. Never to be freed. */
void *wa__block_chunk(size_t *size);

#endif
