/* completed.c: futures handed out as they end: asyncio.as_completed.
 *
 *     todo: a b c  --callback-->  a queue of those that are done  --next-->  the program
 *                  --deadline-->  as many ends-of-time as are left
 *
 * Law: the state lives as long as a callback or the timer may still come to it, or the program holds it. So an iterator
 * that a cancelled task leaves behind does what CPython's does: its timer stays. And what next hands out is borrowed of the
 * state: so nobody gets anything of one that is closed, or whose task has ended.
 */
#include "queue.h"
#include "watch.h"

#include <string.h>

struct wa__completed {
  wa__due due;
  wa__scope scope;
  wa_queue done; /* of futures; NULL: the time was up */
  uint32_t n, todo, left;
  uint32_t inside; /* other tasks that wait in next: a waiter each */
  wa__task *owner;
  bool owner_inside, closed;
  bool held;  /* by the program */
  void *item; /* not a local of next: a frame there would make its task keep a C stack */
  wa__watch watches[];
};

/* Another task than the owner, while it waits: it may be discarded. */
typedef struct waiter {
  wa__scope scope;
  struct wa__completed *state;
} waiter;

static size_t size_of(size_t n) { return sizeof(struct wa__completed) + n * sizeof(wa__watch); }

static void end(struct wa__completed *c) {
  if (c->inside || c->owner_inside) return; /* the last of those ends it */
  wa__due_cancel(&c->due);
  wa__watch_end(c->watches, c->n);
  wa__scope_leave(&c->scope);
  wa_queue_close(&c->done);
  wa__free(c, size_of(c->n));
}

/* Whoever waits in next hears of it; the last of those ends it. */
static void shut(struct wa__completed *c) {
  c->closed = true;
  wa_queue_shutdown(&c->done, true);
  wa__watch_stop(c->watches, c->n);
  wa__due_cancel(&c->due);
  end(c);
}

/* Nobody may ask any more. If nobody does, the last callback or the timer ends it. */
static void drop(wa__scope *scope) {
  struct wa__completed *c = wa__container(scope, struct wa__completed, scope);
  c->owner = NULL;
  c->held = c->owner_inside = false; /* discarded while it waited, if it did */
  if (!c->inside && (!c->todo || c->closed)) return end(c);
  if (c->inside) shut(c);
  wa__scope_leave(scope);
}

static void leave(wa__scope *scope) {
  waiter *w = wa__container(scope, waiter, scope);
  struct wa__completed *c = w->state;
  wa__scope_leave(scope);
  wa__free(w, sizeof *w);
  c->inside--;
  if (c->closed) end(c);
}

static void member_done(wa__callback *callback) {
  wa__watch *watch = wa__container(callback, wa__watch, callback);
  struct wa__completed *c = watch->owner;
  c->todo--;
  wa_queue_put_nowait(&c->done, watch->future);
  if (c->todo) return;
  wa__due_cancel(&c->due);
  if (!c->held) end(c);
}

static void on_timeout(wa__callback *callback) {
  struct wa__completed *c = wa__container(callback, struct wa__completed, due.callback);
  wa__watch_stop(c->watches, c->n);
  for (; c->todo; c->todo--) wa_queue_put_nowait(&c->done, NULL);
  if (!c->held) end(c);
}

int wa_completed_init(wa_completed *it, wa_future *const *futures, size_t n, wa_time timeout) {
  wa__task *t = wa__need_task("wa_completed_init");
  if (!t || !wa__check_all("wa_completed_init", futures, n)) return WA_EMISUSE;
  if (!it) return wa__misuse("wa_completed_init: it is NULL; expected a wa_completed");
  if (timeout < 0) return wa__misuse("wa_completed_init: timeout is %d ns; expected 0 or more", timeout);
  struct wa__completed *c = wa__alloc(size_of(n));
  if (!c) return wa__no_memory("an iterator");
  memset(c, 0, size_of(n));
  wa_queue_init(&c->done, 0);
  if (!wa__queue_reserve(&c->done, n)) {
    wa__free(c, size_of(n));
    return wa__no_memory("an iterator");
  }
  wa__due_init(&c->due, on_timeout);
  c->n = (uint32_t)n;
  c->held = true;
  c->owner = t;
  wa__scope_enter(t, &c->scope, drop, NULL);
  c->left = c->todo = wa__watch_begin(c->watches, futures, n, member_done, c);
  it->state = c;
  if (c->todo && timeout != WA_FOREVER) wa__deadline(&c->due, wa__after(timeout));
  return WA_OK;
}

int wa_completed_next(wa_completed *it, wa_future **out) {
  if (!wa__need_task("wa_completed_next")) return WA_EMISUSE;
  if (!it || !it->state || !out) return wa__misuse("wa_completed_next: expected an iterator from wa_completed_init, and out");
  *out = NULL;
  if (!it->state->left) return WA_OK;
  struct wa__completed *c = it->state;
  waiter *w = wa__current == c->owner ? NULL : wa__alloc(sizeof *w);
  if (!w && wa__current != c->owner) return wa__no_memory("a wait");
  c->left--;
  if (w) {
    w->state = c;
    c->inside++;
    wa__scope_enter(wa__current, &w->scope, leave, NULL);
  } else {
    c->owner_inside = true;
  }
  int st = wa_queue_get(&c->done, &c->item);
  if (st == WA_OK) *out = c->item;
  if (w) {
    leave(&w->scope);
  } else {
    c->owner_inside = false;
    if (c->closed) end(c);
  }
  if (st == WA_ESHUTDOWN) return wa__misuse("wa_completed_next: the iterator was closed meanwhile, or its task ended");
  return st < 0 || *out ? st : WA_ETIMEDOUT;
}

void wa_completed_close(wa_completed *it) {
  if (!it || !it->state) return;
  struct wa__completed *c = it->state;
  it->state = NULL;
  shut(c);
}
