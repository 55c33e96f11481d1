/* future.h: the record behind wa_future, and what it can carry. See future.c. */
#ifndef WA_FUTURE_H
#define WA_FUTURE_H

#include "loop.h"

/* What goes along with a status: the text of a reason, the members of a group's error, data for the host.
 * Counted, because one reason may stand in a hundred thousand tasks. */
typedef struct wa__detail {
  uint32_t refs;
  uint32_t size; /* of data, in bytes */
  int kind;
  uint32_t number; /* its maker's: a place in guest.c's table, which of all groups' errors; data is 8-aligned by it */
  char data[];
} wa__detail;

/* Kinds of detail; data has its wa_type, so that a host's record needs no table. */
enum { WA__REASON = 16, WA__ERRORS = 17 };

wa__detail *wa__detail_new(int kind, const void *data, size_t size); /* a 0 byte follows the data; NULL: no memory */
static inline wa__detail *wa__detail_retain(wa__detail *d) {
  if (d) d->refs++;
  return d;
}
void wa__detail_release(wa__detail *d);
WA__INLINE void wa__detail_set(wa__detail **slot, wa__detail *d) {
  wa__detail_retain(d);
  wa__detail_release(*slot);
  *slot = d;
}
wa__detail *wa__detail_text(int kind, const char *text);
/* The reason's text as a detail. NULL for NULL. */
wa__detail *wa__reason(const char *text);
/* A group's errors, and of each WA_EHOST and WA_EMISUSE what was said: one text behind the other, in their order. */
typedef struct wa__errors {
  const int *list;
  size_t count;
  const char *words; /* NULL: nothing was said, each time */
  size_t words_size; /* in bytes, with the 0 of each */
} wa__errors;
wa__detail *wa__detail_of_errors(const wa__errors *e); /* NULL without memory */
wa__errors wa__detail_errors(const wa__detail *d);     /* none, of any other detail */
size_t wa__errors_put(const wa__detail *d, int *out, size_t max);
wa_data wa__detail_data(const wa__detail *d);

enum { WA__FREE = 0, WA__FUTURE, WA__TASK, WA__GATHER, WA__SHIELD, WA__OP, WA__DELAY, WA__FD };
enum { WA__PENDING = 0, WA__FINISHED, WA__CANCELLED };

struct wa_future {
  uint8_t kind, state;
  bool seen : 1;       /* somebody looked at its outcome */
  bool barred : 1;     /* a task that awaited itself: see wa_await */
  bool mark : 1;       /* while a set of futures is being read: it was met before */
  bool untold : 1;     /* the host has not heard of its end, for want of memory */
  bool answers : 1;    /* an operation that wa_await_op waits for */
  uint32_t refs;
  int32_t status;
  uint32_t handle;     /* its place in the host's table, 0: none */
  void *value;
  wa__detail *detail;
  wa__list callbacks;  /* in the order they were added */
  wa__list all;        /* every future there is, in the order of creation */
};

/* Sets the outcome and schedules the callbacks, one ready entry each. Only while pending. */
void wa__future_finish(wa_future *f, int state, int status, void *value, wa__detail *detail);
/* wa_release, which is a call only for the last reference: a fifteenth of a task spawned and awaited. */
#if WA__SMALL
#define wa__release wa_release
#else
static inline void wa__release(wa_future *f) {
  if (wa__likely(f->refs > 1)) f->refs--;
  else wa_release(f);
}
#endif
/* Adds a callback; schedules it if the future is done. */
void wa__future_add(wa_future *f, wa__callback *callback);
static inline bool wa__pending(const wa_future *f) { return f->state == WA__PENDING; }
static inline bool wa__valid(const wa_future *f) { return f && f->kind != WA__FREE; }
/* The argument checks: `call` names the function for the sentence. */
bool wa__check(const char *call, const wa_future *f);
bool wa__check_all(const char *call, wa_future *const *futures, size_t n);

/* Future.cancel(): what a cancellation does to each kind of future. */
bool wa__cancel(wa_future *f, wa__detail *reason);

/* What each kind does of its own, told by whoever makes that kind: upward news. A kind without: a plain future. */
typedef struct wa__kind {
  bool (*cancel)(wa_future *f, wa__detail *reason);
  size_t (*clean)(wa_future *f); /* gives back what it holds; returns the size of its record, 0: it is not to be freed yet */
  bool (*leads_to)(wa_future *f, const wa_future *target); /* waits for target, at whatever remove; may be NULL */
  const char *title; /* of those that lead on and have no name */
} wa__kind;
enum { WA__KINDS = WA__FD + 1 };
extern const wa__kind *wa__kinds[WA__KINDS];
bool wa__leads_to(wa_future *f, const wa_future *target);
/* What is under way in nests; a trap ends it. */
extern struct wa__nesting {
  uint32_t cancels; /* in each other */
  bool cleaning;
} wa__nesting;
extern uint32_t wa__walk; /* raised for each such question: who was met in this walk leads nowhere new */

extern bool wa__unheard;          /* the loop has ended: callbacks of the program are given back without a call */
extern wa__list wa__futures;      /* all of them */
extern uint32_t wa__future_count;
extern void (*wa__future_unseen)(wa_future *f);
/* Whether it failed, nobody looked, and no report of another kind has told of it. */
bool wa__is_unseen(const wa_future *f);
/* For those that have a place in the host's table. */
extern void (*wa__future_settled)(wa_future *f);
/* NULL unless traced: told of every end, while those who wait are still there. */
extern void (*wa__future_finished)(wa_future *f);

WA__INLINE void wa__future_init(wa_future *f, int kind) {
  f->kind = (uint8_t)kind;
  f->state = WA__PENDING;
  f->seen = f->mark = f->barred = f->answers = f->untold = false;
  f->refs = 1;
  f->status = WA_EPENDING;
  f->handle = 0;
  f->value = NULL;
  f->detail = NULL;
  wa__list_init(&f->callbacks);
  wa__list_push(&wa__futures, &f->all);
  wa__future_count++;
}

/* The parts of wa__future_finish. Always inline, because only functions that toolchain/nosuspend.txt names may call through these
 * pointers. */
static inline __attribute__((always_inline)) void wa__future_end(wa_future *f, int state, int status, void *value) {
  f->state = (uint8_t)state;
  f->status = status;
  f->value = value;
  if (wa__unlikely(wa__future_finished != NULL)) wa__future_finished(f);
  if (WA__FAULTY(LIFO)) wa__list_splice_to(&f->callbacks, &wa__the_loop.ready);
  wa__list_splice_to(&wa__the_loop.ready, &f->callbacks);
}
static inline __attribute__((always_inline)) void wa__future_tell(wa_future *f) {
  if (f->handle && wa__future_settled) wa__future_settled(f);
}

#endif
