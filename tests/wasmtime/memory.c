/* Without memory: a host says which allocation of the runtime's fails, counted from there. The linker puts this in between
 * (-Wl,--wrap=wa__alloc). */
#include "../../src/wasyncio.h"

static int left = -1; /* allocations that succeed before the one that fails; below 0: all do */

void *__real_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size);
void *__wrap_wa__alloc(size_t size) { return left >= 0 && left-- == 0 ? NULL : __real_wa__alloc(size); }

static int fails_allocation(void *arg) {
  left = (int)*(double *)arg;
  return WA_OK;
}
WA_TASK(fails_allocation);
