/* sync.c: locks, events, conditions, semaphores, barriers. Any task may release what another holds, as in asyncio. */
#include "families.h"
#include "memory.h"
#include "random.h"

/* ---- what makes a task wait (stuck.h) ----------------------------------------------------------------------------------- */

static bool is_locked(const void *lock) { return wa_lock_locked(lock); }
static bool is_clear(const void *event) { return !wa_event_is_set(event); }
static bool has_none(const void *semaphore) { return !((const wa_semaphore *)semaphore)->value; }
static bool is_filling(const void *barrier) {
  return !wa_barrier_broken(barrier) && wa_barrier_waiting(barrier) < ((const wa_barrier *)barrier)->parties;
}
static bool ever(const void *condition) { return condition; } /* see below */

/* WAIT_ON, but of an object that may be NULL. */
#define WAIT_AT(is_blocked, on, name, call) WAIT_ON((on) ? (is_blocked) : NULL, on, name, !(on), call)

/* Of each condition, how many of those who wait for its notice have one at least; as far as can be told from outside, where a
 * cancelled one's notice goes to somebody else, and one more does. */
static unsigned owed[CONDITIONS];

void notices_begin(void) {
  for (int i = 0; i < CONDITIONS; i++) owed[i] = 0;
}

static unsigned waiting_at(const wa_condition *c) { return stuck_count((waiting){ever, c}); }

/* Those who wait have more, or less: one took its notice. None is owed to those who have gone. */
static void notices(const wa_condition *c, size_t given, bool taken) {
  unsigned *n = &owed[c - conditions], most = waiting_at(c);
  if (taken && *n) --*n;
  *n = given > most ? most : *n + (unsigned)given;
  if (*n > most) *n = most;
}

void notices_check(void) {
  for (int i = 0; i < CONDITIONS && !memory_failed(); i++) {
    notices(&conditions[i], 0, false);
    if (owed[i] && !wa_condition_locked(&conditions[i])) fault("a notice of condition %d is lost", i);
  }
}

/* Now and then somebody who was just woken is told to stop before it runs. */
static void disturb(void) {
  if (chance(30)) wa_cancel(any_future(), "disturbed");
}

/* ---- the calls ---------------------------------------------------------------------------------------------------------- */

static void acquires_lock(void) {
  wa_lock *l = ANY_OR_NULL(locks);
  (void)WAIT_AT(is_locked, l, "wa_lock_acquire", wa_lock_acquire(l));
}

static void releases_lock(void) {
  wa_lock *l = ANY_OR_NULL(locks);
  (void)CALL("wa_lock_release", !l || !wa_lock_locked(l), wa_lock_release(l));
  disturb();
}

static void waits_for_event(void) {
  wa_event *e = ANY_OR_NULL(events);
  (void)WAIT_AT(is_clear, e, "wa_event_wait", wa_event_wait(e));
}

static void turns_event(void) {
  wa_event *e = ANY_OR_NULL(events);
  bool set = chance(50);
  const char *name = set ? "wa_event_set" : "wa_event_clear";
  oracle_listen(name);
  set ? wa_event_set(e) : wa_event_clear(e);
  if (!e) oracle_refused(name);
  else if (wa_event_is_set(e) != set) fault("%s did nothing", name);
}

typedef struct question {
  const wa_condition *condition;
  place asker; /* where it is asked from: behind a wait, others have been elsewhere */
} question;

/* Meanwhile its task waits for nothing. */
static bool predicate(void *arg) {
  const question *q = arg;
  place before = here;
  here = q->asker;
  here.depth++;
  note("predicate");
  notices(q->condition, 0, true);
  stuck_note((waiting){0});
  if (chance(20) && !over) moves(1);
  bool holds = chance(40);
  if (!holds) stuck_note((waiting){ever, q->condition});
  here = before;
  return holds;
}

static void acquires_condition(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  (void)WAIT("wa_condition_acquire", !c, wa_condition_acquire(c));
}

static void releases_condition(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  (void)CALL("wa_condition_release", !c || !wa_condition_locked(c), wa_condition_release(c));
}

static void waits_for_notice(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  if (c) notices(c, 0, false);
  bool is_wrong = !c || !wa_condition_locked(c);
  int status = WAIT_ON(c ? ever : NULL, c, "wa_condition_wait", is_wrong, wa_condition_wait(c));
  if (c) notices(c, 0, status == WA_OK);
}

/* It need not wait, and then not hold the lock, nor be in a task. */
static void waits_for_predicate(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  bool null = wrong();
  if (!c) return (void)CALL("wa_condition_wait_for", true, wa_condition_wait_for(NULL, predicate, NULL));
  question q = {c, here};
  waiting before = stuck_note((waiting){0});
  notices(c, 0, false);
  (void)CALL_PERHAPS("wa_condition_wait", null, wa_condition_wait_for(c, null ? NULL : predicate, &q));
  stuck_note(before);
  notices(c, 0, false);
}

