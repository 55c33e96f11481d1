/* barrier.c: tasks that wait until so many have come.
 *
 *     FILLING --the last one came--> DRAINING --the last one left--> FILLING
 *        '- reset: RESETTING, those inside get WA_EBROKEN            '- abort: BROKEN, everybody does
 *
 * Law: who is counted waits or leaves, so a task that is ended without clean-up gives its place back.
 */
#include "task.h"

enum { FILLING, DRAINING, RESETTING, BROKEN };

int wa_barrier_init(wa_barrier *b, int parties) {
  if (!b) return wa__misuse("wa_barrier_init: the barrier is NULL");
  if (parties < 1) return wa__misuse("wa_barrier_init: parties is %d; expected at least 1", parties);
  *b = (wa_barrier){.parties = parties};
  return WA_OK;
}

int wa_barrier_waiting(const wa_barrier *b) {
  return wa__given(b, "wa_barrier_waiting") && b->state == FILLING ? b->count : 0;
}

bool wa_barrier_broken(const wa_barrier *b) { return wa__given(b, "wa_barrier_broken") && b->state == BROKEN; }

static int enter(wa_barrier *b) {
  int st = WA_OK;
  while (st == WA_OK && (b->state == DRAINING || b->state == RESETTING)) st = wa_condition_wait(&b->condition);
  return st == WA_OK && b->state == BROKEN ? WA_EBROKEN : st;
}

/* On the heap: a task that waits with nothing on its C stack keeps none. */
typedef struct place {
  wa__scope scope;
  wa_barrier *barrier;
} place;

static void leave(wa__scope *scope) {
  place *p = wa__container(scope, place, scope);
  wa_barrier *b = p->barrier;
  wa__scope_leave(scope);
  wa__free(p, sizeof *p);
  if (--b->count) return;
  if (b->state == RESETTING || b->state == DRAINING) b->state = FILLING;
  wa__condition_wake(&b->condition);
}

static int pass(wa_barrier *b, int *index) {
  place *p = wa__alloc(sizeof *p);
  if (!p) return wa__no_memory("a place in a barrier");
  p->barrier = b;
  wa__scope_enter(wa__current, &p->scope, leave, NULL);
  int st = WA_OK, number = b->count++;
  if (number + 1 == b->parties) {
    b->state = DRAINING;
    wa__condition_wake(&b->condition);
  } else {
    while (st == WA_OK && b->state == FILLING) st = wa_condition_wait(&b->condition);
    if (st == WA_OK && (b->state == BROKEN || b->state == RESETTING)) st = WA_EBROKEN;
  }
  leave(&p->scope);
  if (st == WA_OK && index) *index = number;
  return st;
}

int wa_barrier_wait(wa_barrier *b, int *index) {
  if (!b || !b->parties)
    return wa__misuse(b ? "wa_barrier_wait: the barrier was not initialised" : "wa_barrier_wait: the barrier is NULL");
  int st = wa_condition_acquire(&b->condition);
  if (st < 0) return st;
  st = enter(b);
  if (st == WA_OK) st = pass(b, index);
  wa_condition_release(&b->condition);
  return st;
}

/* Sets the state and wakes everybody; suspends only for the barrier's own lock. */
static int change(wa_barrier *b, int state) {
  int st = wa_condition_acquire(&b->condition);
  if (st < 0) return st;
  b->state = state == RESETTING && b->count == 0 ? FILLING : state;
  wa_condition_notify_all(&b->condition);
  return wa_condition_release(&b->condition);
}

int wa_barrier_reset(wa_barrier *b) { return b ? change(b, RESETTING) : wa__misuse("wa_barrier_reset: the barrier is NULL"); }

int wa_barrier_abort(wa_barrier *b) { return b ? change(b, BROKEN) : wa__misuse("wa_barrier_abort: the barrier is NULL"); }
