/* sync.c: locks, events, conditions and semaphores.
 *
 *     each holds a queue of waiters: tasks, by their slots        lock: t1 t2 t3
 *                                                                        '- release settles the first slot; t1 takes
 *                                                                           the lock itself, in its next step
 *
 * Laws
 *   - Waking is a hint, taking is the waiter's own step, as in CPython: so each acquire checks for itself.
 *   - A waiter that is cancelled after it was woken passes the wake-up on; none is lost.
 *   - Of an event's, a condition's and a semaphore's queue only those who still wait matter: who was met there and does not leaves
 *     it at once, so that no walk meets anybody twice. A lock's first waiter keeps its place until it has run, as CPython's does.
 */
#include "task.h"

/* Wakes the first who waits; woken: where it is noted until it has run, if that matters. */
static bool wake_next(wa__list *waiters, wa__list *woken) {
  for (wa__list *link; (link = wa__list_pop(waiters));) {
    wa__task *t = wa__task_in_queue(link);
    if (t->slot != WA__SLOT_PENDING) continue;
    if (woken) wa__list_push(woken, link);
    wa__slot_settle(t, WA__SLOT_DONE);
    return true;
  }
  return false;
}

static bool all_cancelled(const wa__list *waiters) {
  WA__LIST_EACH(link, (wa__list *)waiters)
    if (wa__task_in_queue(link)->slot != WA__SLOT_CANCELLED) return false;
  return true;
}

/* ---- lock ---------------------------------------------------------------------------------------------------- */

void wa_lock_init(wa_lock *l) {
  if (wa__given(l, "wa_lock_init")) *l = (wa_lock){{0}, false};
}

bool wa_lock_locked(const wa_lock *l) { return wa__given(l, "wa_lock_locked") && l->locked; }

static void wake_first(wa_lock *l) {
  wa__list *first = wa__list_first(&l->waiters);
  if (first && wa__task_in_queue(first)->slot == WA__SLOT_PENDING) wa__slot_settle(wa__task_in_queue(first), WA__SLOT_DONE);
}

/* Whoever releases the lock leaves it to a first waiter that is cancelled to pass it on. */
static void pass_on_lock(wa__list *queue, bool woken) {
  (void)woken;
  wa_lock *l = wa__container(queue, wa_lock, waiters);
  if (!l->locked) wake_first(l);
}

static int acquire(wa__task *t, wa_lock *l, wa__pass_on pass_on, wa__list *passed) {
  if (l->locked || !all_cancelled(&l->waiters)) {
    int st = wa__wait_queue(t, &l->waiters, pass_on, passed);
    if (st < 0) {
      pass_on_lock(&l->waiters, false);
      return st;
    }
  }
  l->locked = true;
  return WA_OK;
}

/* call: the function that the program has called, for the sentence of a wrong call; and so below. */
static int lock_acquire(wa_lock *l, const char *call) {
  wa__task *t = wa__need_task(call);
  if (!t) return WA_EMISUSE;
  if (!l) return wa__misuse("%s: the lock is NULL", call);
  return acquire(t, l, pass_on_lock, &l->waiters);
}

int wa_lock_acquire(wa_lock *l) { return lock_acquire(l, "wa_lock_acquire"); }

int wa_lock_release(wa_lock *l) {
  if (!l) return wa__misuse("wa_lock_release: the lock is NULL");
  if (!l->locked) return wa__misuse("wa_lock_release: nobody holds the lock");
  l->locked = false;
  wake_first(l);
  return WA_OK;
}

/* ---- event --------------------------------------------------------------------------------------------------- */

void wa_event_init(wa_event *e) {
  if (wa__given(e, "wa_event_init")) *e = (wa_event){{0}, false};
}

void wa_event_set(wa_event *e) {
  if (!wa__given(e, "wa_event_set") || e->value) return;
  e->value = true;
  while (wake_next(&e->waiters, NULL)) continue;
}

void wa_event_clear(wa_event *e) {
  if (wa__given(e, "wa_event_clear")) e->value = false;
}

bool wa_event_is_set(const wa_event *e) { return wa__given(e, "wa_event_is_set") && e->value; }

static void nothing_to_pass_on(wa__list *queue, bool woken) { (void)queue, (void)woken; }

int wa_event_wait(wa_event *e) {
  wa__task *t = wa__need_task("wa_event_wait");
  if (!t) return WA_EMISUSE;
  if (!e) return wa__misuse("wa_event_wait: the event is NULL");
  return e->value ? WA_OK : wa__wait_queue(t, &e->waiters, nothing_to_pass_on, &e->waiters);
}

/* ---- condition ------------------------------------------------------------------------------------------------- */

static wa_lock *lock_of(wa_condition *c) { return c->lock ? c->lock : &c->own; }

void wa_condition_init(wa_condition *c, wa_lock *lock) {
  if (wa__given(c, "wa_condition_init")) *c = (wa_condition){.lock = lock};
}

int wa_condition_acquire(wa_condition *c) {
  static const char call[] = "wa_condition_acquire";
  return c ? lock_acquire(lock_of(c), call) : wa__misuse("%s: the condition is NULL", call);
}

/* Whether there is one, and its lock is held. */
static bool held(wa_condition *c, const char *call) {
  if (!c) return wa__misuse("%s: the condition is NULL", call), false;
  if (!lock_of(c)->locked) return wa__misuse("%s: nobody holds the condition's lock", call), false;
  return true;
}

int wa_condition_release(wa_condition *c) {
  return held(c, "wa_condition_release") ? wa_lock_release(lock_of(c)) : WA_EMISUSE;
}

