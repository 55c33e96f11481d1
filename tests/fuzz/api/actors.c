/* actors.c: see actors.h. */
#include "actors.h"
#include "random.h"

static actor actors[ACTORS];
static int made;

void actors_begin(void) { made = 0; }

static actor *of_task(const wa_task *task) {
  for (int i = 0; i < made; i++)
    if (task && actors[i].task == task) return &actors[i];
  return NULL;
}

static void mark(wa_task *task, void *alive) {
  const actor *a = of_task(task);
  if (a) ((bool *)alive)[a - actors] = true;
}

/* The next task may get the address of one that has ended, and be looked for before its first step. */
static void forget_ended(void) {
  bool alive[ACTORS] = {false};
  wa_tasks(mark, alive);
  for (int i = 0; i < made; i++)
    if (!alive[i]) actors[i].task = NULL;
}

actor *actor_new(void) {
  forget_ended();
  if (made == ACTORS) return NULL;
  actors[made] = (actor){.number = made + 1};
  return &actors[made++];
}

void actor_is(actor *a, wa_task *task) {
  actor *before = of_task(task);
  if (before) before->task = NULL;
  a->task = task;
}

int actor_current(void) {
  const actor *a = of_task(wa_current());
  return a ? a->number : 0;
}

typedef struct search { int number; bool found; } search;

static void visit(wa_task *task, void *ctx) {
  search *s = ctx;
  const actor *a = of_task(task);
  s->found |= a && a->number == s->number;
}

bool actor_lives(int number) {
  search s = {number, false};
  wa_tasks(visit, &s);
  return s.found;
}
