/* fiber.c: fibers over Binaryen's asyncify, inside the wasm. With frames.c and the inline half of fiber.h all that knows it.
 *
 *     resume                                   a segment while it runs, and while it is suspended
 *       | rewind if it has frames
 *       v                                      wasm frames:  body > ... > suspend      -> in `save`
 *     body() ... suspend()                     C stack:      | frames of body ... |    -> stays where it is,
 *       |            | start_unwind                                                       or there are none
 *       |<-----------'
 *       v stop_unwind
 *     back to the scheduler
 *
 *     NORMAL --suspend--> UNWINDING --resume stops it--> NORMAL --resume--> REWINDING --suspend stops it--> NORMAL
 *
 * Laws
 *   - Asyncify instruments whatever can reach start_unwind. A function that stops an unwind or starts a rewind
 *     counts as scheduler and is not instrumented; so no function here does both kinds.
 *   - Asyncify restores wasm locals and nothing else. The C stack pointer is ours: suspend notes it, resume sets it.
 *   - A write to the C stack pointer anywhere else passes wa__stack_set (the build sees to it), so an overflow is
 *     found before it touches memory of another task. Functions named wa__fiber_* are exempt.
 */
#ifdef __wasm__
#include "frames.h"
#include "stack.h"

#define ASYNCIFY(name) __attribute__((import_module("asyncify"), import_name(#name)))
ASYNCIFY(stop_unwind) void asyncify_stop_unwind(void);
ASYNCIFY(start_rewind) void asyncify_start_rewind(void *data);

wa__fiber *wa__fiber_running, *wa__fiber_kept;
int wa__fiber_status;
int wa__woken_with; /* what the suspension that is being woken from returns */

void (*wa__fiber_overflow)(void);
void (*wa__fiber_lost)(wa__fiber *fiber, void *mark);
uint32_t wa__fiber_stacks;
/* Where the running fiber's stack ends, and how large it is. Of the spare one when no fiber runs, because the next most
 * often runs on that. */
char *wa__stack_limit;
uint32_t wa__stack_room = UINT32_MAX;
char *wa__fiber_host_stack; /* the pointer where the host came in (exports.c): where to go back to after a trap */

#define SP ".globaltype __stack_pointer, i32\n"
static inline char *wa__fiber_sp(void) {
  char *sp;
  __asm__ volatile(SP "global.get __stack_pointer\nlocal.set %0" : "=r"(sp));
  return sp;
}
#define SET_STACK_POINTER(sp) __asm__ volatile(SP "local.get %0\nglobal.set __stack_pointer" : : "r"(sp) : "memory")

/* The report is made on this stack: the task's own has no room left. */
static _Alignas(16) char emergency[2048];
static bool overflowed;

WA__COLD void wa__fiber_overflowed(void);
WA__COLD __attribute__((used)) void wa__fiber_overflowed(void) {
  if (!wa__fiber_running) return; /* on the host's stack, which the host watches over */
  overflowed = true;
  wa__stack_limit = NULL;
  wa__stack_room = UINT32_MAX;
  SET_STACK_POINTER(emergency + sizeof emergency);
  if (wa__fiber_overflow) wa__fiber_overflow();
  __builtin_trap();
}

/* void wa__stack_set(char *sp): in assembly, because a compiled function may have a frame of its own (at -O0 it does), and
 * its end would set the pointer back. */
void wa__stack_set(char *sp);
__asm__(".globl wa__stack_set\n"
        ".type wa__stack_set,@function\n"
        "wa__stack_set:\n"
        ".functype wa__stack_set (i32) -> ()\n"
        "local.get 0\n"
        "global.set __stack_pointer\n"
        "local.get 0\n"
        "i32.const 0\n"
        "i32.load wa__stack_limit\n"
        "i32.sub\n" /* wraps far beyond the room for a pointer below the limit, and for one that fell below 0 */
        "i32.const 0\n"
        "i32.load wa__stack_room\n"
        "i32.gt_u\n"
        "if\n"
        "call wa__fiber_overflowed\n"
        "end_if\n"
        "end_function\n");

