/* future.c: a one-shot result and those who wait for it.
 *
 *     PENDING --finish--> FINISHED (a status, a value)      callbacks: a b c --finish--> ready: ... a b c
 *        '----cancel----> CANCELLED (a reason)
 *
 * Laws
 *   - Finishing runs nothing: each callback becomes one ready entry, in the order they were added.
 *   - A future is freed when nobody refers to it; its callbacks' owners take them out first.
 */
#include "future.h"

wa__list wa__futures;
uint32_t wa__future_count;
void (*wa__future_unseen)(wa_future *f);
void (*wa__future_settled)(wa_future *f);
void (*wa__future_finished)(wa_future *f);

const wa__kind *wa__kinds[WA__KINDS];

void wa__future_finish(wa_future *f, int state, int status, void *value, wa__detail *detail) {
  wa__detail_set(&f->detail, detail);
  wa__future_end(f, state, status, value);
  wa__future_tell(f);
}

void wa__future_add(wa_future *f, wa__callback *callback) {
  if (wa__pending(f)) wa__list_push(&f->callbacks, &callback->link);
  else wa__ready(callback);
}

bool wa__cancel(wa_future *f, wa__detail *reason) {
  if (WA__FAULTY(LATE_CANCEL) && f->kind == WA__TASK && f->state == WA__FINISHED)
    f->state = WA__CANCELLED, f->status = WA_ECANCELED;
  if (!wa__pending(f)) return false;
  if (wa__kinds[f->kind]) return wa__kinds[f->kind]->cancel(f, reason);
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  return true;
}

struct wa__nesting wa__nesting;
uint32_t wa__walk;

bool wa__leads_to(wa_future *f, const wa_future *target) {
  if (f == target) return true;
  const wa__kind *kind = f && wa__pending(f) ? wa__kinds[f->kind] : NULL;
  return kind && kind->leads_to && kind->leads_to(f, target);
}

wa_future *wa_future_new(void) {
  wa_future *f = wa__alloc(sizeof *f);
  if (!f) return wa__no_memory("a future"), NULL;
  wa__future_init(f, WA__FUTURE);
  return f;
}

wa_future *wa_retain(wa_future *f) {
  if (!wa__check("wa_retain", f)) return NULL;
  f->refs++;
  return f;
}

/* Whether its last reference is the runtime's own, or a waiter's. */
static inline bool is_needed(const wa_future *f) {
  return wa__pending(f) && (f->kind == WA__TASK || f->callbacks.next != &f->callbacks);
}

bool wa__is_unseen(const wa_future *f) {
  bool told = f->status == WA_EDISCARDED || f->status == WA_ESTACK || f->status == WA_ETRAP;
  return f->state == WA__FINISHED && f->status < 0 && !told && !f->seen;
}

void wa_release(wa_future *f) {
  static const wa_future released = {.kind = WA__FREE};
  if (!f || !wa__check("wa_release", wa__unlikely(f->refs == 1 && is_needed(f)) ? &released : f)) return;
  if (f->refs == 1 && wa__future_unseen && wa__unlikely(wa__is_unseen(f))) {
    f->seen = true;
    wa__future_unseen(f); /* may look at it, and even keep it */
  }
  if (--f->refs) return;
  wa__list_unlink(&f->all);
  wa__detail_release(f->detail);
  wa__future_count--;
  size_t size = sizeof *f;
  if (wa__kinds[f->kind]) size = wa__kinds[f->kind]->clean(f);
  f->kind = WA__FREE;
  if (size) wa__free(f, size);
}

bool wa__check(const char *call, const wa_future *f) {
  if (wa__likely(wa__valid(f))) return true;
  wa__misuse(f ? "%s: the future was released" : "%s: the future is NULL; expected a task or a future", call);
  return false;
}

enum { MOST = 1 << 26 }; /* so that no size of records for each is beyond size_t */

