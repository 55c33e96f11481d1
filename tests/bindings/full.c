/* full.c: memory that was full, of whatever, and is free again. */
#include "../../src/block.h"
#include "wasyncio.h"

#include <string.h>

enum { MOST = 50000 };
static struct { unsigned char *memory; uint32_t size; } blocks[MOST];
static uint32_t state;

static uint32_t chance(uint32_t n) {
  state = state * 1664525 + 1013904223;
  return (state >> 8) % n;
}

/* Of the blocks so many in a hundred; each is as it was left. */
static int give_back(int n, uint32_t percent) {
  int kept = 0;
  for (int i = 0; i < n; i++) {
    if (chance(100) >= percent) {
      blocks[kept++] = blocks[i];
      continue;
    }
    for (uint32_t k = 16; k < blocks[i].size; k++) if (blocks[i].memory[k] != (unsigned char)blocks[i].size) return -1;
    wa__free(blocks[i].memory, blocks[i].size);
  }
  return kept;
}

/* Blocks of `least` to `most` bytes until there is no memory; of another seed others. Returns how many were had, below 0 for one
 * that was overwritten. */
__attribute__((export_name("fill"))) int fill(uint32_t seed, uint32_t least, uint32_t most, uint32_t percent) {
  int n = 0, had = 0;
  state = seed;
  for (int round = 0; round < 4; round++) {
    while (n < MOST) {
      uint32_t size = least + chance(most - least + 1);
      unsigned char *memory = wa__alloc(size);
      if (!memory) break;
      memset(memory, (int)size, size);
      blocks[n].memory = memory;
      blocks[n++].size = size;
      had++;
    }
    n = give_back(n, round == 3 ? 100 : percent);
    if (n < 0) return -1;
  }
  return had;
}

/* The largest that can be had, to 4 KB. */
__attribute__((export_name("largest"))) uint32_t largest(void) {
  uint32_t size = 1 << 26;
  for (void *memory; size; size -= 4096) {
    if (!(memory = wa__alloc(size))) continue;
    wa__free(memory, size);
    break;
  }
  return size;
}
