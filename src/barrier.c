/* barrier.c: tasks that wait until so many have come.
 *
 *     FILLING --the last one came--> DRAINING --the last one left--> FILLING
 *        '- reset: RESETTING, those inside get WA_EBROKEN            '- abort: BROKEN, everybody does
 *
 * Laws
 *   - Who is counted waits or leaves, so a task that is ended without clean-up gives its place back.
 *   - There is no lock, as CPython's has: nobody ever waits for that one, because who has it gives it back before any wait.
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
  while (st == WA_OK && (b->state == DRAINING || b->state == RESETTING)) st = wa__wait_notice(wa__current, &b->condition);
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
  wa__notify(&b->condition, SIZE_MAX);
}

static int pass(wa_barrier *b, int *index) {
  place *p = wa__alloc(sizeof *p);
  if (!p) return wa__no_memory("a place in a barrier");
  p->barrier = b;
  wa__scope_enter(wa__current, &p->scope, leave, NULL);
  int st = WA_OK, number = b->count++;
  if (number + 1 == b->parties) {
    b->state = DRAINING;
    wa__notify(&b->condition, SIZE_MAX);
  } else {
    while (st == WA_OK && b->state == FILLING) st = wa__wait_notice(wa__current, &b->condition);
    if (st == WA_OK && (b->state == BROKEN || b->state == RESETTING)) st = WA_EBROKEN;
  }
  leave(&p->scope);
  if (st == WA_OK && index) *index = number;
  return st;
}

int wa_barrier_wait(wa_barrier *b, int *index) {
  if (!wa__need_task("wa_barrier_wait")) return WA_EMISUSE;
  if (!b || !b->parties)
    return wa__misuse(b ? "wa_barrier_wait: the barrier was not initialised" : "wa_barrier_wait: the barrier is NULL");
  int st = enter(b);
  return st == WA_OK ? pass(b, index) : st;
}

static int change(const char *call, wa_barrier *b, int state) {
  if (!wa__need_task(call)) return WA_EMISUSE;
  if (!b) return wa__misuse("%s: the barrier is NULL", call);
  b->state = state == RESETTING && b->count == 0 ? FILLING : state;
  wa__notify(&b->condition, SIZE_MAX);
  return WA_OK;
}

int wa_barrier_reset(wa_barrier *b) { return change("wa_barrier_reset", b, RESETTING); }

int wa_barrier_abort(wa_barrier *b) { return change("wa_barrier_abort", b, BROKEN); }
