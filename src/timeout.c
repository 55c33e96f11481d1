/* timeout.c: a deadline over a stretch of code: asyncio.timeout.
 *
 *     CREATED -enter-> ENTERED -exit-> EXITED
 *                         '- deadline: the task is cancelled -> expiring -exit-> EXPIRED: WA_ETIMEDOUT
 *                                                               (still ENTERED; the flag is on the heap)
 *
 * Law: exit takes back exactly the request that the deadline made; if somebody else asked too, that one goes on.
 */
#include "timeout.h"

enum { EXPIRED = 1, EXITED }; /* the mark of a record that was left */

static bool marked(const wa_timeout *t) { return t && t->mark == wa__mark_of(t); }

/* What a deadline reads and writes, on the heap: the program's wa_timeout may lie on a C stack that is gone, because its task
 * died or its function returned without the exit. */
struct wa__timeout {
  wa__due due;
  wa__scope scope;
  wa__task *task;
  bool expiring;
  uint8_t mask_level; /* where it was entered */
  bool untold;        /* it has passed, and was not heard of before another did */
  int32_t heard;      /* so many requests had been heard of by then that the exit leaves; below 0: one of anybody's had not */
  int32_t tells;      /* a clean-up entered it, which hears of a request of the body's time when it is told so often; 0: not so */
  wa_timeout own; /* wait_for's, which has no program's record to use */
};

static void drop(wa__scope *scope) {
  struct wa__timeout *timer = wa__container(scope, struct wa__timeout, scope);
  wa__due_cancel(&timer->due);
  wa__scope_leave(scope);
  wa__free(timer, sizeof *timer);
}

/* Of its request, while that is masked: task.h. */
static uint8_t level_of(const struct wa__timeout *timer) { return timer->mask_level ? timer->mask_level + 1 : 0; }

/* As this deadline passes: whose request was heard before. All that is untold is told at once, by one wait. Outside of regions its
 * own is told by the wait that it ends; and a group may ask anew for a request that was heard, which is then not this one's to
 * take back. */
static void note_heard(struct wa__timeout *timer) {
  const wa__task *task = timer->task;
  bool inner = true, masked = task->mask_level && !task->asked_anew;
  timer->untold = true;
  timer->heard = !masked || task->request_level & WA__ASKED ? -1 : task->cancels;
  for (wa__scope *scope = task->scopes; scope; scope = scope->next) {
    struct wa__timeout *other = wa__container(scope, struct wa__timeout, scope);
    if (scope->drop != drop) continue;
    if (other == timer) inner = false;
    else if (task->request_level <= WA__ASKED) other->untold = false;
    if (!inner || !other->expiring) continue; /* else its own request is taken back before this one's */
    if (!masked || timer->heard >= 0 || other->mask_level) timer->heard--;
    else timer->heard = other->heard;
  }
}

static void on_timeout(wa__callback *callback) {
  struct wa__timeout *timer = wa__container(callback, struct wa__timeout, due.callback);
  timer->expiring = true;
  wa__task *task = timer->task;
  uint8_t mask = task->mask_level, before = task->request_level, own = level_of(timer);
  note_heard(timer);
  /* An uncancellable region can still bound its own waits: a deadline that was set inside it goes through. One that was set in a
   * region around that is told when it is left. */
  if (timer->mask_level >= mask) task->mask_level = 0;
  wa__cancel_quietly(task);
  task->mask_level = mask;
  /* Not told yet: noted as this deadline's, so that wa__to_tell lets it through here; of two the deeper one's stays. */
  if (own && task->request_level) task->request_level = (before & WA__ASKED) | (before > own ? before : own);
}

/* A request that nobody has heard is not for whoever waits after the scope: what is left are those of the scopes around, and
 * anybody's. */
static void take_back_untold(const struct wa__timeout *timer, wa__task *task) {
  uint8_t asked = task->request_level & WA__ASKED, level = 0;
  if (!timer->mask_level && !task->asked_anew && task->cancels <= timer->heard) asked = 0;
  for (const wa__scope *scope = timer->scope.next; scope; scope = scope->next) {
    const struct wa__timeout *around = wa__container(scope, struct wa__timeout, scope);
    if (scope->drop == drop && around->untold && level_of(around) > level) level = level_of(around);
  }
  task->request_level = asked | (task->request_level > WA__ASKED ? level : 0);
}

