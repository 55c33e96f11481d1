/* group.c: a task group: nobody leaves before every member has ended.
 *
 *     open --exit--> waiting for members --all ended--> left
 *       |- a member fails, or the body does: ABORTING, the other members are cancelled, the body too
 *       '- its task ends without the exit (a trap, a discard, a return): the members are cancelled, and nobody waits
 *
 * Law: a member's error is never lost: it is in the group's outcome, nested groups flattened, in order of occurrence.
 */
#include "task.h"

#include <string.h>

enum {
  EXITING = 1,      /* its task is in the exit */
  ABORTING = 2,     /* the members were asked to stop, and no other joins */
  PARENT_ASKED = 4, /* so was its task, by the group: the exit takes that back */
  WAITING = 8,      /* its task waits for the members */
  FAILED = 16       /* a member has, or the body; without memory nobody knows how */
};

typedef struct member {
  wa__callback callback;
  wa__list link; /* in the group, in the order of spawning */
  struct wa__group *group;
  wa_future *task;
} member;

/* What members read and write as they end, on the heap: the program's wa_group may lie on a C stack that is gone, because its task
 * died or its function returned without the exit. */
struct wa__group {
  wa__scope scope;
  wa__task *parent;
  wa__list members;
  uint32_t flags;
  wa__detail *thrown; /* with the body's error, or the cancellation that goes on; not a local of leave, which suspends */
  struct bytes {
    char *data;
    uint32_t size, capacity;
  } errors, words;    /* an int each; of each that has words these, as one text behind the other */
};

static bool append(struct bytes *to, const void *data, size_t size) {
  if (size > INT32_MAX - to->size) return false;
  if (to->size + size > to->capacity) {
    uint32_t capacity = (uint32_t)(to->size + size) * 2;
    char *grown = wa__alloc(capacity);
    if (!grown) return false;
    if (to->size) memcpy(grown, to->data, to->size);
    wa__free(to->data, to->capacity);
    to->data = grown;
    to->capacity = capacity;
  }
  if (size) memcpy(to->data + to->size, data, size);
  to->size += (uint32_t)size;
  return true;
}

static void forget(member *m) {
  wa__list_unlink(&m->callback.link);
  wa_release(m->task);
  wa__list_unlink(&m->link);
  wa__free(m, sizeof *m);
}

static void abort_members(struct wa__group *g) {
  g->flags |= ABORTING;
  WA__LIST_EACH(link, &g->members) wa__cancel(wa__container(link, member, link)->task, NULL);
}

static void drop(wa__scope *scope) {
  struct wa__group *g = wa__container(scope, struct wa__group, scope);
  abort_members(g);
  WA__LIST_EACH(link, &g->members) forget(wa__container(link, member, link));
  wa__scope_leave(scope);
  wa__detail_release(g->thrown);
  wa__free(g->errors.data, g->errors.capacity);
  wa__free(g->words.data, g->words.capacity);
  wa__free(g, sizeof *g);
}

static bool has_words(int status) { return status == WA_EHOST || status == WA_EMISUSE; }

/* Without memory the group still fails; what is lost is which errors it failed with. A WA_EGROUP that somebody made up, without
 * members, is an error like any other. */
static void add_error(struct wa__group *g, int status, const wa__detail *detail) {
  wa__errors one = {.list = &status, .count = 1}, all = one;
  g->flags |= FAILED;
  if (status == WA_EGROUP) all = wa__detail_errors(detail);
  if (!all.count) all = one;
  if (has_words(status)) {
    bool words = detail && detail->kind == WA_TEXT;
    all.words = words ? detail->data : "";
    all.words_size = words ? detail->size + 1 : 1;
  }
  uint32_t before = g->words.size;
  if (append(&g->words, all.words, all.words_size) && !append(&g->errors, all.list, all.count * sizeof(int)))
    g->words.size = before;
}

