/* fiber.c: Emscripten's fiber API, as its documentation shows it. Fibers hand over to each other in a ring, so a yield
 * is one emscripten_fiber_swap: no scheduler, no futures, no cancellation.
 *
 *     main -> 0 -> 1 -> ... -> n-1 -> 0 -> ... -> n-1 -> main
 */
#include <emscripten.h>
#include <emscripten/fiber.h>
#include <stdlib.h>

enum { STACK = 2048, FRAMES = 2048 };

typedef struct fiber {
  emscripten_fiber_t context;
  struct fiber *next;
  char frames[FRAMES];
  char stack[STACK] __attribute__((aligned(16)));
} fiber;

static fiber *fibers;
static emscripten_fiber_t main_context;
static char main_frames[4096];
static int size, depth, count;
static double start, end, check;

static void turns(fiber *f) {
  emscripten_fiber_swap(&f->context, &f->next->context);
  if (f == fibers) start = emscripten_get_now();
  for (int i = 0; i < count; i++) emscripten_fiber_swap(&f->context, &f->next->context);
  check += count;
  if (f != fibers + size - 1) return;
  end = emscripten_get_now();
}

/* The write after each call keeps the compiler from making a loop of them. */
static volatile int left_at;
__attribute__((noinline)) static void down(fiber *f, int level) {
  if (level > 1) down(f, level - 1);
  else turns(f);
  left_at = level;
}

static void begin(void *arg) {
  fiber *f = arg;
  down(f, depth);
  for (;;) emscripten_fiber_swap(&f->context, f == fibers + size - 1 ? &main_context : &f->next->context);
}

EMSCRIPTEN_KEEPALIVE void prepare(int n, int levels, int rounds) {
  size = n, depth = levels, count = rounds, check = 0;
  fibers = aligned_alloc(16, (size_t)n * sizeof *fibers);
  emscripten_fiber_init_from_current_context(&main_context, main_frames, sizeof main_frames);
  for (int i = 0; i < n; i++) {
    fiber *f = &fibers[i];
    f->next = &fibers[(i + 1) % n];
    emscripten_fiber_init(&f->context, begin, f, f->stack, STACK, f->frames, FRAMES);
  }
}
EMSCRIPTEN_KEEPALIVE void go(void) { emscripten_fiber_swap(&main_context, &fibers->context); }
EMSCRIPTEN_KEEPALIVE void finish(void) { free(fibers); }
EMSCRIPTEN_KEEPALIVE double took(void) { return (end - start) * 1e6; }
EMSCRIPTEN_KEEPALIVE double checked(void) { return check; }