static void arm(wa_timeout *t, wa_time delay) {
  struct wa__timeout *timer = t->state;
  wa__due_cancel(&timer->due);
  t->when = delay == WA_FOREVER ? WA_FOREVER : wa__after(delay);
  if (t->when == WA_FOREVER) return;
  if (delay > 0) wa__deadline(&timer->due, t->when);
  else wa__ready(&timer->due.callback);
}

wa_timeout *wa__timeout_enter(wa__task *task, wa_timeout *record, wa_time delay) {
  struct wa__timeout *timer = wa__alloc(sizeof *timer);
  if (!timer) return wa__no_memory("a timeout"), NULL;
  wa__due_init(&timer->due, on_timeout);
  timer->expiring = timer->untold = false;
  timer->task = task;
  timer->mask_level = task->mask_level;
  timer->tells = task->in_defers && wa__to_tell(task) ? task->extra->told + 1 : 0;
  wa_timeout *t = record ? record : &timer->own;
  *t = (wa_timeout){.task = &task->future, .state = timer, .cancelling = task->cancels, .mark = wa__mark_of(t)};
  wa__scope_enter(task, &timer->scope, drop, t);
  arm(t, delay);
  return t;
}

/* Whether the deadline of a scope around this one, set inside an uncancellable region too, has passed: then the cancellation is
 * that one's. */
static bool passed_around(const struct wa__timeout *timer) {
  for (const wa__scope *scope = timer->scope.next; scope; scope = scope->next) {
    const struct wa__timeout *around = wa__container(scope, struct wa__timeout, scope);
    if (scope->drop == drop && around->mask_level && around->expiring) return true;
  }
  return false;
}

int wa__timeout_leave(wa_timeout *t, int status) {
  struct wa__timeout *timer = t->state;
  bool expired = timer->expiring;
  t->mark = expired ? EXPIRED : EXITED;
  t->state = NULL;
  /* Inside an uncancellable region nobody else's request comes through, so the cancellation is this deadline's. */
  wa__task *task = wa__task_of(t->task);
  uint8_t mask = task->mask_level;
  bool inside = mask && timer->mask_level >= mask && !passed_around(timer);
  if (expired && (wa_uncancel(t->task) <= t->cancelling || inside) && status == WA_ECANCELED) {
    status = WA_ETIMEDOUT;
    /* Told of both at once, as of this deadline; unless the other was taken back before. */
    if (timer->tells && timer->tells == task->extra->told && task->extra->heard < task->cancels) task->extra->heard++;
  }
  if (expired && task->request_level) take_back_untold(timer, task);
  drop(&timer->scope);
  return status;
}

/* The mark alone may have outlived the task that entered it. */
static wa__task *holder_of(const wa_timeout *t) {
  return marked(t) ? wa__scope_holder(t->task, drop, t) : NULL;
}

int wa_timeout_enter(wa_timeout *t, wa_time delay) {
  wa__task *task = wa__need_task("wa_timeout_enter");
  if (!task) return WA_EMISUSE;
  wa__task *holder = holder_of(t);
  if (holder)
    return wa__misuse("wa_timeout_enter: task '%s' is inside this timeout, or left it without wa_timeout_exit",
                      wa_name(&holder->future));
  if (!t) return wa__misuse("wa_timeout_enter: t is NULL; expected a wa_timeout");
  if (delay < 0) return wa__misuse("wa_timeout_enter: delay is %d ns; expected 0 or more", delay);
  return wa__timeout_enter(task, t, delay) ? WA_OK : WA_ENOMEM;
}

int wa_timeout_reschedule(wa_timeout *t, wa_time delay) {
  if (!holder_of(t) || t->state->expiring)
    return wa__misuse("wa_timeout_reschedule: the timeout is not active");
  if (delay < 0) return wa__misuse("wa_timeout_reschedule: delay is %d ns; expected 0 or more", delay);
  arm(t, delay);
  return WA_OK;
}

int wa_timeout_exit(wa_timeout *t, int status) {
  if (!marked(t) || !wa__current || !wa__scope_holds(wa__current, drop, t))
    return wa__misuse("wa_timeout_exit: the timeout was not entered by this task, or was left already");
  return wa__timeout_leave(t, status);
}

bool wa_timeout_expired(const wa_timeout *t) {
  return wa__given(t, "wa_timeout_expired") && (holder_of(t) ? t->state->expiring : t->mark == EXPIRED);
}