bool wa__check_all(const char *call, wa_future *const *futures, size_t n) {
  if (n && !futures) return wa__misuse("%s: futures is NULL; expected %u of them", call, (unsigned)n), false;
  if (n > MOST) return wa__misuse("%s: n is %u; expected at most %u", call, (unsigned)n, MOST), false;
  for (size_t i = 0; i < n; i++)
    if (!wa__check(call, futures[i])) return false;
  return true;
}

static int settle(const char *call, wa_future *f, int status, void *value) {
  if (!wa__check(call, f)) return WA_EMISUSE;
  if (f->kind != WA__FUTURE) return wa__misuse("%s: the future is a task or made by the runtime; it settles itself", call);
  if (!wa__pending(f)) return wa__misuse("%s: the future is done already (%s)", call, wa_status_name(f->status));
  wa__future_finish(f, WA__FINISHED, status, value, NULL);
  return WA_OK;
}

int wa_resolve(wa_future *f, void *value) { return settle("wa_resolve", f, WA_OK, value); }

int wa_reject(wa_future *f, int status) {
  if (!wa__is_error(status))
    return wa__misuse("wa_reject: status is %d; expected an error, below 0, and neither WA_EPENDING nor INT32_MIN", status);
  return settle("wa_reject", f, status, NULL);
}

bool wa_cancel(wa_future *f, const char *text) {
  if (!wa__check("wa_cancel", f)) return false;
  if (!wa__pending(f)) f->seen = true; /* whoever gives it up wants to hear nothing of its error */
  wa__detail *reason = wa__reason(text);
  bool asked = wa__cancel(f, reason);
  wa__detail_release(reason);
  return asked;
}

/* ---- looking at it --------------------------------------------------------------------------------------- */

bool wa_done(const wa_future *f) { return wa__check("wa_done", f) && !wa__pending(f); }

bool wa_cancelled(const wa_future *f) { return wa__check("wa_cancelled", f) && f->state == WA__CANCELLED; }

int wa_status(const wa_future *f) {
  if (!wa__check("wa_status", f)) return WA_EMISUSE;
  if (!WA__SMALL && wa__pending(f)) return WA_EPENDING; /* one that is being ended has its status already, which a listener reads */
  ((wa_future *)f)->seen |= !wa__pending(f); /* its error is still to come */
  return f->status;
}

void *wa_value(const wa_future *f) { return wa__check("wa_value", f) && !wa__pending(f) ? f->value : NULL; }

size_t wa_errors(const wa_future *f, int *out, size_t max) {
  if (!wa__check("wa_errors", f)) return 0;
  return wa__errors_put(f->detail, out, max);
}

wa_data wa_result(const wa_future *f) {
  return wa__check("wa_result", f) && !wa__pending(f) ? wa__detail_data(f->detail) : (wa_data){0};
}

/* ---- callbacks of the program's own ------------------------------------------------------------------------ */

typedef struct when_done {
  wa__callback callback;
  wa_future *future; /* kept alive until told */
  void (*done)(void *ctx, wa_future *future);
  void *ctx;
} when_done;

bool wa__unheard;

static void tell(wa__callback *callback) {
  when_done w = *wa__container(callback, when_done, callback);
  wa__free(wa__container(callback, when_done, callback), sizeof w);
  if (!wa__unheard) w.done(w.ctx, w.future);
  wa_release(w.future);
}

int wa_when_done(wa_future *f, void (*done)(void *, wa_future *), void *ctx) {
  if (!wa__check("wa_when_done", f)) return WA_EMISUSE;
  if (!done) return wa__misuse("wa_when_done: done is NULL; expected a function");
  when_done *w = wa__alloc(sizeof *w);
  if (!w) return wa__no_memory("a callback");
  *w = (when_done){.callback = {.run = tell}, .future = f, .done = done, .ctx = ctx};
  f->refs++;
  wa__future_add(f, &w->callback);
  return WA_OK;
}
