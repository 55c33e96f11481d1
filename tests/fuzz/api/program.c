/* program.c: one random program, from its setup to the proof that nothing is left.
 *
 *     outside: moves -> wa_run: main makes moves, the tasks it spawns make moves, a rescuer lets go on who waits -> outside: moves
 *       -> everything is given back -> wa_count is zero
 */
#include "program.h"
#include "actors.h"
#include "families.h"
#include "memory.h"
#include "random.h"

bool running, over;
static int budget; /* of moves */

typedef struct family {
  unsigned weight;
  void (*move)(void);
} family;
static const family families[] = {
  {20, move_futures}, {14, move_waits},  {12, move_combinations}, {14, move_tasks}, {7, move_timeouts},
  {8, move_groups},   {14, move_sync},   {10, move_queues},       {16, move_runtime}, {4, move_descriptors},
};

/* Each program has its favourites: among calls of every kind those of one kind seldom meet. */
static unsigned weights[COUNT(families)], total;

static void choose_favourites(void) {
  total = 0;
  for (unsigned i = 0; i < COUNT(families); i++) total += weights[i] = families[i].weight * (chance(20) ? 8 : 1);
}

static void one_move(void) {
  unsigned at = below(total), i = 0;
  for (; at >= weights[i]; i++) at -= weights[i];
  families[i].move();
}

enum { DEEPEST = 40 };
void moves(int n) {
  here.depth++;
  while (n-- > 0 && budget > 0 && here.depth < DEEPEST && !over) {
    budget--;
    place before = here;
    one_move();
    here = before;
  }
  here.depth--;
}

int no_more(void *arg) {
  (void)arg;
  return WA_OK;
}

void run(wa_task_fn f, void *arg) {
  place before = here;
  note("wa_run");
  running = true;
  int status = wa_run(f, arg);
  running = false;
  here = before;
  note("wa_run = %d", status);
  if (status == WA_EMISUSE && !with_fds && !memory_failed()) fault("wa_run was refused, though nothing was wrong");
}

/* ---- in the loop ------------------------------------------------------------------------------------------------------ */

static void cancel_one(wa_task *task, void *left) {
  if (!--*(int *)left) wa_cancel(task, "rescued");
}

static void rescue(void) {
  int left = 1 + (int)below(8);
  note("rescue");
  switch (below(6)) {
    case 0: wa_tasks(cancel_one, &left); break;
    case 1: (void)wa_resolve(any_future(), NULL); break;
    case 2: (void)wa_cancel(any_future(), NULL); break;
    case 3: queues_rescue(); break;
    default: sync_rescue();
  }
}

/* It wakes at times of its own, nanoseconds beside those of all others. The clock jumps there when nobody is ready, so all others
 * wait: unless a task's wa_spin has moved it on. */
static int rescuer(void *arg) {
  actor *a = arg;
  actor_is(a, wa_current());
  for (int i = 0; i < 60; i++) {
    wa_time t = WA_MS(1 + below(4)) + WA_NS(13), due = wa_now() + t;
    (void)wa_sleep(t);
    here = (place){.who = a->number};
    if (wa_now() == due) quiet_check();
    rescue();
  }
  return WA_OK;
}

static int main_body(void *arg) {
  actor *a = arg, *other = chance(85) ? actor_new() : NULL;
  actor_is(a, wa_current());
  here = (place){.may_wait = true, .who = a->number};
  note("main begins");
  if (other) wa_release(wa_spawn(rescuer, other));
  for (int n = 10 + (int)below(60); n > 0; n--) moves(1);
  return any_status();
}

/* ---- around it -------------------------------------------------------------------------------------------------------- */

static void begin(uint64_t seed, bool same_everywhere) {
  random_begin(seed);
  record_begin(seed);
  actors_begin();
  choose_favourites();
  timeouts_begin();
  groups_begin();
  combinations_begin();
  notices_begin();
  stuck_begin();
  objects_begin();
  listener_begin();
  running = over = comparing = false;
  budget = 60 + (int)below(400);
  wa_config config = {.virtual_clock = true, .stack_size = usual_stack, .debug = chance(10)};
  if (wa_configure(&config) != WA_OK) fault("wa_configure does not take what is right");
  if (chance(8) && !same_everywhere) descriptors_begin();
  bool fails = chance(30) && !same_everywhere;
  memory_last(fails ? (int)below(400) : -1, chance(40));
}

/* With memory again, and callbacks that do nothing. */
static void end(void) {
  memory_last(-1, false);
  over = true;
  wa_run(no_more, NULL); /* what was spawned outside of the loop */
  objects_end();
  descriptors_end();
  wa_trace_stop();
  wa_counts c;
  wa_count(&c);
  if (c.tasks || c.futures || c.timers || c.operations || c.handles || c.stacks || c.bytes)
    fault("left: tasks %u, futures %u, timers %u, operations %u, handles %u, stacks %u, bytes %u", c.tasks, c.futures, c.timers,
          c.operations, c.handles, c.stacks, (unsigned)c.bytes);
}

/* Out of the loop, now and then with tasks that have not begun. */
static void outside(void) {
  moves((int)below(5));
  if (!chance(20)) return;
  for (int n = (int)below(5); n > 0; n--) spawn(NULL);
  for (int n = (int)below(5); n > 0; n--) move_tasks(); /* a visit, say, that runs them */
}

void program(uint64_t seed, bool same_everywhere) {
  begin(seed, same_everywhere);
  outside();
  actor *a = actor_new();
  if (a) run(main_body, a);
  outside();
  end();
}