void wa__fiber_init(wa__fiber *fiber, wa_task_fn f, void *arg, size_t stack_size) {
  fiber->base = (wa__segment){.f = f, .arg = arg};
  fiber->top = &fiber->base;
  fiber->stack = wa__stack_wish((uint32_t)stack_size & ~1u); /* even: odd ones are retired */
}

uint32_t wa__fiber_stack_size(const wa__fiber *fiber) {
  return wa__fiber_has_stack(fiber) ? wa__fiber_stack(fiber)->size : wa__stack_wished(fiber->stack);
}

wa__fiber *wa__fiber_outer(const wa__fiber *fiber) {
  return wa__fiber_has_stack(fiber) ? wa__fiber_stack(fiber)->outer : NULL;
}

static void take_spare(wa__fiber *fiber) {
  wa__stack *s = wa__stack_take();
  s->outer = NULL;
  fiber->stack = (uintptr_t)s;
}

static void give_back(wa__fiber *fiber) {
  wa__stack *s = wa__fiber_stack(fiber);
  fiber->stack = wa__stack_wish(s->size);
  if (fiber == wa__fiber_kept) wa__stack_retire(s);
  wa__stack_return(s);
}

/* The leaf of a suspended segment, if no WA__FIBER_WAIT is. The C stack's pointer stays: asyncify skips what would move it. */
__attribute__((noinline)) int wa__fiber_suspend(void) { return wa__fiber_woken() ? wa__fiber_wakes() : wa__fiber_leave(); }

/* A wa_call's. */
typedef struct inner {
  wa__segment segment;
  wa__segment *below; /* who called it and waits for its status */
  void *mark;
} inner;

static inline wa__segment *below(wa__segment *s) { return wa__container(s, inner, segment)->below; }

/* There is no way back into this segment: it ends here, with this status. */
static WA__COLD int wa__fiber_lose(wa__fiber *fiber, wa__segment *s) {
  wa__fiber_lost(fiber, s == &fiber->base ? NULL : wa__container(s, inner, segment)->mark);
  return wa__no_memory("a task");
}

/* Frees the segments of the wa_calls inside of s, down to it. */
static void drop_segments(wa__fiber *fiber, const wa__segment *s) {
  while (fiber->top != s) {
    wa__segment *top = fiber->top;
    fiber->top = below(top);
    wa__fiber_free_frames(top);
    wa__free(wa__container(top, inner, segment), sizeof(inner));
  }
}

static inline void wa__fiber_limit(const wa__stack *stack) {
  if (!stack) return;
  wa__stack_limit = wa__stack_bottom(stack);
  wa__stack_room = stack->size;
}

/* Enters or re-enters a segment where the C stack's pointer is to be `sp`. It is here that the pointer moves, and moves back:
 * this function's own frame must not be where the segment's will be. Returns what the segment's function did; if it suspended,
 * mode is WA__UNWINDING. Where it left the pointer: in left. */
static inline int wa__fiber_enter_at(wa__fiber *fiber, wa__segment *s, char *sp, wa__fiber *outer, char **left) {
  char *host = wa__fiber_sp();
  wa__fiber_running = fiber;
  if (wa__likely(s->used)) {
    wa__fiber_be(WA__REWINDING);
    wa__fiber_read(s);
    asyncify_start_rewind(&wa__frames);
  } else {
    wa__fiber_be(WA__NORMAL);
    wa__fiber_aim(s);
  }
  SET_STACK_POINTER(sp);
  int status = s->f(s->arg);
  *left = wa__fiber_sp();
  SET_STACK_POINTER(host);
  wa__fiber_running = outer;
  return status;
}

/* The same on any stack. */
static inline int wa__fiber_enter(wa__fiber *fiber, wa__segment *s, const wa__stack *stack, wa__fiber *outer) {
  char *left;
  wa__fiber_limit(stack);
  int status = wa__fiber_enter_at(fiber, s, stack->top - s->depth, outer, &left);
  s->depth = (uint32_t)(stack->top - left);
  wa__fiber_limit(outer ? wa__fiber_stack(outer) : wa__stack_spare);
  return status;
}

/* What comes after a segment was left, suspended or with a status: the segments below it are entered as those above return,
 * until one is suspended (false) or the fiber's body has returned (true). */
