/* timeouts.c: scopes with a deadline: in a task's own frame, or in one of two records that all tasks share; left in order, in the
 * wrong order, twice, by another task, by a copy of the record, or not at all. */
#include "actors.h"
#include "families.h"
#include "memory.h"
#include "random.h"

#include <string.h>

typedef struct scope {
  wa_timeout timeout;
  bool inside;
  int owner;
} scope;
static scope shared[2];

void timeouts_begin(void) { memset(shared, 0, sizeof shared); }

static scope *any_shared(void) { return &shared[below(COUNT(shared))]; }
static bool is_mine(const scope *s) { return s->inside && s->owner == here.who && here.may_wait; }

static bool enter(scope *s) {
  wa_time delay = time_or_wrong();
  bool held = s->inside && actor_lives(s->owner);
  int status = WAIT("wa_timeout_enter", held || delay < 0, wa_timeout_enter(&s->timeout, delay));
  if (status != WA_OK) return false;
  s->inside = true;
  s->owner = here.who;
  return true;
}

/* Without memory for the frames of a wa_call its scopes have ended, though the task lives: memory_failed. */
static void leave(scope *s) {
  bool mine = is_mine(s);
  int given = any_status();
  int status = ORACLE_CALL("wa_timeout_exit", !mine, memory_failed(), wa_timeout_exit(&s->timeout, given));
  if (!mine) return;
  s->inside = false;
  if (status == WA_EMISUSE) return;
  if (status != given && (given != WA_ECANCELED || status != WA_ETIMEDOUT))
    fault("wa_timeout_exit made %d of %d", status, given);
}

static void reschedule(scope *s) {
  bool expired = wa_timeout_expired(&s->timeout);
  wa_time delay = time_or_wrong();
  bool mine = is_mine(s), may = !mine || memory_failed();
  (void)ORACLE_CALL("wa_timeout_reschedule", delay < 0 || (mine && expired), may, wa_timeout_reschedule(&s->timeout, delay));
}

static void use_copy(const scope *s) {
  wa_timeout copy;
  memcpy(&copy, &s->timeout, sizeof copy);
  (void)CALL("wa_timeout_exit", true, wa_timeout_exit(&copy, 0));
  (void)CALL("wa_timeout_reschedule", true, wa_timeout_reschedule(&copy, 1));
  (void)wa_timeout_expired(&copy);
}

/* not_left: how often, in percent. */
static void go_through(scope *s, unsigned not_left) {
  if (!enter(s)) return;
  moves((int)below(4));
  if (chance(25)) use_copy(s);
  if (chance(30)) reschedule(s);
  moves((int)below(3));
  if (chance(not_left)) return;
  leave(s);
  if (chance(20)) leave(s);
}

static void own(void) {
  scope s;
  memset(&s, ONE_OF(int, 0, 0, 0x5a, 0xff), sizeof s);
  s.inside = false;
  go_through(&s, 8);
}

static void of_all(void) { go_through(any_shared(), 30); }
static void leaves(void) { leave(any_shared()); }
static void reschedules(void) { reschedule(any_shared()); }

static void crosses(void) {
  scope first = {.inside = false}, second = {.inside = false};
  enter(&first);
  moves((int)below(2));
  enter(&second);
  moves((int)below(2));
  leave(&first);
  moves((int)below(2));
  leave(&second);
}

static void uses_nothing(void) {
  if (!wrong()) return;
  (void)WAIT("wa_timeout_enter", true, wa_timeout_enter(NULL, 1));
  (void)CALL("wa_timeout_exit", true, wa_timeout_exit(NULL, 1));
  (void)CALL("wa_timeout_reschedule", true, wa_timeout_reschedule(NULL, 1));
  oracle_listen("wa_timeout_expired");
  if (wa_timeout_expired(NULL)) fault("NULL has expired");
  oracle_refused("wa_timeout_expired");
}

void move_timeouts(void) {
  static void (*const table[])(void) = {own, own, own, own, of_all, of_all, crosses, leaves, reschedules, uses_nothing};
  MOVE_ONE(table);
}
