/* timeout.c: a deadline over a stretch of code: asyncio.timeout, wait_for, and the bounded stop.
 *
 *     CREATED -enter-> ENTERED -exit-> EXITED
 *                         '- deadline: the task is cancelled -> expiring -exit-> EXPIRED: WA_ETIMEDOUT
 *                                                               (still ENTERED; the flag is on the heap)
 *
 * Law: exit takes back exactly the request that the deadline made; if somebody else asked too, that one goes on.
 */
#include "report.h"

enum { CREATED, ENTERED, EXPIRED, EXITED };

/* What a deadline reads and writes, on the heap: the program's wa_timeout may lie on a C stack that is gone, because its task died or
 * its function returned without the exit. */
struct wa__timeout {
  wa__due due;
  wa__scope scope;
  wa_timeout *owner; /* the program's record, or own; the deadline does not follow it */
  wa__task *task;
  bool expiring;
  uint8_t region; /* the uncancellable region in which it was entered; 0: in none */
  wa_timeout own; /* wait_for's, which has no program's record to use */
};

static void on_timeout(wa__handle *handle) {
  struct wa__timeout *timer = wa__container(handle, struct wa__timeout, due.handle);
  timer->expiring = true;
  wa__task *task = timer->task;
  uint8_t region = task->uncancellable, asked = task->must_cancel, pierced = timer->region ? timer->region + 1 : 0;
  /* An uncancellable region can still bound its own waits: a deadline that was set inside it goes through. One that was set in a
   * region around that is told when it is left. */
  if (timer->region >= region) task->uncancellable = 0;
  wa__cancel_quietly(task);
  task->uncancellable = region;
  /* Not told yet: noted as this deadline's, so that wa__to_tell lets it through here; of two the deeper one's stays. */
  if (pierced && task->must_cancel) task->must_cancel = (asked & WA__ASKED) | (asked > pierced ? asked : pierced);
}

static void drop(wa__scope *scope) {
  struct wa__timeout *timer = wa__container(scope, struct wa__timeout, scope);
  wa__due_cancel(&timer->due);
  wa__scope_leave(scope);
  wa__free(timer, sizeof *timer);
}

static void arm(wa_timeout *t, wa_time delay) {
  struct wa__timeout *timer = t->timer;
  wa__due_cancel(&timer->due);
  t->when = delay == WA_FOREVER ? WA_FOREVER : wa__after(delay);
  if (t->when == WA_FOREVER) return;
  if (delay > 0) wa__deadline(&timer->due, t->when);
  else wa__ready(&timer->due.handle);
}

/* owner NULL: the timer's own record. NULL without memory. */
static struct wa__timeout *enter(wa__task *task, wa_timeout *owner, wa_time delay) {
  struct wa__timeout *timer = wa__alloc(sizeof *timer);
  if (!timer) return wa__no_memory("a timeout"), NULL;
  wa__due_init(&timer->due, on_timeout);
  timer->expiring = false;
  timer->task = task;
  timer->region = task->uncancellable;
  wa_timeout *t = timer->owner = owner ? owner : &timer->own;
  *t = (wa_timeout){.task = &task->future, .timer = timer, .cancelling = task->cancels, .state = ENTERED};
  wa__scope_enter(task, &timer->scope, drop);
  arm(t, delay);
  return timer;
}

/* Whether the deadline of a scope around this one, set inside an uncancellable region too, has passed: then the cancellation is that
 * one's. */
static bool passed_around(const struct wa__timeout *timer) {
  for (const wa__scope *scope = timer->scope.next; scope; scope = scope->next) {
    const struct wa__timeout *around = wa__container(scope, struct wa__timeout, scope);
    if (scope->drop == drop && around->region && around->expiring) return true;
  }
  return false;
}

static int leave(wa_timeout *t, int status) {
  struct wa__timeout *timer = t->timer;
  bool expired = timer->expiring;
  t->state = expired ? EXPIRED : EXITED;
  t->timer = NULL;
  /* Inside an uncancellable region nobody else's request comes through, so the cancellation is this deadline's. */
  uint8_t region = wa__task_of(t->task)->uncancellable;
  bool inside = region && timer->region >= region && !passed_around(timer);
  if (expired && (wa_uncancel(t->task) <= t->cancelling || inside) && status == WA_ECANCELED) status = WA_ETIMEDOUT;
  drop(&timer->scope);
  return status;
}

static bool entered(wa__task *task, const wa_timeout *t) {
  if (!t || t->state != ENTERED || t->task != &task->future) return false; /* deep nests are many to walk through */
  for (wa__scope *scope = task->scopes; scope; scope = scope->next) {
    if (scope->drop == drop && wa__container(scope, struct wa__timeout, scope)->owner == t) return true;
  }
  return false;
}

