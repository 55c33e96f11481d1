/* op.c: operations that the host carries out, each a future.
 *
 *     C: wa_start_op --event: started--> host ... --wa__op_finish--> done, the waiting task is ready
 *                         '- cancel --event: cancelled--> host aborts; its answer is void
 *
 * Law: an operation is over for C the moment it is cancelled; whatever the host still does, nobody waits for it.
 */
#include "op.h"
#include "events.h"

#include <string.h>

uint32_t wa__op_count;
static int start_failure; /* why the latest wa_start_op gave NULL */

/* What the host reads of a start; the texts follow it in the same detail. */
typedef struct started {
  const char *name;
  uint32_t type;
  const void *data;
  uint32_t size;
  double number;
  uint32_t task; /* the handle of the task that started it, 0 if the host has none */
} started;

static void over(wa_future *f) {
  wa__op_count--;
  if (f->handle) wa__handle_close(f->handle);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  wa__event_push(WA__EVENT_OP_CANCELLED, f->handle, reason ? reason->data : NULL, reason);
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  over(f);
  return true;
}

static size_t clean(wa_future *f) { return sizeof *f; }

static const wa__kind kind = {cancel, clean, NULL};

int wa__op_finish(wa_future *f, int status, wa__detail *data) {
  if (f->kind != WA__OP || !wa__pending(f)) {
    wa__detail_release(data);
    return wa__misuse("the handle is not a pending operation");
  }
  if (status == WA_ECANCELED) wa__future_finish(f, WA__CANCELLED, status, NULL, NULL);
  else wa__future_finish(f, WA__FINISHED, status, data ? data->data : NULL, data);
  wa__detail_release(data);
  over(f);
  return WA_OK;
}

/* An operation that fails at once, so that the caller sees it where it waits. */
static wa_future *refuse(const char *name) {
  char text[160];
  size_t n = wa__format(text, sizeof text, "no host carries out operation '%s': the program runs without one", name);
  wa_future *f = wa_future_new();
  wa__detail *d = f ? wa__detail_new(WA_TEXT, text, n) : NULL;
  if (f) wa__future_finish(f, WA__FINISHED, WA_EHOST, NULL, d);
  wa__detail_release(d);
  return f;
}

__attribute__((noinline)) wa_future *wa_start_op(const char *name, const wa_data *input) {
  static const wa_data nothing;
  const wa_data *in = input ? input : &nothing;
  start_failure = WA_EMISUSE;
  if (!name) return wa__misuse("wa_start_op: name is NULL; expected the name of a host function"), NULL;
  if (in->type > WA_NUMBER || ((in->type == WA_BYTES || in->type == WA_TEXT) && in->size && !in->data))
    return wa__misuse("wa_start_op: the input of '%s' has no type that wa_type names, or no data", name), NULL;
  start_failure = WA_ENOMEM;
  if (!wa__events_on) return refuse(name);
  size_t length = strlen(name) + 1, size = in->type == WA_NUMBER ? 0 : in->size;
  wa_future *f = wa_future_new();
  wa__detail *d = f ? wa__detail_new(WA_BYTES, NULL, sizeof(started) + length + size) : NULL;
  if (d) wa__kinds[WA__OP] = &kind, f->kind = WA__OP;
  if (!d || !wa__handle_of(f)) {
    wa__detail_release(d);
    wa_release(f);
    return wa__no_memory("an operation"), NULL;
  }
  started *s = (started *)d->data;
  char *texts = d->data + sizeof *s;
  memcpy(texts, name, length);
  if (size) memcpy(texts + length, in->data, size);
  *s = (started){texts, in->type, texts + length, (uint32_t)size, in->number, wa__current ? wa__current->future.handle : 0};
  wa__op_count++;
  wa__event_push(WA__EVENT_OP_STARTED, f->handle, s, d);
  wa__detail_release(d);
  return f;
}

/* Out of line, as the start is: records on the C stack here, none in the function that suspends. */
static __attribute__((noinline)) int hand_over(wa__task *t, wa_future *f, int st, wa_data *result) {
  wa__detail *d = f->detail && f->detail->kind <= WA_NUMBER ? f->detail : NULL;
  if (d && !wa__extra_of(t)) st = wa__no_memory("what an operation answered"), d = NULL;
  if (t->extra) wa__detail_set(&t->extra->received, d);
  if (result) *result = wa__detail_data(d);
  wa_release(f);
  return st;
}

int wa_await_op(const char *name, const wa_data *input, wa_data *result) {
  wa__task *t = wa__need_task("wa_await_op");
  if (!t) return WA_EMISUSE;
  wa_future *f = wa_start_op(name, input);
  if (!f) return start_failure;
  int st = wa_await(f);
  return hand_over(t, f, st, result);
}