static __attribute__((noinline)) bool wa__fiber_go_on(wa__fiber *fiber, wa__segment *s, int status) {
  if (!wa__fiber_has_stack(fiber)) take_spare(fiber);
  wa__stack *stack = wa__fiber_stack(fiber);
  wa__fiber *outer = stack->outer;
  bool ended = false;
  while (!ended) {
    if (wa__fiber_mode() == WA__UNWINDING) {
      asyncify_stop_unwind();
      wa__fiber_be(WA__NORMAL);
      if (wa__likely(wa__fiber_save_frames(s))) break;
      status = wa__fiber_lose(fiber, s);
      drop_segments(fiber, s);
    }
    ended = s == &fiber->base;
    if (ended) {
      wa__fiber_free_frames(s);
      wa__fiber_status = wa__status_of(status);
    } else {
      drop_segments(fiber, below(s));
      wa__woken_with = wa__status_of(status); /* of the wa_call that waits for it */
      s = fiber->top;
      status = wa__fiber_enter(fiber, s, stack, outer);
    }
  }
  if (!ended && fiber->top->depth) {
    wa__fiber_stacks++;
    stack->outer = NULL;
  } else {
    give_back(fiber); /* from here on `outer` is the link of a list */
  }
  if (!outer) wa__fiber_limit(wa__stack_spare); /* which another may be now */
  return ended;
}

bool wa__fiber_resume(wa__fiber *fiber, int woken_with) {
  wa__fiber *outer = wa__fiber_running;
  if (outer && !wa__fiber_has_stack(outer)) take_spare(outer);
  if (wa__fiber_has_stack(fiber)) {
    wa__fiber_stacks--;
  } else if (wa__stack_prepare(fiber->stack)) {
    take_spare(fiber);
  } else {
    wa__fiber_destroy(fiber); /* of what it has saved */
    wa__fiber_status = wa__no_memory("a stack");
    return true;
  }
  wa__stack *stack = wa__fiber_stack(fiber);
  stack->outer = outer;
  wa__woken_with = woken_with;
  wa__segment *s = fiber->top;
  int status = wa__fiber_enter(fiber, s, stack, outer);
  bool ended = wa__fiber_go_on(fiber, s, status);
  if (outer) wa__fiber_aim(outer->top);
  return ended;
}

#if WA__SMALL /* 70 bytes of gzip less */
bool wa__fiber_step(wa__fiber *fiber, int woken_with) { return wa__fiber_resume(fiber, woken_with); }
#else
/* The same, for the most frequent cases, without what those don't need, a sixth of the time of a switch: nothing runs; the
 * fiber suspends again with the same frames as before. Not in a wa_call that began meanwhile: that may need a stack, and its
 * caller's record may happen to be as large as before. */
static inline bool as_before(const wa__fiber *fiber, const wa__segment *s) {
  return wa__fiber_mode() == WA__UNWINDING && wa__fiber_position() == s->save + s->used && fiber->top == s;
}

/* With frames on a stack of its own: half the time. */
static __attribute__((noinline)) bool wa__fiber_step_on_own(wa__fiber *fiber) {
  wa__stack *stack = wa__fiber_stack(fiber);
  wa__segment *s = fiber->top;
  char *sp = stack->top - s->depth, *left;
  wa__fiber_stacks--;
  wa__fiber_limit(stack);
  int status = wa__fiber_enter_at(fiber, s, sp, NULL, &left);
  wa__fiber_limit(wa__stack_spare);
  if (wa__unlikely(!as_before(fiber, s) || left != sp)) {
    s->depth = (uint32_t)(stack->top - left);
    return wa__fiber_go_on(fiber, s, status);
  }
  asyncify_stop_unwind();
  wa__fiber_be(WA__NORMAL);
  wa__fiber_stacks++;
  return false;
}