int wa_timeout_enter(wa_timeout *t, wa_time delay) {
  wa__task *task = wa__need_task("wa_timeout_enter");
  if (!task) return WA_EMISUSE;
  if (entered(task, t)) return wa__misuse("wa_timeout_enter: task '%s' is inside this timeout, or left it without wa_timeout_exit", wa_name(&task->future));
  if (!t) return wa__misuse("wa_timeout_enter: t is NULL; expected a wa_timeout");
  if (delay < 0) return wa__misuse("wa_timeout_enter: delay is %d ns; expected 0 or more", delay);
  return enter(task, t, delay) ? WA_OK : WA_ENOMEM;
}

int wa_timeout_reschedule(wa_timeout *t, wa_time delay) {
  if (!t || t->state != ENTERED || t->timer->owner != t || t->timer->expiring) return wa__misuse("wa_timeout_reschedule: the timeout is not active");
  if (delay < 0) return wa__misuse("wa_timeout_reschedule: delay is %d ns; expected 0 or more", delay);
  arm(t, delay);
  return WA_OK;
}

int wa_timeout_exit(wa_timeout *t, int status) {
  if (!t || t->state != ENTERED || t->task != wa_current() || t->timer->owner != t)
    return wa__misuse("wa_timeout_exit: the timeout was not entered by this task, or was left already");
  return leave(t, status);
}

bool wa_timeout_expired(const wa_timeout *t) {
  return wa__given(t, "wa_timeout_expired") && (t->state == ENTERED ? t->timer->expiring : t->state == EXPIRED);
}

/* ---- wait_for --------------------------------------------------------------------------------------------------- */

/* A one-shot look at somebody else's future, for a task that waits on its slot. */
typedef struct watch {
  wa__handle handle;
  wa__scope scope;
  wa__task *task;
  wa_future *future;
  int status;
} watch;

static void release_waiter(wa__handle *handle) {
  watch *w = wa__container(handle, watch, handle);
  if (w->task->slot == WA__SLOT_PENDING) wa__slot_settle(w->task, WA__SLOT_DONE);
}

static void drop_watch(wa__scope *scope) {
  watch *w = wa__container(scope, watch, scope);
  wa__list_unlink(&w->handle.link);
  wa__scope_leave(scope);
  wa_release(w->future);
  wa__free(w, sizeof *w);
}

/* _cancel_and_wait, for at most `grace`: the status of the wait is in the watch, which keeps the future alive until it is
 * dropped; and if the waiting task is discarded, it drops itself. NULL without memory. */
static watch *cancel_and_wait(wa__task *t, wa_future *f, wa_time grace) {
  watch *w = wa__alloc(sizeof *w);
  if (!w) return wa__no_memory("a wait"), NULL;
  *w = (watch){.handle = {.run = release_waiter}, .task = t, .future = f};
  f->refs++;
  wa__scope_enter(t, &w->scope, drop_watch);
  wa__future_add(f, &w->handle);
  t->slot = WA__SLOT_PENDING;
  wa__slot_timer(t, grace);
  wa__cancel(f, NULL);
  w->status = wa__wait_slot(t);
  return w;
}

int wa_wait_for(wa_future *f, wa_time timeout) {
  wa__task *t = wa__need_task("wa_wait_for");
  if (!t || !wa__check("wa_wait_for", f)) return WA_EMISUSE;
  if (timeout < 0) return wa__misuse("wa_wait_for: timeout is %d ns; expected 0 or more", timeout);
  if (!wa__pending(f)) return wa__take(t, f);
  if (timeout == WA_FOREVER) return wa_await(f);
  if (timeout == 0) {
    watch *w = cancel_and_wait(t, f, WA_FOREVER);
    if (!w) return WA_ENOMEM;
    int st = w->status;
    if (st == WA_OK) st = wa__take(t, f) == WA_ECANCELED ? WA_ETIMEDOUT : f->status;
    drop_watch(&w->scope);
    return st;
  }
  struct wa__timeout *timer = enter(t, NULL, timeout);
  return timer ? leave(timer->owner, wa_await(f)) : WA_ENOMEM;
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
    if (discard && !wa__fiber_runs(&late->fiber)) {
      if (late->waiting && late->waiting->answers) wa__cancel(late->waiting, NULL); /* nobody else waits for it */
      wa__task_discard(late, WA_EDISCARDED);
    }
    st = WA_ETIMEDOUT;
  }
  drop_watch(&w->scope);
  return st;
}
