/* sync.c: the objects that a scenario declares, and their ops. */
#include "scenario.h"

#include <string.h>

/* ---- their life ---------------------------------------------------------------------------------------- */

int object_kind(const char *name, int *count) {
  static const struct { const char *name; int count; } kinds[] = {
      [FUTURE] = {"future", 3},       [EVENT] = {"event", 3}, [LOCK] = {"lock", 3},
      [SEMAPHORE] = {"semaphore", 4}, [QUEUE] = {"queue", 4}, [CONDITION] = {"condition", 4},
      [BARRIER] = {"barrier", 4},
  };
  for (int kind = FUTURE; kind <= BARRIER; kind++) {
    if (strcmp(kinds[kind].name, name)) continue;
    *count = kinds[kind].count;
    return kind;
  }
  return 0;
}

static size_t how_many(const word *w) {
  int n = count_of(w);
  return n < 0 ? 0 : (size_t)n;
}

static int open_object(object *o) {
  switch (o->kind) {
    case FUTURE: return (o->future = wa_future_new()) ? WA_OK : WA_ENOMEM;
    case EVENT: return wa_event_init(&o->event), WA_OK;
    case LOCK: return wa_lock_init(&o->lock), WA_OK;
    case SEMAPHORE: return wa_semaphore_init(&o->semaphore, count_of(o->words[3]));
    case QUEUE: return wa_queue_init(&o->queue, how_many(o->words[3])), WA_OK;
    case CONDITION: {
      object *lock = o->words[3]->object;
      if (!lock || lock->kind != LOCK) return WA_EMISUSE;
      return wa_condition_init(&o->condition, &lock->lock), WA_OK;
    }
    default: return wa_barrier_init(&o->barrier, count_of(o->words[3]));
  }
}

void objects_open(scenario *s) {
  for (object *o = s->objects; o; o = o->next)
    if (open_object(o) != WA_OK) fail("cannot make object", o->words[2]->text);
}

void objects_close(scenario *s) {
  for (object *o = s->objects; o; o = o->next) {
    if (o->kind == FUTURE) wa_release(o->future);
    if (o->kind == QUEUE) wa_queue_close(&o->queue);
  }
}

/* ---- locks, semaphores, events, conditions ------------------------------------------------------------- */

static bool names_lock(const node *n) {
  const object *o = n->words[1]->object;
  return o && o->kind == LOCK;
}

OP(do_acquire) {
  UNUSED;
  if (names_lock(n)) return outcome_of(wa_lock_acquire(&object_in(n, LOCK)->lock));
  return outcome_of(wa_semaphore_acquire(&object_in(n, SEMAPHORE)->semaphore));
}

OP(do_release) {
  UNUSED;
  if (names_lock(n)) return outcome_of(wa_lock_release(&object_in(n, LOCK)->lock));
  return outcome_of(wa_semaphore_release(&object_in(n, SEMAPHORE)->semaphore));
}

OP(do_set) {
  UNUSED;
  wa_event_set(&object_in(n, EVENT)->event);
  return outcome_of(WA_OK);
}

OP(do_clear) {
  UNUSED;
  wa_event_clear(&object_in(n, EVENT)->event);
  return outcome_of(WA_OK);
}

OP(do_wait_event) {
  UNUSED;
  return outcome_of(wa_event_wait(&object_in(n, EVENT)->event));
}

OP(do_cond_wait) {
  UNUSED;
  return outcome_of(wa_condition_wait(&object_in(n, CONDITION)->condition));
}

OP(do_notify) {
  UNUSED;
  return outcome_of(wa_condition_notify(&object_in(n, CONDITION)->condition, how_many(n->words[2])));
}

/* ---- queues, barriers ---------------------------------------------------------------------------------- */

OP(do_put) {
  UNUSED;
  return outcome_of(wa_queue_put(&object_in(n, QUEUE)->queue, (void *)n->words[2]->text));
}

OP(do_get) {
  UNUSED;
  void *item = NULL;
  int st = wa_queue_get(&object_in(n, QUEUE)->queue, &item);
  return (outcome){.status = st, .value = item};
}

OP(do_task_done) {
  UNUSED;
  return outcome_of(wa_queue_task_done(&object_in(n, QUEUE)->queue));
}

OP(do_join) {
  UNUSED;
  return outcome_of(wa_queue_join(&object_in(n, QUEUE)->queue));
}

OP(do_shutdown) {
  UNUSED;
  wa_queue_shutdown(&object_in(n, QUEUE)->queue, n->count > 2 && choice_of(n->words[2], (const char *[]){"now", NULL}) == 0);
  return outcome_of(WA_OK);
}

OP(do_barrier) {
  UNUSED;
  int index = 0;
  int st = wa_barrier_wait(&object_in(n, BARRIER)->barrier, &index);
  return st == WA_OK ? show_count("ok(", index, ")") : outcome_of(st);
}

OP(do_abort) {
  UNUSED;
  return outcome_of(wa_barrier_abort(&object_in(n, BARRIER)->barrier));
}

OP(do_reset) {
  UNUSED;
  return outcome_of(wa_barrier_reset(&object_in(n, BARRIER)->barrier));
}

const op sync_ops[] = {
    {"acquire", 1, 1, do_acquire, PLAIN},       {"release", 1, 1, do_release, PLAIN},
    {"set", 1, 1, do_set, PLAIN},               {"clear", 1, 1, do_clear, PLAIN},
    {"wait_event", 1, 1, do_wait_event, PLAIN}, {"cond_wait", 1, 1, do_cond_wait, PLAIN},
    {"notify", 2, 2, do_notify, PLAIN},         {"put", 2, 2, do_put, PLAIN},
    {"get", 1, 1, do_get, PLAIN},               {"task_done", 1, 1, do_task_done, PLAIN},
    {"join", 1, 1, do_join, PLAIN},             {"shutdown", 1, 2, do_shutdown, PLAIN},
    {"barrier", 1, 1, do_barrier, PLAIN},       {"abort", 1, 1, do_abort, PLAIN},
    {"reset", 1, 1, do_reset, PLAIN},           {NULL, 0, 0, NULL, PLAIN},
};