static void member_done(wa__callback *callback) {
  member *m = wa__container(callback, member, callback);
  struct wa__group *g = m->group;
  wa_future *f = m->task;
  wa__list_unlink(&m->link);
  if (g->flags & WAITING && wa__list_empty(&g->members) && g->parent->slot == WA__SLOT_PENDING) {
    wa__slot_settle(g->parent, WA__SLOT_DONE);
  }
  if (f->state == WA__FINISHED && f->status < 0) {
    f->seen = true;
    add_error(g, f->status, f->detail);
    if (!(g->flags & (ABORTING | PARENT_ASKED))) {
      abort_members(g);
      g->flags |= PARENT_ASKED;
      wa__cancel_quietly(g->parent);
    }
  }
  forget(m);
}

static wa_future *waits(wa__callback *callback) {
  if (callback->run != member_done) return NULL;
  struct wa__group *g = wa__container(callback, member, callback)->group;
  return g->flags & WAITING ? &g->parent->future : NULL;
}

static bool marked(const wa_group *g) { return g && g->mark == wa__mark_of(g); }

/* The mark alone may have outlived the task that entered it. */
static wa__task *holder_of(const wa_group *g) { return marked(g) ? wa__scope_holder(g->task, drop, g) : NULL; }

int wa_group_enter(wa_group *g) {
  wa__task *t = wa__need_task("wa_group_enter");
  if (!t) return WA_EMISUSE;
  wa__task *holder = holder_of(g);
  if (holder)
    return wa__misuse("wa_group_enter: task '%s' is inside this group, or left it without wa_group_exit", wa_name(&holder->future));
  if (!g) return wa__misuse("wa_group_enter: g is NULL; expected a wa_group");
  struct wa__group *s = wa__alloc(sizeof *s);
  if (!s) return wa__no_memory("a task group");
  memset(s, 0, sizeof *s);
  s->parent = t;
  wa__list_init(&s->members);
  wa__scope_enter(t, &s->scope, drop, g);
  wa__thrown_on();
  *g = (wa_group){.task = &t->future, .state = s, .mark = wa__mark_of(g)};
  return WA_OK;
}

static wa_task *spawn(const char *call, wa_group *g, wa_task_fn f, void *arg, const wa_task_options *options) {
  struct wa__group *s = holder_of(g) ? g->state : NULL;
  if (!s) return wa__misuse("%s: the group was not entered, or is finished", call), NULL;
  if (s->flags & EXITING && wa__list_empty(&s->members)) return wa__misuse("%s: the group is finished", call), NULL;
  if (s->flags & ABORTING) return wa__misuse("%s: the group is shutting down", call), NULL;
  member *m = wa__alloc(sizeof *m);
  if (!m) return wa__no_memory("a member of a group"), NULL;
  wa_task_options later = options ? *options : (wa_task_options){0};
  later.eager = false; /* a member first, for its first step may trap */
  wa_task *task = wa__spawn(call, f, arg, &later, NULL);
  if (!task) return wa__free(m, sizeof *m), NULL;
  wa__group_waits = waits;
  *m = (member){.callback = {.run = member_done}, .group = s, .task = task};
  task->refs++;
  wa__list_push(&s->members, &m->link);
  wa__future_add(task, &m->callback);
  if (options && options->eager) wa__start(wa__task_of(task));
  return task;
}

wa_task *wa_group_spawn(wa_group *g, wa_task_fn f, void *arg) { return spawn("wa_group_spawn", g, f, arg, NULL); }

wa_task *wa_group_spawn_with(wa_group *g, wa_task_fn f, void *arg, const wa_task_options *options) {
  return spawn("wa_group_spawn_with", g, f, arg, options);
}