static void notifies(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  bool is_wrong = !c || !wa_condition_locked(c);
  size_t n = chance(50) ? SIZE_MAX : below(3);
  int status = n == SIZE_MAX ? CALL("wa_condition_notify_all:", is_wrong, wa_condition_notify_all(c))
                             : CALL("wa_condition_notify:", is_wrong, wa_condition_notify(c, n));
  if (status == WA_OK) notices(c, n, false);
  disturb();
}

static void acquires_semaphore(void) {
  wa_semaphore *s = ANY_OR_NULL(semaphores);
  wa_bounded_semaphore *b = ANY_OR_NULL(bounded);
  if (chance(50)) (void)WAIT_AT(has_none, s, "wa_semaphore_acquire", wa_semaphore_acquire(s));
  else (void)WAIT_AT(has_none, b, "wa_bounded_semaphore_acquire", wa_bounded_semaphore_acquire(b));
}

/* Too many are refused. */
static void releases_semaphore(void) {
  wa_semaphore *s = ANY_OR_NULL(semaphores);
  wa_bounded_semaphore *b = ANY_OR_NULL(bounded);
  if (chance(50)) (void)CALL_PERHAPS("wa_semaphore_release", !s, wa_semaphore_release(s));
  else (void)CALL_PERHAPS("wa_bounded_semaphore_release", !b, wa_bounded_semaphore_release(b));
  disturb();
}

static void waits_at_barrier(void) {
  wa_barrier *b = ANY_OR_NULL(barriers);
  int index = -1;
  bool asks = chance(50);
  int status = WAIT_AT(is_filling, b, "wa_barrier_wait", wa_barrier_wait(b, asks ? &index : NULL));
  if (asks && status == WA_OK && (index < 0 || index >= b->parties)) fault("wa_barrier_wait gave the place %d", index);
}

static void resets_barrier(void) {
  wa_barrier *b = ANY_OR_NULL(barriers);
  if (chance(70)) (void)WAIT("wa_barrier_reset", !b, wa_barrier_reset(b));
  else (void)WAIT("wa_barrier_abort", !b, wa_barrier_abort(b));
}

static void looks(void) {
  wa_lock *l = ANY_OR_NULL(locks);
  wa_condition *c = ANY_OR_NULL(conditions);
  wa_semaphore *s = ANY_OR_NULL(semaphores);
  wa_bounded_semaphore *n = ANY_OR_NULL(bounded);
  wa_barrier *b = ANY_OR_NULL(barriers);
  int waiting = wa_barrier_waiting(b);
  if (waiting < 0 || (b && waiting > b->parties)) fault("%d wait at a barrier", waiting);
  note("%d%d%d%d%d %d", wa_lock_locked(l), wa_condition_locked(c), wa_semaphore_locked(s), wa_bounded_semaphore_locked(n),
       wa_barrier_broken(b), waiting);
}

/* None of these changes anything. */
static void inits_wrongly(void) {
  (void)CALL("wa_barrier_init", true, wa_barrier_init(ANY_OR_NULL(barriers), -(int)below(3)));
  (void)CALL("wa_semaphore_init", true, wa_semaphore_init(ANY_OR_NULL(semaphores), -1));
  (void)CALL("wa_bounded_semaphore_init", true, wa_bounded_semaphore_init(ANY_OR_NULL(bounded), -3));
  oracle_listen("wa_lock_init");
  wa_lock_init(NULL);
  oracle_refused("wa_lock_init");
}

void move_sync(void) {
  static void (*const table[])(void) = {
    acquires_lock, acquires_lock, releases_lock, waits_for_event, turns_event, turns_event, acquires_condition,
    acquires_condition, releases_condition, waits_for_notice, waits_for_predicate, notifies, notifies, acquires_semaphore,
    acquires_semaphore, releases_semaphore, releases_semaphore, waits_at_barrier, waits_at_barrier, waits_at_barrier,
    resets_barrier, looks, inits_wrongly};
  MOVE_ONE(table);
}

void sync_rescue(void) {
  unsigned i = below(PAIR);
  switch (below(4)) {
    case 0: wa_event_set(&events[i]); break;
    case 1: wa_lock_release(&locks[i]), wa_condition_release(&conditions[0]); break;
    case 2: wa_condition_notify_all(&conditions[below(CONDITIONS)]); break;
    default: wa_semaphore_release(&semaphores[0]), wa_bounded_semaphore_release(&bounded[i]); break;
  }
}
