/* groups.c: task groups, as timeouts.c does it: in a frame of one's own or shared, left in every wrong way; with members; and
 * crossed with timeouts. */
#include "actors.h"
#include "families.h"
#include "random.h"

#include <string.h>

typedef struct scope {
  wa_group group;
  bool inside;
  int owner;
} scope;
static scope shared[2];

void groups_begin(void) { memset(shared, 0, sizeof shared); }

static scope *any_shared(void) { return &shared[below(COUNT(shared))]; }
static bool is_mine(const scope *s) { return s->inside && s->owner == here.who && here.may_wait; }

static bool enter(scope *s) {
  bool held = s->inside && actor_lives(s->owner);
  if (WAIT("wa_group_enter", held, wa_group_enter(&s->group)) != WA_OK) return false;
  s->inside = true;
  s->owner = here.who;
  return true;
}

static void read_errors(const scope *s) {
  int errors[3];
  size_t n = wa_group_errors(&s->group, errors, COUNT(errors));
  for (size_t i = 0; i < n && i < COUNT(errors); i++)
    if (errors[i] >= 0) fault("wa_group_errors gave %d", errors[i]);
}

/* Refused also if a member waits for this task. */
static void leave(scope *s) {
  bool mine = is_mine(s);
  int status = WAIT_PERHAPS("wa_group_exit", !mine, wa_group_exit(&s->group, any_status()));
  if (mine && status != WA_EMISUSE) s->inside = false;
  read_errors(s);
}

static void use_copy(const scope *s) {
  wa_group copy;
  memcpy(&copy, &s->group, sizeof copy);
  (void)WAIT("wa_group_exit", true, wa_group_exit(&copy, 0));
  oracle_listen("wa_group_spawn");
  if (wa_group_spawn(&copy, no_more, NULL)) fault("the copy of a group takes a member");
  oracle_refused("wa_group_spawn");
}

/* not_left: how often, in percent. */
static void go_through(scope *s, unsigned not_left) {
  if (!enter(s)) return;
  for (int n = (int)below(4); n > 0; n--) {
    if (chance(70)) spawn(&s->group);
    else moves(1);
  }
  if (chance(15)) use_copy(s);
  moves((int)below(3));
  if (chance(not_left)) return;
  leave(s);
  if (chance(20)) leave(s);
}

/* In its place there may have been a group that was never left. */
static void own(void) {
  scope s;
  memset(&s, ONE_OF(int, 0, 0, 0x5a, 0xff), sizeof s);
  s.inside = false;
  go_through(&s, 8);
}

static void of_all(void) { go_through(any_shared(), 30); }
static void leaves(void) { leave(any_shared()); }
static void spawns_in(void) { spawn(&any_shared()->group); }
static void reads_errors(void) { read_errors(any_shared()); }

/* Between two deadlines, the outer of which is left first. */
static void crosses(void) {
  wa_timeout first = {0}, second = {0};
  scope s = {.inside = false};
  bool in_first = WAIT("wa_timeout_enter", false, wa_timeout_enter(&first, any_time())) == WA_OK;
  moves((int)below(2));
  if (enter(&s) && chance(60)) spawn(&s.group);
  bool in_second = WAIT("wa_timeout_enter", false, wa_timeout_enter(&second, any_time())) == WA_OK;
  moves((int)below(2));
  if (in_first) (void)CALL("wa_timeout_exit", false, wa_timeout_exit(&first, any_status()));
  moves((int)below(2));
  if (s.inside) leave(&s);
  moves((int)below(2));
  if (in_second) (void)CALL("wa_timeout_exit", false, wa_timeout_exit(&second, any_status()));
}

static void uses_nothing(void) {
  if (!wrong()) return;
  (void)WAIT("wa_group_enter", true, wa_group_enter(NULL));
  (void)WAIT("wa_group_exit", true, wa_group_exit(NULL, 0));
  oracle_listen("wa_group_spawn");
  if (wa_group_spawn(NULL, no_more, NULL)) fault("NULL takes a member");
  oracle_refused("wa_group_spawn");
  oracle_listen("wa_group_errors");
  if (wa_group_errors(NULL, NULL, 0)) fault("NULL has errors");
  oracle_refused("wa_group_errors");
}

void move_groups(void) {
  static void (*const table[])(void) = {own, own, own, own, own, own, own, of_all, of_all, of_all, leaves, spawns_in,
                                        crosses, crosses, crosses, reads_errors, uses_nothing};
  MOVE_ONE(table);
}
