/* fiber.c: fibers over Binaryen's asyncify, inside the wasm. The one file that knows asyncify.
 *
 *     resume                                   a segment while it runs, and while it is suspended
 *       | rewind if it has frames
 *       v                                      wasm frames:  body > ... > suspend      -> copied to `save`
 *     body() ... suspend()                     C stack:      | frames of body ... |    -> stays where it is,
 *       |            | start_unwind                                                       or there are none
 *       |<-----------'
 *       v stop_unwind: copy the scratch region's used words to the segment's save area
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
#include "fiber.h"
#include "stack.h"

#define ASYNCIFY(name) __attribute__((import_module("asyncify"), import_name(#name)))
ASYNCIFY(start_unwind) void asyncify_start_unwind(void *data);
ASYNCIFY(stop_unwind) void asyncify_stop_unwind(void);
ASYNCIFY(start_rewind) void asyncify_start_rewind(void *data);
ASYNCIFY(stop_rewind) void asyncify_stop_rewind(void);

static enum { NORMAL, UNWINDING, REWINDING } mode;
wa__fiber *wa__fiber_running;
static wa__segment *segment;   /* that runs */
static volatile int result;     /* what the suspension that is being woken from returns */

/* Asyncify looks at its end only when the unwind is over. So the region is larger than any engine's own stack (V8 1 MB,
 * wasmtime 512 KB, Firefox somewhat more), whose frames are not smaller than their records: that stack ends first, in a trap that a host can
 * recover from. Untouched pages of it cost nothing. */
#define SCRATCH_SIZE (1 << 22)
static _Alignas(16) char scratch[SCRATCH_SIZE];
static struct { char *position, *end; } data;

void (*wa__fiber_overflow)(void);
uint32_t wa__fiber_stacks;
/* Where the running fiber's stack ends, and how large it is; everything, on the host's stack. */
char *wa__stack_limit;
uint32_t wa__stack_room = UINT32_MAX;
char *wa__fiber_host_stack; /* the pointer there, while a fiber runs: where to go back to after a trap */

