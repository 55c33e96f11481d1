/* memory.c: what gives the runtime its memory is wrapped by the linker (-Wl,--wrap): malloc in native programs, the allocators of
 * pool.c and block.c in wasm, where one of them may be for a suspended task's frames. */
#include "memory.h"

#include <stddef.h>

static int left = -1;
static bool for_good, failed;

void memory_last(int allocations, bool all) {
  left = allocations;
  for_good = all;
  failed = false;
}

bool memory_failed(void) { return failed; }

static bool fails(void) {
  if (left < 0 || left-- > 0) return false;
  left = for_good ? 0 : -1;
  failed = true;
  return true;
}

#ifdef __wasm__
void *__real_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size) { return fails() ? NULL : __real_wa__alloc(size); }
void *__real_wa__block_alloc(size_t size);
void *__wrap_wa__block_alloc(size_t size);
void *__wrap_wa__block_alloc(size_t size) { return fails() ? NULL : __real_wa__block_alloc(size); }
#else
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }
#endif
