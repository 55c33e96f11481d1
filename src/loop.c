/* loop.c: one iteration of asyncio's loop.
 *
 *     ready: a b c          (1) nothing ready? a virtual clock jumps to the next timer
 *       | (3) splice        (2) timers that are due join the ready queue
 *       v                   (3) exactly what is ready now runs; what that makes ready waits for the next iteration
 *     batch: a b c -> run
 *
 * Law: nothing runs a callback but this file (and timer.c for it, of timers that are alone in their iteration), and it runs
 * each in the iteration that CPython would. A turn that runs out of its budget in the middle of a batch goes on with the rest
 * of that batch.
 */
#include "loop.h"
#include "host.h"

/* The clock is a call out of the wasm: looked at about every LOOK_EVERY, and after each step once steps are slow. */
#define LOOK_EVERY WA_US(100)
#define STRIDE_MAX 65536
/* The host's answer may cost it far more than its clock: Python's 15 us. */
#define ASK_EVERY WA_MS(1)

wa__loop wa__the_loop = {.ready = {&wa__the_loop.ready, &wa__the_loop.ready},
                         .batch = {&wa__the_loop.batch, &wa__the_loop.batch},
                         .stride = 1, .steps_left = 1, .budget_end = WA_FOREVER};
int32_t wa__fuel = 1;
void (*wa__loop_stalled)(wa_time ran, uint32_t steps);
void (*wa__loop_stepped)(wa_time began);

wa_time wa_now(void) {
  wa__loop *l = &wa__the_loop;
  if (!l->config.virtual_clock) l->now = wa__host_now();
  return l->now;
}

int wa_spin(wa_time t) {
  if (!wa__the_loop.config.virtual_clock) return wa__misuse("wa_spin: the runtime's clock is not virtual");
  if (t < 0) return wa__misuse("wa_spin: t is %d ns; expected 0 or more", t);
  wa__the_loop.now = wa__plus(wa__the_loop.now, t);
  wa__fuel = 1; /* a checkpoint looks at once */
  return WA_OK;
}

void wa__loop_begin_turn(void) {
  wa__loop *l = &wa__the_loop;
  wa_time budget = l->config.turn_budget ? l->config.turn_budget : WA__TURN_BUDGET;
  l->looked = wa__host_now();
  if (!l->config.virtual_clock) l->now = l->looked;
  l->budget_end = wa__plus(l->looked, budget) - 1; /* WA_FOREVER itself is wa_run's on a virtual clock */
  l->stride = l->steps_left = 1;
  wa__fuel = 1; /* the first checkpoint of a turn looks at the clock */
}

wa_time wa__loop_look(void) {
  static wa_time asked;
  wa_time now = wa__host_now();
  if (now - asked >= ASK_EVERY) {
    asked = now;
    if (wa__host_wants_turn()) wa__the_loop.budget_end = INT64_MIN;
  }
  return now;
}

/* How many steps may pass before the next look. */
static uint32_t stride_after(const wa__loop *l, wa_time ran) {
  if (l->config.debug || ran > WA_MS(1)) return 1;
  if (ran > 2 * LOOK_EVERY) return (l->stride + 1) / 2;
  return ran < LOOK_EVERY / 2 && l->stride < STRIDE_MAX ? l->stride * 2 : l->stride;
}

/* True once the turn's time is used up: the host should have its turn. Looks at the clock. Out of line: nosuspend.txt names it. */
static __attribute__((noinline)) bool wa__loop_spent(void) {
  wa__loop *l = &wa__the_loop;
  wa_time began = l->looked;
  bool spent = false;
  if (l->budget_end == WA_FOREVER) {
    l->steps_left = UINT32_MAX;
  } else {
    wa_time now = wa__loop_look(), ran = now - began;
    wa_time stall = l->config.stall_after ? l->config.stall_after : WA_MS(100);
    if (ran > stall && wa__loop_stalled) wa__loop_stalled(ran, l->stride);
    l->looked = now;
    l->stride = l->steps_left = stride_after(l, ran);
    spent = now >= l->budget_end;
  }
  if (wa__unlikely(wa__loop_stepped != NULL)) {
    l->stride = l->steps_left = 1;
    wa__loop_stepped(began);
  }
  return spent;
}

bool wa__loop_run(bool many) {
  wa__loop *l = &wa__the_loop;
  if (wa__list_empty(&l->batch)) {
    l->turns++;
    bool jumps = l->config.virtual_clock && wa__list_empty(&l->ready);
    wa_time next = wa__due_next(jumps);
    if (next != WA_FOREVER) {
      if (!l->config.virtual_clock) l->now = wa__host_now();
      else if (jumps && next > l->now) l->now = next;
      if (next <= l->now) {
        /* If nothing is before them, their callbacks are this iteration, run where they are found. */
        bool alone = wa__list_empty(&l->ready);
        wa__due_fire(l->now, alone ? NULL : &l->ready);
        if (!WA__SMALL) many &= !wa__due_halted;
        if (alone) {
          l->steps_left = 1; /* they may have been many */
          return true;
        }
      }
    }
    wa__list_splice_to(&l->batch, &l->ready);
  }
  for (;;) {
    wa__list *link = l->batch.next;
    if (link == &l->batch) {
      __asm__("" : "+r"(many)); /* or the compiler makes two loops of it, with a call of wa__wake in each */
      /* Small: 55 bytes of gzip less. */
      if (WA__SMALL || !many || l->config.virtual_clock || wa__due_count() || l->ready.next == &l->ready) return true;
      l->turns++;
      wa__list_splice_to(&l->batch, &l->ready);
      continue;
    }
    wa__list_unlink_first(&l->batch);
    wa__callback *callback = wa__container(link, wa__callback, link);
    if (wa__likely(!callback->run)) wa__wake(callback);
    else callback->run(callback);
    if (--l->steps_left == 0 && wa__loop_spent()) return false;
  }
}
