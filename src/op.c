/* op.c: operations that the host carries out, each a future.
 *
 *     C: wa_start_op --event: started--> host ... --wa__op_finish--> done, the waiting task is ready
 *                         '- cancel --event: cancelled--> host aborts; its answer is void
 *
 * Laws
 *   - An operation is over for C the moment it is cancelled; whatever the host still does, nobody waits for it.
 *   - What the host reads of the start is in the record. While the host may still read it, the operation's handle keeps it,
 *     or once it was cancelled the event of that: the future may be gone before the record is.
 */
#include "op.h"
#include "events.h"

#include <string.h>

uint32_t wa__op_count;
bool wa__op_untold;
static int start_failure; /* why the latest wa_start_op gave NULL */

typedef struct op {
  wa_future future;
  union {
    struct started { /* what the host reads */
      const char *name;
      uint32_t type;
      const void *data;
      uint32_t size;
      double number;
      uint32_t task;     /* the handle of the task that started it, 0 if the host has none */
      uint32_t known_as; /* a name that comes again has a number, and the host need not read it; 0: it has none */
    } started;
    /* A number that it answers, as most do: no allocation. Nobody keeps it for longer than the operation: see answered. */
    _Alignas(double) char answer[sizeof(wa__detail) + sizeof(double)];
  };
  bool pinned;       /* the event of its cancellation keeps the record */
  wa__detail *reason; /* whose text that event has */
  uint32_t size;     /* of texts */
  char texts[];      /* copies of the name that has no number, and of the input */
} op;

static inline op *op_of(wa_future *f) { return wa__container(f, op, future); }
static inline wa__detail *own_answer(wa_future *f) { return (wa__detail *)op_of(f)->answer; }

/* ---- names -------------------------------------------------------------------------------------------------- */

/* Each name's place is where the program's pointer to it leads, so a literal is found at once; and once there, it stays. */
enum { NAME_BITS = 5, NAMES = 1 << NAME_BITS, NAME_SIZE = 28 };
static char names[NAMES][NAME_SIZE];
/* The same where the program gives a literal, whose text need not be looked at: 90 instructions of an await's 1,850. */
static const char *literals[NAMES];

static uint32_t known_as(const char *name, bool literal) {
  uint32_t i = ((uint32_t)(uintptr_t)name * 0x9e3779b1u) >> (32 - NAME_BITS); /* 2^32 over the golden ratio: it spreads */
  if (literal && literals[i] == name) return i + 1;
  char *known = names[i];
  if (!known[0]) {
    size_t length = strlen(name);
    if (length < NAME_SIZE) memcpy(known, name, length);
  }
  if (!name[0] || strcmp(known, name)) return 0;
  if (literal) literals[i] = name;
  return i + 1;
}

/* ---- the end -------------------------------------------------------------------------------------------------- */

static void forget_handle(wa_future *f) {
  if (!f->handle) return;
  wa__handle_void(f);
  wa__release(f);
}

static void over(wa_future *f) {
  wa__op_count--;
  forget_handle(f);
}

/* Without memory for the event the handle goes on keeping the record, and tells that it is to be told late. */
static void tell_cancelled(wa_future *f) {
  op *o = op_of(f);
  o->pinned = true;
  o->reason = wa__detail_retain(f->detail);
  if (wa__event_push(WA__EVENT_OP_CANCELLED, f->handle, o->reason ? o->reason->data : NULL, o)) forget_handle(f);
  else wa__op_untold = true;
}

static bool cancel(wa_future *f, wa__detail *reason) {
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  wa__op_count--;
  tell_cancelled(f);
  return true;
}

WA__COLD void wa__op_tell_late(void) {
  wa__op_untold = false;
  WA__LIST_EACH(link, &wa__futures) {
    wa_future *f = wa__container(link, wa_future, all);
    if (f->kind == WA__OP && !wa__pending(f) && f->handle) tell_cancelled(f);
    if (wa__op_untold) return;
  }
}

static size_t size_of(const op *o) { return sizeof *o + o->size; }

static size_t clean(wa_future *f) {
  if (wa__pending(f)) wa__op_count--; /* the host gave its handle back, so nobody will answer */
  return op_of(f)->pinned ? 0 : size_of(op_of(f));
}

void wa__op_unpin(void *record) {
  op *o = record;
  wa__detail_release(o->reason);
  o->pinned = false;
  if (o->future.kind == WA__FREE) wa__free(o, size_of(o));
}

static const wa__kind kind = {.cancel = cancel, .clean = clean};

static bool pending(wa_future *f) {
  if (f->kind == WA__OP && wa__pending(f)) return true;
  wa__misuse("the handle is not a pending operation");
  return false;
}

int wa__op_finish(wa_future *f, int status, wa__detail *data) {
  bool ok = pending(f);
  if (ok && status == WA_ECANCELED) wa__future_finish(f, WA__CANCELLED, status, NULL, NULL);
  else if (ok) wa__future_finish(f, WA__FINISHED, status, data ? data->data : NULL, data);
  wa__detail_release(data);
  if (ok) over(f);
  return ok ? WA_OK : WA_EMISUSE;
}

int wa__op_number(wa_future *f, double number) {
  if (!pending(f)) return WA_EMISUSE;
  wa__detail *d = own_answer(f);
  *d = (wa__detail){.refs = 2, .size = sizeof number, .kind = WA_NUMBER};
  memcpy(d->data, &number, sizeof number);
  f->detail = d; /* one of its two references: it is part of the operation, and never freed by itself */
  wa__future_end(f, WA__FINISHED, WA_OK, d->data); /* the host, which answered, is not told */
  over(f);
  return WA_OK;
}

