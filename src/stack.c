/* stack.c: stacks by size, kept for reuse. */
#include "stack.h"

#include <stdlib.h>

/* Programs use one or two sizes; what does not fit the table goes back to malloc. */
#define SIZES 8
static struct { uint32_t size; wa__stack *free; } sizes[SIZES];

wa__stack *wa__stack_spare;

static wa__stack *find(uint32_t size) {
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
  s->top = (char *)(((uintptr_t)(s + 1) + WA__RED_ZONE + size + 15) & ~(uintptr_t)15);
  return s;
}

static void keep(wa__stack *s) {
  for (int i = 0; i < SIZES; i++) {
    if (!sizes[i].size) sizes[i].size = s->size;
    if (sizes[i].size != s->size) continue;
    s->next = sizes[i].free;
    sizes[i].free = s;
    return;
  }
  free(s);
}

bool wa__stack_replace(uint32_t size) {
  if (wa__stack_spare) keep(wa__stack_spare);
  wa__stack_spare = find(size);
  return wa__stack_spare != NULL;
}

void wa__stack_return(wa__stack *s) {
  if (wa__stack_spare) keep(s);
  else wa__stack_spare = s;
}

void wa__stack_trim(void) {
  free(wa__stack_take());
  for (int i = 0; i < SIZES; i++) {
    for (wa__stack *s = sizes[i].free, *next; s; s = next) {
      next = s->next;
      free(s);
    }
    sizes[i].size = 0;
    sizes[i].free = NULL;
  }
}