/* __aexit__, step by step. */
static int leave(struct wa__group *g, wa__task *t, int status) {
  g->flags |= EXITING;
  bool cancelled = status == WA_ECANCELED;
  wa__detail_set(&g->thrown, t->thrown);
  while (!wa__list_empty(&g->members)) {
    t->slot = WA__SLOT_PENDING;
    g->flags |= WAITING;
    int st = wa__wait_slot(t);
    g->flags &= ~(uint32_t)WAITING;
    if (st == WA_ECANCELED && !(g->flags & ABORTING)) {
      cancelled = true;
      wa__detail_set(&g->thrown, t->thrown);
      abort_members(g);
    }
  }
  wa__detail_set(&t->thrown, g->thrown);
  if (g->flags & PARENT_ASKED) wa_uncancel(&t->future);
  if (cancelled && !(g->flags & FAILED)) status = WA_ECANCELED;
  else if (status < 0 && status != WA_ECANCELED) add_error(g, status, wa__thrown_of(t, status));
  if (g->flags & FAILED) {
    status = WA_EGROUP;
    if (t->cancels) { /* somebody else has asked, too: anew, for the group's errors come out here, and that at the next await */
      wa__detail *reason = wa__detail_retain(t->reason);
      wa_uncancel(&t->future);
      wa__cancel(&t->future, reason);
      t->asked_anew = true;
      wa__detail_release(reason);
    }
  }
  return status;
}

/* Returns their number among all groups' errors; 0 without memory. */
static uint32_t set_errors(wa__task *t, const wa__errors *errors) {
  static uint32_t latest;
  wa__detail *d = wa__detail_of_errors(errors);
  if (d) d->number = ++latest;
  else wa__no_memory("a group's errors");
  wa__detail_set(&t->thrown, d);
  wa__detail_release(d);
  return d ? latest : 0;
}

int wa_group_exit(wa_group *g, int status) {
  wa__task *t = wa__need_task("wa_group_exit");
  if (!t) return WA_EMISUSE;
  if (!marked(g) || !wa__scope_holds(t, drop, g))
    return wa__misuse("wa_group_exit: the group was not entered by this task, or was left already");
  struct wa__group *s = g->state;
  if (status < 0 && !(s->flags & ABORTING)) abort_members(s); /* first: a circle through a shield ends by that */
  s->flags |= WAITING; /* meanwhile `waits` takes it for one that waits already */
  bool circle = wa__waits_for_itself(t);
  s->flags &= ~(uint32_t)WAITING;
  if (circle) return wa__misuse("wa_group_exit: the task would wait for a member that waits for it");
  int st = leave(s, t, status);
  g->mark = 0;
  wa__errors errors = {(int *)(void *)s->errors.data, s->errors.size / sizeof(int), s->words.data, s->words.size};
  g->errors = st == WA_EGROUP ? set_errors(t, &errors) : 0;
  drop(&s->scope);
  return st;
}

size_t wa_group_errors(const wa_group *g, int *out, size_t max) {
  if (!wa__given(g, "wa_group_errors") || !g->errors) return 0;
  const wa__task *t = wa__current;
  if (t && t->thrown && t->thrown->kind == WA__ERRORS && t->thrown->number == g->errors) return wa__errors_put(t->thrown, out, max);
  wa__misuse("wa_group_errors: they are gone; only the task that left the group has them, until another error");
  return 0;
}

int wa_fail_group(const int *errors, size_t n) {
  wa__task *t = wa__need_task("wa_fail_group");
  if (!t) return WA_EMISUSE;
  if (!n || !errors) return wa__misuse("wa_fail_group: no errors; expected at least one");
  wa__errors all = {.list = errors, .count = n};
  for (size_t i = 0; i < n; i++) {
    if (!wa__is_error(errors[i]))
      return wa__misuse("wa_fail_group: errors[%u] is %d; expected an error, below 0", (unsigned)i, errors[i]);
    all.words_size += has_words(errors[i]);
  }
  wa__thrown_on();
  return set_errors(t, &all) ? WA_EGROUP : WA_ENOMEM;
}
