/* Without memory: whichever allocation fails, the program hears WA_ENOMEM or ends as it should; nothing leaks. */
#include "unit.h"

#include <stdlib.h>

static int left = -1; /* allocations that succeed still; -1: all */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) {
  if (left == 0) return NULL;
  if (left > 0) left--;
  return __real_malloc(size);
}
