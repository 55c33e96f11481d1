/* stack.c: stacks by size, kept for reuse. */
#include "stack.h"

#include <stdlib.h>

/* Programs use one or two sizes; what does not fit the table goes back to malloc. */
#define SIZES 8
static struct { uint32_t size; wa__stack *free; } sizes[SIZES];

wa__stack *wa__stack_borrow(uint32_t size) {
  size = (size + 15) & ~15u;
  for (int i = 0; i < SIZES; i++) {
    if (sizes[i].size == size && sizes[i].free) {
      wa__stack *s = sizes[i].free;
      sizes[i].free = s->next;
      return s;
    }
    if (!sizes[i].size) break;
  }
  wa__stack *s = malloc(sizeof *s + WA__RED_ZONE + size + 15);
  if (!s) return NULL;
  s->size = size;
  return s;
}

void wa__stack_return(wa__stack *s) {
  for (int i = 0; i < SIZES; i++) {
    if (!sizes[i].size) sizes[i].size = (uint32_t)s->size;
    if (sizes[i].size != s->size) continue;
    s->next = sizes[i].free;
    sizes[i].free = s;
    return;
  }
  free(s);
}

void wa__stack_trim(void) {
  for (int i = 0; i < SIZES; i++) {
    for (wa__stack *s = sizes[i].free, *next; s; s = next) {
      next = s->next;
      free(s);
    }
    sizes[i].size = 0;
    sizes[i].free = NULL;
  }
}