#define SP ".globaltype __stack_pointer, i32\n"
static inline char *stack_pointer(void) {
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

/* Words, not memory.copy: frames are short, and engines take a call for that instruction. */
static inline void copy_words(char *to, const char *from, uint32_t size) {
  uint64_t *t = (uint64_t *)to;
  const uint64_t *f = (const uint64_t *)from, *end = (const uint64_t *)(from + size);
  for (; f < end; f++) {
    *t++ = *f;
    __asm__ volatile("" ::: "memory"); /* keeps the compiler from making it memory.copy again */
  }
}

static bool save_frames(wa__segment *s) {
  uint32_t used = (uint32_t)(data.position - scratch), capacity = (used + 15) & ~15u;
  if (wa__unlikely(s->capacity != capacity)) {
    wa__free(s->save, s->capacity);
    s->save = wa__alloc(capacity);
    s->capacity = s->save ? capacity : 0;
    s->used = 0;
    if (!s->save) return false;
  }
  s->used = used;
  copy_words(s->save, scratch, used);
  return true;
}

void wa__fiber_init(wa__fiber *fiber, wa_task_fn f, void *arg, size_t stack_size) {
  fiber->base = (wa__segment){.f = f, .arg = arg};
  fiber->top = &fiber->base;
  fiber->stack = NULL;
  fiber->stack_size = (uint32_t)stack_size;
  fiber->status = 0;
}

/* Instrumented, and the leaf of every suspended segment. */
__attribute__((noinline)) int wa__fiber_suspend(void) {
  char *top = wa__stack_top(wa__fiber_running->stack);
  if (mode == REWINDING) {
    asyncify_stop_rewind();
    mode = NORMAL;
    SET_STACK_POINTER(top - segment->depth);
    return result;
  }
  segment->depth = (uint32_t)(top - stack_pointer());
  data.position = scratch;
  data.end = scratch + SCRATCH_SIZE;
  mode = UNWINDING;
  asyncify_start_unwind(&data);
  return 0; /* to nobody: the frames above are being unwound */
}

enum { SUSPENDED = INT32_MIN };

/* Enters or re-enters a segment on the stack that begins at sp (NULL: the present one, for a wa_call). SUSPENDED, or what
 * its function returned. Its own frame must not be on the fiber's stack, where the segment's frames will be: so it is
 * this function that moves the pointer, and moves it back. */
static __attribute__((noinline)) int wa__fiber_run_segment(wa__segment *s, char *sp, char *limit, uint32_t room) {
  char *outer_sp = stack_pointer(), *outer_limit = wa__stack_limit;
  uint32_t outer_room = wa__stack_room;
  segment = s;
  if (s->used) {
    data.position = data.end = s->save + s->used;
    mode = REWINDING;
    asyncify_start_rewind(&data);
  }
  wa__stack_limit = limit;
  wa__stack_room = room;
  if (sp) SET_STACK_POINTER(sp);
  int status = s->f(s->arg);
  wa__stack_limit = outer_limit;
  wa__stack_room = outer_room;
  wa__stack_set(outer_sp); /* a call, so that the linker keeps wa__stack_set */
  if (mode != UNWINDING) return status == SUSPENDED ? SUSPENDED + 1 : status; /* INT32_MIN is no status */
  asyncify_stop_unwind();
  mode = NORMAL;
  return SUSPENDED;
}

static void free_frames(wa__segment *s) {
  wa__free(s->save, s->capacity);
  s->save = NULL;
  s->used = s->capacity = 0;
}

/* A segment of a wa_call; the base is part of its fiber. */
static void free_segment(wa__segment *s) {
  free_frames(s);
  wa__free(s, sizeof *s);
}

/* Keeps a segment's frames. The innermost comes first and is the one to resume; those below it follow, each linked to
 * its caller since it was entered. */
static bool park_segment(wa__fiber *fiber, wa__segment *s) {
  if (!fiber->top) fiber->top = s;
  return save_frames(s);
}

static bool wa__fiber_run(wa__fiber *fiber) {
  char *top = wa__stack_top(fiber->stack), *bottom = wa__stack_bottom(fiber->stack);
  for (;;) {
    wa__segment *s = fiber->top;
    fiber->top = NULL;
    int status = wa__fiber_run_segment(s, top - s->depth, bottom, (uint32_t)(top - bottom));
    if (status == SUSPENDED) {
      if (wa__likely(park_segment(fiber, s))) return false;
      status = wa__no_memory("a suspended task"); /* no way back into this segment: it ends here */
    }
    if (s == &fiber->base) {
      free_frames(s);
      fiber->top = s;
      fiber->status = status;
      return true;
    }
    fiber->top = s->below;
    free_segment(s);
    result = status; /* of the wa_call that waits for it */
  }
}

bool wa__fiber_resume(wa__fiber *fiber, int woken_with) {
  wa__fiber *outer = wa__fiber_running;
  if (fiber->stack) wa__fiber_stacks--;
  else if (!(fiber->stack = wa__stack_borrow(fiber->stack_size))) {
    fiber->status = wa__no_memory("a task's stack");
    return true;
  }
  if (outer) outer->top = segment;
  else wa__fiber_host_stack = stack_pointer();
  fiber->outer = outer;
  wa__fiber_running = fiber;
  result = woken_with;
  bool ended = wa__fiber_run(fiber);
  if (ended || fiber->top->depth == 0) {
    wa__stack_return(fiber->stack);
    fiber->stack = NULL;
  } else {
    wa__fiber_stacks++;
  }
  wa__fiber_running = outer;
  if (!outer) return ended;
  segment = outer->top;
  outer->top = NULL;
  return ended;
}

/* The scheduler's half of a wa_call: not instrumented. The segment is no local of it: a frame here would make every
 * task that suspends inside a wa_call keep a C stack. */
static __attribute__((noinline)) int wa__fiber_enter(wa_task_fn f, void *arg) {
  wa__segment *outer = segment, *s = wa__alloc(sizeof *s);
  if (!s) return wa__no_memory("a wa_call");
  *s = (wa__segment){.f = f, .arg = arg, .below = outer};
  char *sp = stack_pointer();
  int status = wa__fiber_run_segment(s, NULL, wa__stack_limit, wa__stack_room);
  segment = outer;
  if (status == SUSPENDED) {
    /* Its frames lie below the caller's, and stay: what is called here must run below them. */
    SET_STACK_POINTER(wa__stack_top(wa__fiber_running->stack) - s->depth);
    bool parked = park_segment(wa__fiber_running, s);
    SET_STACK_POINTER(sp);
    if (wa__likely(parked)) return SUSPENDED;
    status = wa__no_memory("a suspended wa_call");
    wa__fiber_running->top = NULL;
  }
  free_segment(s);
  return status;
}

/* The caller's half: instrumented. On the way back its status comes from the fiber's run loop. */
int wa__fiber_call(wa_task_fn f, void *arg) {
  int status = wa__fiber_enter(f, arg);
  return status == SUSPENDED ? wa__fiber_suspend() : status;
}

void wa__fiber_destroy(wa__fiber *fiber) {
  while (fiber->top != &fiber->base) {
    wa__segment *s = fiber->top;
    fiber->top = s->below;
    free_segment(s);
  }
  free_frames(&fiber->base);
  if (!fiber->stack) return;
  wa__fiber_stacks--;
  wa__stack_return(fiber->stack);
  fiber->stack = NULL;
}

int wa__fiber_recover(void) {
  bool stack = overflowed || (mode == UNWINDING && data.position > data.end);
  if (wa__fiber_running) wa__fiber_running->top = segment;
  for (wa__fiber *f = wa__fiber_running; f; f = f->outer) wa__fiber_stacks++; /* as suspended: destroy gives it back */
  overflowed = false;
  mode = NORMAL;
  wa__fiber_running = NULL;
  segment = NULL;
  wa__stack_limit = NULL;
  wa__stack_room = UINT32_MAX;
  return stack ? WA_ESTACK : WA_ETRAP;
}

void wa__fiber_trim(void) { wa__stack_trim(); }
#endif