static wa_future *fail(int status) {
  start_failure = status;
  return NULL;
}

/* An operation that fails at once, so that the caller sees it where it waits. */
static WA__COLD wa_future *refuse(const char *name) {
  char text[160];
  size_t n = wa__format(text, sizeof text, "no host carries out operation '%s': the program runs without one", name);
  wa_future *f = wa_future_new();
  wa__detail *d = f ? wa__detail_new(WA_TEXT, text, n) : NULL;
  if (f) wa__future_finish(f, WA__FINISHED, WA_EHOST, NULL, d);
  wa__detail_release(d);
  return f ? f : fail(WA_ENOMEM);
}

static wa_future *start(const char *call, const char *name, bool literal, wa_type type, const void *data, size_t size,
                        double number) {
  if (!name) return fail(wa__misuse("%s: name is NULL; expected the name of a host function", call));
  if (type > WA_NUMBER || ((type == WA_BYTES || type == WA_TEXT) && size && !data))
    return fail(wa__misuse("%s: the input of '%s' has no type that wa_type names, or no data", call, name));
  wa__thrown_on();
  if (!wa__events_on) return refuse(name);
  uint32_t known = known_as(name, literal);
  size_t length = known ? 0 : strlen(name) + 1;
  if (type == WA_NUMBER) size = 0;
  op *o = size < SIZE_MAX / 2 ? wa__alloc(sizeof *o + length + size) : NULL;
  if (!o) return fail(wa__no_memory("an operation"));
  wa__kinds[WA__OP] = &kind;
  wa__future_init(&o->future, WA__OP);
  wa__op_count++;
  o->pinned = false;
  o->size = (uint32_t)(length + size);
  char *copy = o->texts + length;
  if (length) memcpy(o->texts, name, length);
  if (size) memcpy(copy, data, size);
  uint32_t task = wa__current ? wa__current->future.handle : 0;
  o->started = (struct started){known ? names[known - 1] : o->texts, type, copy, (uint32_t)size, number, task, known};
  if (!wa__handle_of(&o->future) || !wa__event_push(WA__EVENT_OP_STARTED, o->future.handle, &o->started, NULL)) {
    if (o->future.handle) wa__handle_close(o->future.handle);
    wa_release(&o->future);
    return fail(wa__no_memory("an operation"));
  }
  return &o->future;
}

wa_future *wa_start_op(const char *name, const wa_data *input) {
  static const wa_data nothing;
  const wa_data *in = input ? input : &nothing;
  return start("wa_start_op", name, false, in->type, in->data, in->size, in->number);
}

/* ---- awaited in one call ----------------------------------------------------------------------------------------- */

wa_data wa__answer;

/* wa_release of an operation that a number has answered: nobody has cancelled it, and its detail is its own. */
static void forget(wa_future *f) {
  wa__list_unlink(&f->all);
  wa__future_count--;
  f->kind = WA__FREE;
  wa__free(op_of(f), size_of(op_of(f)));
}

/* Bytes and texts stay until the task's next operation; a number is copied, because it ends with this one. */
static WA__COLD bool keep(wa__task *t, wa__detail *d) {
  if (!d && !t->extra) return true;
  if (wa__extra_of(t)) wa__detail_set(&t->extra->received, d);
  return t->extra;
}

/* Apart, like refuse: the frames on the C stack that these have would be set up for every answer, 15 instructions each. */
static WA__COLD int answered_otherwise(wa__task *t, wa_future *f) {
  wa__detail *d = f->detail;
  int st = wa__take(t, f);
  if (d && d->kind > WA_NUMBER) d = NULL;
  wa__answer = wa__detail_data(d);
  bool kept = keep(t, d);
  wa_release(f);
  if (kept) return st;
  wa__answer = (wa_data){0};
  return wa__no_memory("what an operation answered");
}

static int answered(wa__task *t, wa_future *f) {
  wa__detail *d = f->detail;
  if (wa__likely(d && f->kind == WA__OP && d == own_answer(f))) {
    /* Not wa__detail_data: a record copied by 8 bytes waits for its stores of 4, which took 7 ns. */
    wa__answer.data = NULL;
    wa__answer.size = 0;
    wa__answer.type = WA_NUMBER;
    wa__answer.number = *(double *)d->data;
    f->seen = true;
    if (wa__likely(f->refs == 1)) forget(f);
    else f->refs--;
    if (wa__unlikely(t->extra != NULL)) wa__detail_set(&t->extra->received, NULL);
    return WA_OK;
  }
  return answered_otherwise(t, f);
}

static int begin(const char *name, bool literal, wa_type type, const void *data, size_t size, double number) {
  wa__answered = answered;
  static const char call[] = "wa_await_op";
  wa__task *t = wa__need_task(call);
  wa_future *f = t ? start(call, name, literal, type, data, size, number) : NULL;
  if (wa__unlikely(!f)) {
    wa__answer = (wa_data){0};
    return t ? start_failure : WA_EMISUSE;
  }
  if (wa__pending(f)) {
    f->answers = true;
    wa__park_future(t, f);
    f->refs--; /* the wait has one of its own */
    return WA__PARKED;
  }
  return answered(t, f);
}

__attribute__((noinline)) int wa__fiber_op(const char *name, bool literal, wa_type type, const void *data, size_t size,
                                           double number) {
  WA__FIBER_WAIT(begin(name, literal, type, data, size, number));
}

extern inline int wa_await_op(const char *name, const wa_data *input, wa_data *result);
