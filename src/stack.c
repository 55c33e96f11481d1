/* stack.c: the stacks that no fiber has, by size, for the next that needs one. At most as many are kept as suspended fibers have
 * just then, since as many may come back, and SOME more; beyond that a stack is given back, as memory for anything. */
#include "fiber.h"
#include "stack.h"
#include "block.h"

/* Programs use one or two sizes; what does not fit the table goes back at once. The first row is for the retired one, whose frames
 * others use until the end of the run. */
#define SIZES 9
#define SOME 64
static uint32_t idle;
enum { CAPPED = !WA__SMALL }; /* 30 bytes of gzip */
static struct { uint32_t size; wa__stack *free; } sizes[SIZES];

wa__stack *wa__stack_spare;
uintptr_t wa__stack_spare_for;

/* The same for a size and for the odd one beside it: see wa__stack_retire. */
static size_t block_size(uint32_t size) { return sizeof(wa__stack) + WA__RED_ZONE + (size | 1) + 15; }

static wa__stack *find(uint32_t size) {
  for (int i = 1; i < SIZES; i++) {
    if (sizes[i].size == size && sizes[i].free) {
      wa__stack *s = sizes[i].free;
      sizes[i].free = s->next;
      idle -= CAPPED;
      return s;
    }
    if (!sizes[i].size) break;
  }
  wa__stack *s = wa__block_alloc(block_size(size));
  if (!s) return NULL;
  s->size = size;
  s->top = (char *)(((uintptr_t)(s + 1) + WA__RED_ZONE + size + 15) & ~(uintptr_t)15);
  return s;
}

static void keep(wa__stack *s) {
  int i = !(s->size & 1);
  for (; i < SIZES && !(CAPPED && i && idle >= wa__fiber_stacks + SOME); i++) {
    if (!sizes[i].size) sizes[i].size = s->size;
    if (sizes[i].size != s->size) continue;
    idle += CAPPED;
    s->next = sizes[i].free;
    sizes[i].free = s;
    return;
  }
  wa__block_free(s, block_size(s->size));
}

bool wa__stack_replace(uintptr_t wish) {
  if (wa__stack_spare_for) keep(wa__stack_take());
  wa__stack *s = find(wa__stack_wished(wish));
  if (s) wa__stack_return(s);
  return s != NULL;
}

void wa__stack_return(wa__stack *s) {
  if (wa__stack_spare_for) return keep(s);
  wa__stack_spare = s;
  wa__stack_spare_for = wa__stack_wish(s->size);
}

void wa__stack_trim(void) {
  if (wa__stack_spare_for) keep(wa__stack_take());
  for (int i = 0; i < SIZES; i++) {
    for (wa__stack *s = sizes[i].free, *next; s; s = next) {
      next = s->next;
      wa__block_free(s, block_size(s->size));
    }
    sizes[i].size = 0;
    sizes[i].free = NULL;
  }
  idle = 0;
}
