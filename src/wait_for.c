/* wait_for.c: an await with an end: asyncio.wait_for, and the bounded stop.
 *
 *     wait_for:      await f, in a timeout scope -> what f gives, or WA_ETIMEDOUT once f has ended
 *     stop_within:   cancel f -> it ends: what it gives
 *                             '- the grace is over: a report, WA_ETIMEDOUT; it is discarded, or left to end when it will
 *
 * Law: wait_for comes back only when what it waited for has ended, as asyncio's does; stop_within never later than the grace.
 */
#include "report.h"
#include "timeout.h"

/* A one-shot look at somebody else's future, for a task that waits on its slot. */
typedef struct watch {
  wa__callback callback;
  wa__scope scope;
  wa__task *task;
  wa_future *future;
  int status;
} watch;

static void release_waiter(wa__callback *callback) {
  watch *w = wa__container(callback, watch, callback);
  if (w->task->slot == WA__SLOT_PENDING) wa__slot_settle(w->task, WA__SLOT_DONE);
}

static void drop_watch(wa__scope *scope) {
  watch *w = wa__container(scope, watch, scope);
  wa__list_unlink(&w->callback.link);
  wa_release(w->future);
  wa__scope_leave(scope);
  wa__free(w, sizeof *w);
}

/* _cancel_and_wait, for at most `grace`: the status of the wait is in the watch, which keeps the future alive until it is
 * dropped; and if the waiting task is discarded, it drops itself. NULL without memory. */
static watch *cancel_and_wait(wa__task *t, wa_future *f, wa_time grace) {
  watch *w = wa__alloc(sizeof *w);
  if (!w) return wa__no_memory("a wait"), NULL;
  *w = (watch){.callback = {.run = release_waiter}, .task = t, .future = f};
  f->refs++;
  wa__scope_enter(t, &w->scope, drop_watch, NULL);
  wa__future_add(f, &w->callback);
  t->slot = WA__SLOT_PENDING;
  wa__slot_timer(t, grace);
  wa__cancel(f, NULL);
  w->status = wa__wait_slot(t);
  return w;
}

static const char wait_for[] = "wa_wait_for";

/* wa_await, which names itself where it refuses: the task itself it refuses only after a turn. */
static int await(wa__task *t, wa_future *f) {
  int st = wa_await(f);
  return f == &t->future && st == WA_EMISUSE ? wa__misuse(WA__AWAITS_ITSELF, wait_for) : st;
}

int wa_wait_for(wa_future *f, wa_time timeout) {
  wa__task *t = wa__need_task(wait_for);
  if (!t || !wa__check(wait_for, f)) return WA_EMISUSE;
  if (timeout < 0) return wa__misuse("wa_wait_for: timeout is %d ns; expected 0 or more", timeout);
  if (!wa__pending(f)) return wa__take(t, f);
  if (timeout == 0) {
    watch *w = cancel_and_wait(t, f, WA_FOREVER);
    if (!w) return WA_ENOMEM;
    int st = w->status;
    if (st == WA_OK) st = wa__take(t, f) == WA_ECANCELED ? WA_ETIMEDOUT : f->status;
    drop_watch(&w->scope);
    return st;
  }
  if (wa__await_refused(wait_for, t, f)) return WA_EMISUSE;
  if (timeout == WA_FOREVER) return await(t, f);
  wa_timeout *scope = wa__timeout_enter(t, NULL, timeout);
  return scope ? wa__timeout_leave(scope, await(t, f)) : WA_ENOMEM;
}

int wa_stop_within(wa_task *f, wa_time grace, bool discard) {
  wa__task *t = wa__need_task("wa_stop_within");
  if (!t || !wa__check("wa_stop_within", f)) return WA_EMISUSE;
  if (f->kind != WA__TASK || f == &t->future) return wa__misuse("wa_stop_within: expected another task");
  if (grace < 0) return wa__misuse("wa_stop_within: grace is %d ns; expected 0 or more", grace);
  if (!wa__pending(f)) return wa__take(t, f);
  watch *w = cancel_and_wait(t, f, grace);
  if (!w) return WA_ENOMEM;
  int st = w->status;
  if (st == WA_OK && !wa__pending(f)) {
    st = wa__take(t, f);
  } else if (st == WA_OK) {
    wa__task *late = wa__task_of(f);
    wa__report_overdue(late, wa_now());
    if (discard && !wa__fiber_runs(&late->fiber)) wa__task_discard(late, WA_EDISCARDED);
    st = WA_ETIMEDOUT;
  }
  drop_watch(&w->scope);
  return st;
}
