/* tasks.c: tasks: spawned in every way, returning every kind of value, with clean-ups, segments, regions; visited. */
#include "actors.h"
#include "families.h"
#include "random.h"

/* A wasm's tasks, in which these moves nest, need room at -O0; a native one's stack is larger by itself. */
#ifdef __wasm__
enum { STACK = 400000 };
#else
enum { STACK = 0 };
#endif
const size_t usual_stack = STACK;

int body(void *arg) {
  actor *a = arg;
  place before = here; /* it may be eager */
  actor_is(a, wa_current());
  here = (place){.may_wait = true, .who = a->number};
  note("begins");
  moves(1 + (int)below(12));
  int status = chance(2) ? WA_EPENDING : any_status(); /* not WA_EMISUSE: whoever awaits it seems to be refused */
  note("ends with %d", status);
  here = before;
  return status;
}

/* Returns whether they are wrong. */
static bool any_options(wa_task_options *o) {
  static const char long_name[] = "a name of more than the eighty bytes that a sentence takes of it, which goes on, and on, and on";
  *o = (wa_task_options){.eager = chance(25)};
  if (chance(50)) o->name = chance(50) ? "n" : long_name;
  if (chance(10)) o->stack_size = STACK + 256 + below(4000);
  if (!chance(5)) return false;
  o->stack_size = chance(50) ? 255 : ((size_t)1 << 30) + 1;
  return true;
}

static wa_task *spawned(wa_group *group, wa_task_fn f, void *arg, const wa_task_options *options) {
  if (group) return options ? wa_group_spawn_with(group, f, arg, options) : wa_group_spawn(group, f, arg);
  return options ? wa_spawn_with(f, arg, options) : wa_spawn(f, arg);
}

void spawn(wa_group *group) {
  actor *a = actor_new();
  if (!a) return;
  wa_task_options options;
  bool with = chance(60), is_wrong = any_options(&options) && with, null = wrong(), eager = with && options.eager;
  oracle_listen(group ? "wa_group_spawn" : "wa_spawn");
  note("%s %s", with && options.name ? options.name : "", eager ? "eager" : "");
  place before = here;
  wa_task *task = spawned(group, null ? NULL : body, a, with ? &options : NULL);
  here = before;
  if (task && (null || is_wrong)) fault("a task was spawned by a wrong call");
  if (task && !eager) actor_is(a, task); /* an eager one has begun, and may have ended */
  if ((null || is_wrong) && !group && !eager) oracle_refused("wa_spawn");
  if (chance(25)) wa_release(task); /* and forget it: it keeps itself */
  else keep_future(task);
}

static void spawns(void) { spawn(NULL); }

/* ---- what it returns ---------------------------------------------------------------------------------------------------- */

static void returns_value(void) { (void)WAIT("wa_return", false, wa_return(&here)); }

static void returns_bytes(void) {
  const char *bytes = wrong() ? NULL : "some";
  (void)WAIT("wa_return_bytes", !bytes, wa_return_bytes(bytes, 3));
}

static void returns_text(void) {
  const char *text = wrong() ? NULL : "text";
  (void)WAIT("wa_return_text", !text, wa_return_text(text));
}

static void returns_number(void) { (void)WAIT("wa_return_number", false, wa_return_number(3)); }

static void returns_errors(void) {
  int errors[] = {WA_EUSER - 1, WA_EUSER - 2, chance(20) ? ONE_OF(int, 0, 3, WA_EPENDING, INT32_MIN) : WA_EHOST};
  bool no_error = errors[2] >= 0 || errors[2] == WA_EPENDING || errors[2] == INT32_MIN;
  size_t n = below(COUNT(errors) + 1);
  bool null = wrong();
  (void)WAIT("wa_fail_group", null || !n || (n == 3 && no_error), wa_fail_group(null ? NULL : errors, n));
}

/* ---- what it runs ------------------------------------------------------------------------------------------------------- */

static int marker; /* what these are given */

static void clean_up(void *arg) {
  if (arg != &marker) fault("a clean-up got another's arg");
  place before = here;
  here = (place){.may_wait = true, .who = actor_current(), .depth = before.depth + 1};
  note("clean-up");
  if (!over) moves(1 + (int)below(3));
  here = before;
}

static void defers(void) {
  bool null = wrong();
  (void)WAIT("wa_defer", null, wa_defer(null ? NULL : clean_up, &marker));
}

static int segment(void *arg) {
  if (arg != &marker) fault("a segment got another's arg");
  moves(1 + (int)below(3));
  return any_status();
}

static void calls(void) {
  bool null = wrong();
  (void)WAIT("wa_call", null, wa_call(null ? NULL : segment, &marker));
}

/* Now and then one is never left, or left twice. */
static void protects(void) {
  if (WAIT("wa_uncancellable_enter", false, wa_uncancellable_enter()) != WA_OK) return;
  moves((int)below(3));
  if (chance(90)) (void)CALL_PERHAPS("wa_uncancellable_exit", false, wa_uncancellable_exit());
}

static void leaves_region(void) {
  if (chance(20)) (void)WAIT_PERHAPS("wa_uncancellable_exit", false, wa_uncancellable_exit());
}

/* Deeper than a region can be: how deep it is already, nobody keeps book of. */
static void protects_deep(void) {
  if (!here.may_wait || !chance(10)) return;
  int depth = 0;
  while (depth < 130 && CALL_PERHAPS("wa_uncancellable_enter", depth > 127, wa_uncancellable_enter()) == WA_OK) depth++;
  while (depth-- > 0) (void)CALL("wa_uncancellable_exit", false, wa_uncancellable_exit());
}

static void visit(wa_task *task, void *ctx) {
  if (ctx != &marker) fault("a visitor got another's ctx");
  place before = callback_begins("visited");
  look_at(task);
  if (chance(20) && !over) moves(1);
  if (chance(20) && !over) run_loop();
  callback_ends(before);
}

static void visits(void) {
  bool null = wrong();
  oracle_listen("wa_tasks");
  wa_tasks(null ? NULL : visit, &marker);
  if (null) oracle_refused("wa_tasks");
}

static void reads_input(void) {
  if (wa_input().type != WA_NOTHING) fault("a task that no host has spawned has an input");
}

void move_tasks(void) {
  static void (*const table[])(void) = {spawns, spawns, returns_value, returns_bytes, returns_text, returns_number,
                                        returns_errors, defers, defers, calls, protects, leaves_region, protects_deep,
                                        visits, visits, reads_input};
  MOVE_ONE(table);
}