/* Without: it runs on the spare stack. */
bool wa__fiber_step(wa__fiber *fiber, int woken_with) {
  uintptr_t wish = fiber->stack;
  wa__woken_with = woken_with;
  if (wa__unlikely(wish != wa__stack_spare_for))
    return wa__fiber_has_stack(fiber) ? wa__fiber_step_on_own(fiber) : wa__fiber_resume(fiber, woken_with);
  wa__segment *s = fiber->top;
  char *top = wa__stack_spare->top, *left;
  int status = wa__fiber_enter_at(fiber, s, top, NULL, &left);
  if (wa__unlikely(!as_before(fiber, s) || left != top || fiber->stack != wish)) {
    /* A body that returns at once has had the spare stack and nothing else. */
    if (!s->used && wa__fiber_mode() == WA__NORMAL && fiber->stack == wish) {
      wa__fiber_status = wa__status_of(status);
      return true;
    }
    s->depth = (uint32_t)(top - left);
    return wa__fiber_go_on(fiber, s, status);
  }
  asyncify_stop_unwind();
  wa__fiber_be(WA__NORMAL);
  return false;
}
#endif

/* The scheduler's half of a wa_call: not instrumented. The segment is no local of it: a frame here would make every
 * task that suspends inside a wa_call keep a C stack. */
static __attribute__((noinline)) int wa__fiber_begin(wa_task_fn f, void *arg, void *mark) {
  wa__fiber *fiber = wa__fiber_running;
  inner *call = wa__alloc(sizeof *call);
  if (!call) return wa__no_memory("a wa_call");
  *call = (inner){.segment = {.f = f, .arg = arg}, .below = fiber->top, .mark = mark};
  wa__segment *s = fiber->top = &call->segment;
  char *sp = wa__fiber_sp();
  wa__fiber_aim(s);
  int status = f(arg);
  if (wa__fiber_mode() == WA__UNWINDING) {
    asyncify_stop_unwind();
    wa__fiber_be(WA__NORMAL);
    char *top = (wa__fiber_has_stack(fiber) ? wa__fiber_stack(fiber) : wa__stack_spare)->top;
    s->depth = (uint32_t)(top - wa__fiber_sp());
    /* Its frames lie below the caller's, and those of its own calls below them, and stay: what is called here runs
     * below all. */
    SET_STACK_POINTER(top - fiber->top->depth);
    bool saved = wa__fiber_save_frames(s);
    wa__fiber_aim(below(s));
    SET_STACK_POINTER(sp);
    if (wa__likely(saved)) return WA__PARKED;
    status = wa__fiber_lose(fiber, s);
  }
  wa__stack_set(sp); /* a call, so that the linker keeps wa__stack_set */
  drop_segments(fiber, below(s));
  wa__fiber_aim(fiber->top);
  return wa__status_of(status);
}

/* The caller's half: instrumented. On the way back its status comes from the fiber's run loop. */
int wa__fiber_call(wa_task_fn f, void *arg, void *mark) {
  int status = wa__fiber_begin(f, arg, mark);
  return status == WA__PARKED ? wa__fiber_suspend() : status;
}

bool wa__fiber_runs(const wa__fiber *fiber) {
  const wa__fiber *f = wa__fiber_running;
  while (f && f != fiber) f = wa__fiber_outer(f);
  return f != NULL;
}

void wa__fiber_destroy(wa__fiber *fiber) {
  drop_segments(fiber, &fiber->base);
  if (fiber->base.save) wa__fiber_free_frames(&fiber->base);
  if (!wa__fiber_has_stack(fiber)) return;
  wa__fiber_stacks--;
  give_back(fiber);
  /* The spare one may be another now, and wa__fiber_step goes by the limit that is there. */
  if (!WA__SMALL && !wa__fiber_running) wa__fiber_limit(wa__stack_spare);
}

static bool cut; /* by a trap, in the middle of an unwind */

void wa__fiber_rest(void) {
  if (!wa__fiber_running) return;
  cut = wa__fiber_mode() == WA__UNWINDING;
  if (wa__fiber_mode() != WA__NORMAL) asyncify_stop_unwind(); /* a rewind, too */
  wa__fiber_be(WA__NORMAL);
}

int wa__fiber_recover(void) {
  bool stack = overflowed || cut; /* in which case its records did not fit */
  for (wa__fiber *f = wa__fiber_running; f; f = wa__fiber_outer(f))
    wa__fiber_stacks += wa__fiber_has_stack(f); /* as if it were suspended */
  overflowed = cut = false;
  wa__fiber_running = NULL;
  wa__fiber_limit(wa__stack_spare);
  return stack ? WA_ESTACK : WA_ETRAP;
}

void wa__fiber_trim(void) { wa__stack_trim(); }
#endif
