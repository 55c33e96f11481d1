/* inspect.c: what a program can read of its tasks, and hand over as a result. */
#include "op.h"

#include <string.h>

const char *wa_name(const wa_future *f) {
  wa__task *t = wa__valid(f) ? wa__as_task((wa_future *)f) : NULL;
  if (!t) return "";
  wa__extra *e = wa__extra_of(t);
  if (e && !e->name) {
    char text[24];
    e->name = wa__detail_new(WA_TEXT, text, wa__format(text, sizeof text, "task-%u", (unsigned)t->id));
  }
  return e && e->name ? e->name->data : "task";
}

const char *wa_site(const wa_future *f) {
  wa__task *t = wa__valid(f) ? wa__as_task((wa_future *)f) : NULL;
  return t && !wa__fiber_runs(&t->fiber) && wa__pending(f) ? t->site : "";
}

const char *wa_reason(const wa_future *f) {
  if (!wa__check("wa_reason", f)) return "";
  wa__task *t = wa__as_task((wa_future *)f);
  wa__detail *reason = t && wa__pending(f) ? t->reason : f->detail;
  return reason && reason->kind == WA__REASON ? reason->data : "";
}

void wa_count(wa_counts *out) {
  if (!wa__given(out, "wa_count")) return;
  out->tasks = wa__task_count;
  out->futures = wa__future_count;
  out->timers = wa__due_count();
  out->operations = wa__op_count;
  out->handles = wa__handle_count;
  out->stacks = wa__fiber_stacks;
  out->bytes = wa__bytes;
}

/* ---- results -------------------------------------------------------------------------------------------------------- */

int wa_return(void *value) {
  wa__task *t = wa__need_task("wa_return");
  if (!t) return WA_EMISUSE;
  wa__detail_set(&t->future.detail, NULL);
  t->future.value = value;
  return WA_OK;
}

static int give(const char *call, int type, const void *data, size_t size) {
  wa__task *t = wa__need_task(call);
  if (!t) return WA_EMISUSE;
  if (size && !data) return wa__misuse("%s: data is NULL; expected %u bytes", call, (unsigned)size);
  wa__detail *d = wa__detail_new(type, data, size);
  if (!d) return wa__no_memory("a result");
  wa__detail_release(t->future.detail);
  t->future.detail = d;
  t->future.value = d->data;
  return WA_OK;
}

int wa_return_bytes(const void *data, size_t size) { return give("wa_return_bytes", WA_BYTES, data, size); }

int wa_return_text(const char *text) {
  if (!text) return wa__misuse("wa_return_text: text is NULL; expected a text");
  return give("wa_return_text", WA_TEXT, text, strlen(text));
}

int wa_return_number(double number) { return give("wa_return_number", WA_NUMBER, &number, sizeof number); }

wa_data wa_input(void) {
  const wa__task *t = wa__asking();
  return t && t->extra ? wa__detail_data(t->extra->input) : (wa_data){0};
}

/* ---- finally -------------------------------------------------------------------------------------------------------- */

static int run_deferred(void *arg) {
  wa__task *t = arg;
  if (t->must_cancel && t->extra->body_status >= 0) { /* asked while the body ran: so it ends, whatever it returned */
    t->extra->body_status = WA_ECANCELED;
    wa__detail_set(&t->thrown, t->reason);
  }
  wa__detail_set(&t->extra->body_thrown, t->thrown);
  for (wa__defer *d; (d = t->extra->defers);) {
    wa__defer now = *d;
    t->extra->defers = d->next;
    wa__free(d, sizeof *d);
    now.cleanup(now.arg);
  }
  wa__detail_set(&t->thrown, t->extra->body_thrown);
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
