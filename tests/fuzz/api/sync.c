/* sync.c: locks, events, conditions, semaphores, barriers. Any task may release what another holds, as in asyncio. */
#include "families.h"
#include "random.h"

static int marker; /* what the predicate is given */

static void acquires_lock(void) {
  wa_lock *l = ANY_OR_NULL(locks);
  (void)WAIT("wa_lock_acquire", !l, wa_lock_acquire(l));
}

static void releases_lock(void) {
  wa_lock *l = ANY_OR_NULL(locks);
  (void)CALL("wa_lock_release", !l || !wa_lock_locked(l), wa_lock_release(l));
}

static void waits_for_event(void) {
  wa_event *e = ANY_OR_NULL(events);
  (void)WAIT("wa_event_wait", !e, wa_event_wait(e));
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

static bool predicate(void *arg) {
  if (arg != &marker) fault("a predicate got another's arg");
  place before = here;
  here.depth++;
  if (chance(20) && !over) moves(1);
  here = before;
  return chance(40);
}

static void acquires_condition(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  (void)WAIT(c ? "wa_lock_acquire" : "wa_condition_acquire", !c, wa_condition_acquire(c));
}

static void releases_condition(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  (void)CALL("wa_condition_release", !c || !wa_condition_locked(c), wa_condition_release(c));
}

static void waits_for_notice(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  (void)WAIT("wa_condition_wait", !c || !wa_condition_locked(c), wa_condition_wait(c));
}

/* It need not wait, and then not hold the lock, nor be in a task. */
static void waits_for_predicate(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  bool null = wrong();
  (void)CALL_PERHAPS("wa_condition_wait", null, wa_condition_wait_for(c, null ? NULL : predicate, &marker));
}

static void notifies(void) {
  wa_condition *c = ANY_OR_NULL(conditions);
  bool is_wrong = !c || !wa_condition_locked(c);
  if (chance(50)) (void)CALL("wa_condition_notify", is_wrong, wa_condition_notify_all(c));
  else (void)CALL("wa_condition_notify", is_wrong, wa_condition_notify(c, below(3)));
}

static void acquires_semaphore(void) {
  wa_semaphore *s = ANY_OR_NULL(semaphores);
  wa_bounded_semaphore *b = ANY_OR_NULL(bounded);
  if (chance(50)) (void)WAIT("wa_semaphore_acquire", !s, wa_semaphore_acquire(s));
  else (void)WAIT("semaphore_acquire", !b, wa_bounded_semaphore_acquire(b));
}

/* Too many are refused. */
static void releases_semaphore(void) {
  wa_semaphore *s = ANY_OR_NULL(semaphores);
  wa_bounded_semaphore *b = ANY_OR_NULL(bounded);
  if (chance(50)) (void)CALL_PERHAPS("wa_semaphore_release", !s, wa_semaphore_release(s));
  else (void)CALL_PERHAPS("semaphore_release", !b, wa_bounded_semaphore_release(b));
}

static void waits_at_barrier(void) {
  wa_barrier *b = ANY_OR_NULL(barriers);
  int index = -1;
  bool asks = chance(50);
  int status = WAIT("wa_barrier_wait", !b, wa_barrier_wait(b, asks ? &index : NULL));
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
  (void)CALL("semaphore_init", true, wa_bounded_semaphore_init(ANY_OR_NULL(bounded), -3));
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
