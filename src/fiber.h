/* fiber.h: the seam to whatever switches stacks. fiber.c does it by asyncify inside the wasm, fiber_native.c by
 * ucontext for builds under sanitizers; nothing above knows which.
 *
 *     init -> [ resume -> runs -> suspend ]* -> resume -> runs -> returns -> destroy
 *
 * Law: a fiber is entered only through a function pointer, so that no compiler merges it into its scheduler.
 */
#ifndef WA_FIBER_H
#define WA_FIBER_H

#include "base.h"

/* One await chain that is rewound as a whole: a fiber's body, or a wa_call inside it. */
typedef struct wa__segment {
  wa_task_fn f;
  void *arg;
  char *save;     /* its frames while it is suspended, in exact size */
  uint32_t used;  /* bytes of it */
  uint32_t depth; /* bytes of C stack in use when it suspended */
} wa__segment;

struct wa__stack;
typedef struct wa__fiber {
  wa__segment base;
  wa__segment *top; /* what runs on resume: &base, or the innermost wa_call */
  uintptr_t stack;  /* the struct wa__stack that it has; or, odd, that it has none, and which size it wants: wa__stack_wish */
} wa__fiber;

static inline uintptr_t wa__stack_wish(uint32_t size) { return (uintptr_t)size << 1 | 1; }
static inline uint32_t wa__stack_wished(uintptr_t wish) { return (uint32_t)(wish >> 1); }
static inline bool wa__fiber_has_stack(const wa__fiber *fiber) { return !(fiber->stack & 1); }
static inline struct wa__stack *wa__fiber_stack(const wa__fiber *fiber) {
  return wa__fiber_has_stack(fiber) ? (struct wa__stack *)fiber->stack : NULL;
}
uint32_t wa__fiber_stack_size(const wa__fiber *fiber);
/* It has made a step: it has frames, or a stack. */
static inline bool wa__fiber_begun(const wa__fiber *fiber) { return fiber->base.used || wa__fiber_has_stack(fiber); }

void wa__fiber_init(wa__fiber *fiber, wa_task_fn f, void *arg, size_t stack_size);
/* Runs the fiber until it suspends (false) or its body has returned (true: see wa__fiber_status). woken_with: what the
 * suspension that it wakes from returns. Nests. */
bool wa__fiber_resume(wa__fiber *fiber, int woken_with);
bool wa__fiber_step(wa__fiber *fiber, int woken_with); /* the same where no fiber runs, faster */
/* Whether it runs, or waits for one to come back that it has resumed, or that one has, ... */
bool wa__fiber_runs(const wa__fiber *fiber);
/* Gives control back to whoever resumed the running fiber; returns what it is woken with. */
int wa__fiber_suspend(void);
/* The same as the last step of a function that the program calls and whose name begins with wa__fiber_: `begin` gives WA__PARKED,
 * or what the call returns at once. It begins anew when the fiber is woken, with arguments that mean nothing. */
#define WA__FIBER_WAIT(begin)                         \
  if (wa__fiber_woken()) return wa__fiber_wakes();    \
  int st = (begin);                                   \
  return st == WA__PARKED ? wa__fiber_leave() : st
#ifdef __wasm__
__attribute__((import_module("asyncify"), import_name("start_unwind"))) void asyncify_start_unwind(void *data);
__attribute__((import_module("asyncify"), import_name("stop_rewind"))) void asyncify_stop_rewind(void);
extern struct wa__frames wa__frames;
extern int wa__woken_with;
enum { WA__NORMAL, WA__UNWINDING, WA__REWINDING };
int wa__fiber_mode(void);
void wa__fiber_be(int mode);
bool wa__fiber_in_place(void);
void wa__fiber_to_scratch(void);
/* At every level: a function that calls these instead would be instrumented. */
#define WA__INTO static inline __attribute__((always_inline))
WA__INTO bool wa__fiber_woken(void) { return wa__fiber_mode() == WA__REWINDING; }
WA__INTO int wa__fiber_wakes(void) {
  asyncify_stop_rewind();
  wa__fiber_be(WA__NORMAL);
  return wa__woken_with;
}
WA__INTO int wa__fiber_leave(void) {
  wa__fiber_be(WA__UNWINDING);
  if (!wa__fiber_in_place()) wa__fiber_to_scratch();
  asyncify_start_unwind(&wa__frames);
  return 0; /* to nobody: the frames above are being unwound */
}
#else
static inline bool wa__fiber_woken(void) { return false; }
static inline int wa__fiber_wakes(void) { return 0; }
static inline int wa__fiber_leave(void) { return wa__fiber_suspend(); }
#endif
/* Runs f(arg) on the running fiber as a segment of its own. mark: for wa__fiber_lost. */
int wa__fiber_call(wa_task_fn f, void *arg, void *mark);
/* Frees what a fiber holds that is not running. Its body is never heard of again. */
void wa__fiber_destroy(wa__fiber *fiber);

extern wa__fiber *wa__fiber_running;
extern int wa__fiber_status; /* of the latest body that returned */
/* Whose step resumed this one, which runs; NULL: the loop's own. */
wa__fiber *wa__fiber_outer(const wa__fiber *fiber);

/* After a trap, before anything else that asyncify has instrumented: in the middle of an unwind none of that would run. */
void wa__fiber_rest(void);
/* After a trap, which took every running fiber's frames with it: puts the switching machinery back to rest. Returns
 * WA_ESTACK if the running fiber ran out of stack, else WA_ETRAP. Those that ran are to be destroyed. */
int wa__fiber_recover(void);
/* When this one ends, nobody else gets its stack before wa__fiber_trim: others may still use what lies there. */
extern wa__fiber *wa__fiber_kept;
/* Frees the stacks that are kept for reuse, and that one. */
void wa__fiber_trim(void);
extern uint32_t wa__fiber_stacks; /* kept by suspended fibers */

/* Called, on a stack of its own, when the running fiber has overflowed. Must not return. */
extern void (*wa__fiber_overflow)(void);
/* Called when there is no memory for the frames of a fiber that has just suspended: it never wakes from there. Its innermost
 * wa_call, which had this mark, is given WA_ENOMEM; NULL: its body, so it has ended by that. */
extern void (*wa__fiber_lost)(wa__fiber *fiber, void *mark);

#define WA__STACK_MIN 256

#endif
