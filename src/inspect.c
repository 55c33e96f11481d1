/* inspect.c: what a program can read of its tasks, and hand over as a result. */
#include "op.h"
#include "run.h"

#include <string.h>

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

void wa_tasks(void (*visit)(wa_task *task, void *ctx), void *ctx) {
  if (!wa__given((const void *)(intptr_t)visit, "wa_tasks")) return;
  uint32_t last = wa__last_id;
  bool may_end = !wa__inside; /* a task, by a wa_run of the visitor's; else a pending one keeps itself */
  wa__list ended = {0};       /* those are given back last: who hears of their errors may release any other */
  wa__visit before = wa__visit_begin();
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__unfinished(link);
    if (!t) continue;
    if ((int32_t)(t->id - last) > 0) break; /* the visitor has spawned it */
    t->future.refs += may_end;
    visit(&t->future, ctx); /* which may release any future but this */
    WA__LIST_AGAIN(link);
    if (may_end && !wa__pending(&t->future)) wa__list_push(&ended, &t->step.link);
    else t->future.refs -= may_end;
  }
  wa__visit_end(before);
  for (wa__list *link; (link = wa__list_pop(&ended));) wa_release(&wa__container(link, wa__task, step.link)->future);
}

void wa_count(wa_counts *out) {
  if (!wa__given(out, "wa_count")) return;
  out->tasks = wa__task_count;
  out->futures = wa__future_count - wa__task_count;
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
