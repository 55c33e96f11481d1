/* cancel.c: a request to stop, from who asks to the await that tells it.
 *
 *     wa_cancel --> running or ready: noted -----------------------------.
 *                   parked: what it waits for is cancelled, it is ready --'--> its await returns WA_ECANCELED
 *                   inside an uncancellable region: noted until after that
 *
 * Laws
 *   - A task is asked, never stopped: only its own awaits tell it (wait.c), and what it does then is its own affair.
 *   - Each request counts until it is taken back. Who takes back the last one, of which the task has not been told, undoes it.
 */
#include "task.h"

/* A task that waits for a task that waits ...: a walk, because the chain may be long. The request is noted in each,
 * and what the last one waits for is cancelled; if that refuses, the last one is told at its next step. */
bool wa__cancel_task(wa_future *f, wa__detail *reason) {
  for (;;) {
    wa__task *t = wa__task_of(f);
    if (!t->cancels++) {
      t->cancelled_at = wa__the_loop.now;
      wa__leaving_count++;
    }
    /* A wait that is cancelled already says why; a future that is awaited has a reason of its own. */
    if (t->waiting != &wa__slot || t->slot != WA__SLOT_CANCELLED) wa__detail_set(&t->reason, reason);
    wa__trace(t, WA_TRACE_CANCEL);
    wa_future *deeper = t->mask_level ? NULL : t->waiting;
    if (deeper && deeper->kind == WA__TASK && wa__pending(deeper)) {
      f = deeper;
      continue;
    }
    if (deeper == &wa__slot && t->slot == WA__SLOT_PENDING) wa__slot_settle(t, WA__SLOT_CANCELLED);
    else if (!deeper || deeper == &wa__slot || !wa__cancel(deeper, reason)) t->request_level |= WA__ASKED;
    if (t->request_level) wa__fuel = 1; /* a checkpoint looks at once */
    return true;
  }
}

void wa__cancel_quietly(wa__task *t) {
  wa__detail *reason = t->cancels ? wa__detail_retain(t->reason) : NULL;
  wa__cancel(&t->future, NULL);
  wa__detail_set(&t->reason, reason);
  wa__detail_release(reason);
}

int wa_cancelling(const wa_task *f) {
  if (!wa__check("wa_cancelling", f)) return WA_EMISUSE;
  if (f->kind != WA__TASK) return wa__misuse("wa_cancelling: the future is not a task");
  return wa__task_of((wa_task *)f)->cancels;
}

int wa_uncancel(wa_task *f) {
  if (!wa__check("wa_uncancel", f)) return WA_EMISUSE;
  if (f->kind != WA__TASK) return wa__misuse("wa_uncancel: the future is not a task");
  wa__task *t = wa__task_of(f);
  if (WA__FAULTY(UNCANCEL)) return t->cancels;
  bool pending = t->request_level != 0; /* then the latest is not among those that the body has heard of */
  if (t->in_defers && t->extra->heard && t->extra->heard == t->cancels - pending) t->extra->heard--;
  if (t->cancels && !--t->cancels) {
    t->request_level = 0;
    t->delivered = t->asked_anew = false;
    if (wa__pending(f)) wa__leaving_count--;
  }
  return t->cancels;
}

int wa_uncancellable_enter(void) {
  wa__task *t = wa__need_task("wa_uncancellable_enter");
  if (!t) return WA_EMISUSE;
  if (t->mask_level == UINT8_MAX - 2) return wa__misuse("wa_uncancellable_enter: nested more than 127 times");
  t->mask_level += t->mask_level ? 2 : 1;
  return WA_OK;
}

int wa_uncancellable_exit(void) {
  wa__task *t = wa__need_task("wa_uncancellable_exit");
  if (!t) return WA_EMISUSE;
  if (!t->mask_level) return wa__misuse("wa_uncancellable_exit: the task did not enter");
  t->mask_level -= t->mask_level > 1 ? 2 : 1;
  if (t->request_level) wa__fuel = 1;
  return WA_OK;
}