bool wa_condition_locked(const wa_condition *c) {
  return wa__given(c, "wa_condition_locked") && lock_of((wa_condition *)c)->locked;
}

void wa__notify(wa_condition *c, size_t n) {
  while (n && wake_next(&c->waiters, NULL)) n--;
}

static void pass_on_notice(wa__list *queue, bool woken) { wa__notify(wa__container(queue, wa_condition, waiters), woken); }

/* Of one that waits for the lock again. As where it is cancelled, somebody else is notified, though it may not have been. */
static void pass_on_both(wa__list *queue, bool woken) {
  wa_condition *c = wa__container(queue, wa_condition, waiters);
  pass_on_lock(&lock_of(c)->waiters, woken);
  wa__notify(c, 1);
}

static int notify(wa_condition *c, size_t n, const char *call) {
  if (!held(c, call)) return WA_EMISUSE;
  wa__notify(c, n);
  return WA_OK;
}

int wa_condition_notify(wa_condition *c, size_t n) { return notify(c, n, "wa_condition_notify"); }

int wa_condition_notify_all(wa_condition *c) { return notify(c, SIZE_MAX, "wa_condition_notify_all"); }

int wa__wait_notice(wa__task *t, wa_condition *c) {
  int st = wa__wait_queue(t, &c->waiters, pass_on_notice, &c->waiters);
  if (st < 0) wa__notify(c, 1);
  return st;
}

static int condition_wait(wa_condition *c, const char *call) {
  wa__task *t = wa__need_task(call);
  if (!t || !held(c, call)) return WA_EMISUSE;
  wa_lock_release(lock_of(c));
  int st = wa__wait_queue(t, &c->waiters, pass_on_notice, &c->waiters);
  /* The lock is the caller's again before it hears anything, a cancellation included. */
  while (acquire(t, lock_of(c), pass_on_both, &c->waiters) < 0) st = WA_ECANCELED;
  if (st < 0) wa__notify(c, 1);
  return st;
}

int wa_condition_wait(wa_condition *c) { return condition_wait(c, "wa_condition_wait"); }

int wa_condition_wait_for(wa_condition *c, bool (*predicate)(void *arg), void *arg) {
  if (!c) return wa__misuse("wa_condition_wait_for: the condition is NULL");
  if (!predicate) return wa__misuse("wa_condition_wait_for: predicate is NULL; expected a function");
  int st = WA_OK;
  while (st == WA_OK && !predicate(arg)) st = condition_wait(c, "wa_condition_wait_for");
  return st;
}

/* ---- semaphores -------------------------------------------------------------------------------------------------- */

static int semaphore_init(wa_semaphore *s, int value, const char *call) {
  if (!s) return wa__misuse("%s: the semaphore is NULL", call);
  if (value < 0) return wa__misuse("%s: value is %d; expected 0 or more", call, value);
  *s = (wa_semaphore){.value = value};
  return WA_OK;
}

int wa_semaphore_init(wa_semaphore *s, int value) { return semaphore_init(s, value, "wa_semaphore_init"); }

bool wa_semaphore_locked(const wa_semaphore *s) {
  return !wa__given(s, "wa_semaphore_locked") || s->value == 0 || !wa__list_empty(&s->woken) || !all_cancelled(&s->waiters);
}

static void hand_out(wa_semaphore *s) {
  while (s->value > 0 && wake_next(&s->waiters, &s->woken)) s->value--;
}

static void pass_on_permit(wa__list *queue, bool woken) {
  wa_semaphore *s = wa__container(queue, wa_semaphore, waiters);
  s->value += woken;
  hand_out(s);
}

static int semaphore_acquire(wa_semaphore *s, const char *call) {
  wa__task *t = wa__need_task(call);
  if (!t) return WA_EMISUSE;
  if (!s) return wa__misuse("%s: the semaphore is NULL", call);
  if (!wa_semaphore_locked(s)) {
    s->value--;
    return WA_OK;
  }
  int st = wa__wait_queue(t, &s->waiters, pass_on_permit, &s->waiters);
  if (st < 0 && t->slot == WA__SLOT_DONE) s->value++;
  hand_out(s);
  return st;
}

int wa_semaphore_acquire(wa_semaphore *s) { return semaphore_acquire(s, "wa_semaphore_acquire"); }

int wa_semaphore_release(wa_semaphore *s) {
  if (!s) return wa__misuse("wa_semaphore_release: the semaphore is NULL");
  if (s->value == INT32_MAX) return wa__misuse("wa_semaphore_release: the value is %d; it can't be more", INT32_MAX);
  if (!wake_next(&s->waiters, &s->woken)) s->value++;
  return WA_OK;
}

int wa_bounded_semaphore_init(wa_bounded_semaphore *s, int value) {
  int st = semaphore_init(s ? &s->semaphore : NULL, value, "wa_bounded_semaphore_init");
  if (st == WA_OK) s->bound = value;
  return st;
}

int wa_bounded_semaphore_acquire(wa_bounded_semaphore *s) {
  return semaphore_acquire(s ? &s->semaphore : NULL, "wa_bounded_semaphore_acquire");
}

int wa_bounded_semaphore_release(wa_bounded_semaphore *s) {
  if (!s) return wa__misuse("wa_bounded_semaphore_release: the semaphore is NULL");
  if (s->semaphore.value >= s->bound) return wa__misuse("wa_bounded_semaphore_release: released too many times");
  return wa_semaphore_release(&s->semaphore);
}

bool wa_bounded_semaphore_locked(const wa_bounded_semaphore *s) {
  return !wa__given(s, "wa_bounded_semaphore_locked") || wa_semaphore_locked(&s->semaphore);
}
