/* defer.c: what a task has to do at its end, however it ends: Python's finally, beside the one that is plain C behind a call.
 *
 *     body returned -> clean-up 3 -> clean-up 2 -> clean-up 1 -> finish        on the same fiber, so each may wait
 *
 * Laws
 *   - The last deferred is the first to run, and each runs once.
 *   - A cancellation that the body has not heard of, and that the clean-ups do not take back, is how a task ends whose body
 *     succeeded or was cancelled, as where it comes out of a `finally`. Nothing else that they hear of changes how it ends.
 */
#include "task.h"

static int run_deferred(void *arg) {
  wa__task *t = arg;
  wa__detail_set(&t->extra->body_thrown, t->thrown);
  t->extra->heard = t->cancels - (t->request_level != 0);
  for (wa__defer *d; (d = t->extra->defers);) {
    wa__defer now = *d;
    t->extra->defers = d->next;
    wa__free(d, sizeof *d);
    now.cleanup(now.arg);
  }
  int32_t *status = &t->extra->body_status;
  bool told = t->cancels > t->extra->heard && !t->request_level && (*status >= 0 || *status == WA_ECANCELED);
  if (told) *status = WA_ECANCELED;
  wa__detail_set(&t->thrown, told ? t->reason : t->extra->body_thrown);
  return WA_OK;
}

int wa_defer(void (*cleanup)(void *arg), void *arg) {
  wa__task *t = wa__need_task("wa_defer");
  if (!t) return WA_EMISUSE;
  if (!cleanup) return wa__misuse("wa_defer: cleanup is NULL; expected a function");
  wa__defer *d = wa__extra_of(t) ? wa__alloc(sizeof *d) : NULL;
  if (!d) return wa__no_memory("a deferred clean-up");
  wa__deferred = run_deferred;
  *d = (wa__defer){t->extra->defers, cleanup, arg};
  t->extra->defers = d;
  return WA_OK;
}
