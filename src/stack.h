/* stack.h: the pointer of the C stack, and the stacks that fibers borrow.
 *
 *     block:  | header | red zone | bottom ............. top |      the pointer starts at top and falls
 *
 * The red zone: a function that calls nobody may use that much below the pointer without moving it, so no check sees it.
 *
 * Law: a stack belongs to whoever runs on it, and to a suspended fiber only if it has frames there. So a million
 * tasks that wait with empty C stacks need one stack between them.
 */
#ifndef WA_STACK_H
#define WA_STACK_H

#include "base.h"

typedef struct wa__stack {
  struct wa__stack *next;
  size_t size; /* of the usable part, at least */
} wa__stack;

#define WA__RED_ZONE 128
static inline char *wa__stack_bottom(wa__stack *s) { return (char *)(s + 1) + WA__RED_ZONE; }
/* 16-aligned, as the ABI wants it; the block has room for that. */
static inline char *wa__stack_top(wa__stack *s) {
  return (char *)(((uintptr_t)wa__stack_bottom(s) + s->size + 15) & ~(uintptr_t)15);
}

/* A stack of at least that size, NULL without memory. */
wa__stack *wa__stack_borrow(uint32_t size);
void wa__stack_return(wa__stack *stack);
void wa__stack_trim(void);

#endif
