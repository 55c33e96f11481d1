/* fiber_native.c: the same seam over ucontext, so that the runtime above it runs under sanitizers.
 *
 * Law: every switch is announced to AddressSanitizer, or it takes one stack for another.
 */
#ifndef __wasm__
#include "fiber.h"

#include <stdlib.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#else
#define __sanitizer_start_switch_fiber(fake, bottom, size) ((void)(fake), (void)(bottom), (void)(size))
#define __sanitizer_finish_switch_fiber(fake, bottom, size) ((void)(fake), (void)(bottom), (void)(size))
#endif

/* Frames of a native build, with sanitizers above all, are far larger than those in wasm. */
#define NATIVE_SIZE(wasm_size) ((size_t)(wasm_size) * 16 + 65536)

struct wa__stack {
  ucontext_t inside, outside;
  const void *outside_bottom; /* AddressSanitizer's view of who resumed it */
  size_t outside_size;
  void *fake;
  bool ended;
  uint32_t wasm_size; /* what was asked for */
  wa__fiber *outer;
  size_t size;
  char memory[];
};

wa__fiber *wa__fiber_running;
wa__fiber *wa__fiber_kept; /* not heeded: a sanitizer takes what has returned for gone */
int wa__fiber_status;
void (*wa__fiber_overflow)(void);
void (*wa__fiber_lost)(wa__fiber *fiber, void *mark);
uint32_t wa__fiber_stacks;

void wa__fiber_init(wa__fiber *fiber, wa_task_fn f, void *arg, size_t stack_size) {
  *fiber = (wa__fiber){.base = {.f = f, .arg = arg}, .stack = wa__stack_wish((uint32_t)stack_size)};
  fiber->top = &fiber->base;
}

uint32_t wa__fiber_stack_size(const wa__fiber *fiber) {
  return wa__fiber_has_stack(fiber) ? wa__fiber_stack(fiber)->wasm_size : wa__stack_wished(fiber->stack);
}

wa__fiber *wa__fiber_outer(const wa__fiber *fiber) { return wa__fiber_stack(fiber)->outer; }

static void leave(struct wa__stack *s, bool for_good) {
  __sanitizer_start_switch_fiber(for_good ? NULL : &s->fake, s->outside_bottom, s->outside_size);
  swapcontext(&s->inside, &s->outside);
  __sanitizer_finish_switch_fiber(s->fake, &s->outside_bottom, &s->outside_size);
}

static void enter(void) {
  wa__fiber *fiber = wa__fiber_running;
  struct wa__stack *s = wa__fiber_stack(fiber);
  __sanitizer_finish_switch_fiber(NULL, &s->outside_bottom, &s->outside_size);
  wa__fiber_status = wa__status_of(fiber->base.f(fiber->base.arg));
  s->ended = true;
  leave(s, true);
}

/* One is kept, so that what runs after a body (its deferred clean-ups) needs no memory. */
static struct wa__stack *spare;

static struct wa__stack *new_stack(uint32_t wasm_size) {
  size_t size = NATIVE_SIZE(wasm_size);
  struct wa__stack *s = spare;
  spare = NULL;
  if (s && s->size != size) free(s), s = NULL;
  if (!s) s = malloc(sizeof *s + size);
  if (!s) return NULL;
  s->size = size;
  s->wasm_size = wasm_size;
  s->ended = false;
  s->fake = NULL;
  getcontext(&s->inside);
  s->inside.uc_stack.ss_sp = s->memory;
  s->inside.uc_stack.ss_size = size;
  s->inside.uc_link = NULL;
  makecontext(&s->inside, enter, 0);
  return s;
}

static int result;

bool wa__fiber_resume(wa__fiber *fiber, int woken_with) {
  struct wa__stack *s = wa__fiber_stack(fiber);
  if (s) {
    wa__fiber_stacks--;
  } else if ((s = new_stack(wa__fiber_stack_size(fiber)))) {
    fiber->stack = (uintptr_t)s;
  } else {
    wa__fiber_status = wa__no_memory("a stack");
    return true;
  }
  void *fake = NULL;
  result = woken_with;
  s->outer = wa__fiber_running;
  wa__fiber_running = fiber;
  __sanitizer_start_switch_fiber(&fake, s->memory, s->size);
  swapcontext(&s->outside, &s->inside);
  __sanitizer_finish_switch_fiber(fake, NULL, NULL);
  wa__fiber_running = s->outer;
  if (!s->ended) {
    wa__fiber_stacks++;
    return false;
  }
  free(spare);
  spare = s;
  fiber->stack = wa__stack_wish(s->wasm_size);
  return true;
}

bool wa__fiber_step(wa__fiber *fiber, int woken_with) { return wa__fiber_resume(fiber, woken_with); }

bool wa__fiber_runs(const wa__fiber *fiber) {
  const wa__fiber *f = wa__fiber_running;
  while (f && f != fiber) f = wa__fiber_outer(f);
  return f != NULL;
}

int wa__fiber_suspend(void) {
  leave(wa__fiber_stack(wa__fiber_running), false);
  return result;
}

int wa__fiber_call(wa_task_fn f, void *arg, void *mark) {
  (void)mark; /* frames stay where they are, so none are lost */
  return wa__status_of(f(arg));
}

void wa__fiber_destroy(wa__fiber *fiber) {
  struct wa__stack *s = wa__fiber_stack(fiber);
  if (!s) return;
  wa__fiber_stacks--;
  fiber->stack = wa__stack_wish(s->wasm_size);
  free(s);
}

int wa__fiber_recover(void) { return WA_ETRAP; }

void wa__fiber_trim(void) {
  free(spare);
  spare = NULL;
}
#endif
