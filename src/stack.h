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

struct wa__fiber;
typedef struct wa__stack {
  union {
    struct wa__stack *next;  /* while nobody has it */
    struct wa__fiber *outer; /* of the fiber that runs on it: who resumed that from inside its own step */
  };
  uint32_t size; /* of the usable part */
  char *top;     /* 16-aligned, as the ABI wants it */
} wa__stack;

#define WA__RED_ZONE 128
static inline char *wa__stack_bottom(const wa__stack *s) { return s->top - s->size; }

/* The stack that the next fiber runs on; NULL: none yet, or none any more. A fiber that leaves nothing on it never owns
 * it, so lending it costs nothing. */
extern wa__stack *wa__stack_spare;
extern uintptr_t wa__stack_spare_for; /* the wish (wa__stack_wish) that it fulfils; 0: there is none */
/* Makes the spare one what is wished for. false without memory. */
bool wa__stack_replace(uintptr_t wish);
static inline bool wa__stack_prepare(uintptr_t wish) {
  return wa__likely(wa__stack_spare_for == wish) || wa__stack_replace(wish);
}
static inline wa__stack *wa__stack_take(void) {
  wa__stack_spare_for = 0;
  return wa__stack_spare;
}
void wa__stack_return(wa__stack *stack);
/* Nobody gets it again, once it is returned, but the memory at wa__stack_trim: a size that is odd is one no fiber wishes for. */
static inline void wa__stack_retire(wa__stack *stack) { stack->size |= 1; }
void wa__stack_trim(void);

#endif
