/* wait.c: how a task is suspended, and what it hears when it wakes: every wait of the library, wherever it begins.
 *
 *     running --wait--> parked: `waiting` is a future, or its own slot --settled--> ready --wake--> running
 *                          |                                                          |
 *                          '--cancel: what it waits for is cancelled ----------------'
 *
 * Laws
 *   - One kind of wait: a future awaited. A slot is a future that only its task can see, so it needs no record.
 *   - A request to stop surfaces here and nowhere else: as WA_ECANCELED from the wait.
 */
#include "task.h"

const char *wa__site = "";
wa_future wa__slot = {.kind = WA__FUTURE};
/* What a task that awaits itself waits for: done, so that it cannot be cancelled; told one turn later, as in CPython. */
static wa_future self = {.kind = WA__FUTURE, .state = WA__FINISHED};

/* Notes, in t->thrown, why a wait was cancelled. Two things it must not overwrite: a group's errors that the task has not handed
 * on yet (then it goes to t->reason); and, once the task was told to stop, the reason for that: what it cancels while it cleans
 * up is not why it ends. */
static void note_reason(wa__task *t, wa__detail *reason) {
  bool errors = t->thrown && t->thrown->kind == WA__ERRORS;
  if (!t->delivered || reason == t->reason) wa__detail_set(errors ? &t->reason : &t->thrown, reason);
}

int wa__take(wa__task *t, wa_future *f) {
  f->seen = true;
  if (f->status == WA_ECANCELED) note_reason(t, f->detail);
  else if (f->status < 0 && wa__thrown_hear) wa__thrown_hear(t, f);
  return f->status;
}

static inline void park(wa__task *t) { t->site = wa__site; }

void wa__park_turn(wa__task *t) {
  wa__ready(&t->step);
  park(t);
}

#if !WA__SMALL
wa__request wa__passed_on;
#endif

/* A request that came while the task was running hits what it now waits for. */
void wa__park_future(wa__task *t, wa_future *f) {
  f->refs++;
  t->waiting = f;
  wa__list_push(&f->callbacks, &t->step.link);
  park(t);
  if (wa__to_tell(t) && wa__cancel(f, t->reason)) {
#if !WA__SMALL
    wa__passed_on = (wa__request){t->id, wa__the_loop.turns, t->request_level};
#endif
    wa__told(t);
  }
}

/* The slot was set to pending, and whoever settles it knows of it. */
static void park_slot(wa__task *t) {
  t->waiting = &wa__slot;
  park(t);
  if (wa__to_tell(t)) wa__slot_settle(t, WA__SLOT_CANCELLED);
}

int wa__wait_slot(wa__task *t) {
  park_slot(t);
  return wa__fiber_suspend();
}

int wa__wait_queue(wa__task *t, wa__list *queue, wa__pass_on pass_on, wa__list *passed) {
  t->slot = WA__SLOT_PENDING;
  t->slot_use = WA__IN_QUEUE;
  t->queued.queue = passed;
  t->queued.pass_on = pass_on;
  wa__list_push(queue, &t->waiter);
  park_slot(t);
  return wa__fiber_suspend();
}

void wa__slot_settle(wa__task *t, int slot) {
  if (t->slot_use == WA__IN_TIMER) wa__slot_leave(t);
  t->slot = (uint8_t)slot;
  wa__trace(t, WA_TRACE_WAKE);
  wa__ready(&t->step);
}

static void note_delivery(wa__task *t) {
  if (t->extra) t->extra->told++;
  if (!t->cancels || t->delivered) return;
  t->delivered = true;
  t->cancel_site = t->site;
  wa__trace(t, WA_TRACE_CLEANUP);
}

int (*wa__answered)(wa__task *t, wa_future *f);
void (*wa__thrown_hear)(wa__task *t, const wa_future *f);

/* What the wait came to. */
static int wa__outcome(wa__task *t) {
  wa_future *f = t->waiting;
  int st = WA_OK;
  wa__site = t->site; /* others have waited since; a call of the runtime's that waits again does so at the same place */
  if (f == &wa__slot) {
    wa__slot_leave(t);
    if (t->slot == WA__SLOT_CANCELLED) {
      st = WA_ECANCELED;
      note_reason(t, t->reason);
    }
  } else if (f == &self) {
    st = wa__misuse(WA__AWAITS_ITSELF, "wa_await");
  } else if (f && f->answers) {
    st = wa__answered(t, f);
  } else if (f) {
    st = wa__take(t, f);
    wa__release(f);
  }
  t->waiting = NULL;
  if (wa__to_tell(t)) {
    wa__told(t);
    if (st != WA_ECANCELED) note_reason(t, t->reason);
    st = WA_ECANCELED;
  }
  if (st == WA_ECANCELED) note_delivery(t);
  return st;
}

void wa__forget_wait(wa__task *t) {
  if (t->waiting && t->waiting != &wa__slot && t->waiting != &self) wa_release(t->waiting);
  t->waiting = NULL;
}

int wa__deliver(wa__task *t) {
  wa__told(t);
  t->site = wa__site;
  note_reason(t, t->reason);
  note_delivery(t);
  return WA_ECANCELED;
}

void wa__wake(wa__callback *callback) {
  wa__task *t = wa__container(callback, wa__task, step);
  int outcome = WA_OK;
  if (wa__unlikely(t->waiting || t->request_level)) {
    if (t->request_level && !wa__fiber_begun(&t->fiber)) return wa__never_begun(t);
    wa__current = t;
    outcome = wa__outcome(t);
  }
  wa__current = wa__latest = t;
  bool ended = wa__fiber_step(&t->fiber, outcome);
  wa__current = NULL;
  if (wa__unlikely(ended)) wa__body_over(t);
}

/* ---- time --------------------------------------------------------------------------------------------------- */

wa_time wa__after(wa_time delay) {
  return wa__plus(wa_now(), delay);
}

static void slot_due(wa__callback *callback) { wa__slot_settle(wa__container(callback, wa__task, step), WA__SLOT_DONE); }

void wa__slot_timer(wa__task *t, wa_time delay) {
  t->slot_use = WA__IN_TIMER;
  wa__due_init(&t->timer, slot_due);
  if (delay != WA_FOREVER) wa__deadline(&t->timer, wa__after(delay));
}

void wa__slot_leave(wa__task *t) {
  if (t->slot_use == WA__IN_QUEUE) wa__list_unlink(&t->waiter);
  if (t->slot_use == WA__IN_TIMER) wa__due_cancel(&t->timer);
  t->step.run = NULL; /* from here on: wa__wake */
  t->slot_use = WA__IN_NOTHING;
}

/* ---- the public waits ----------------------------------------------------------------------------------------- */

static int yield_begin(void) {
  wa__task *t = wa__need_task("wa_yield");
  if (!t) return WA_EMISUSE;
  wa__park_turn(t);
  return WA__PARKED;
}

static int sleep_begin(wa_time delay) {
  wa__task *t = wa__need_task("wa_sleep");
  if (!t) return WA_EMISUSE;
  if (delay < 0) return wa__misuse("wa_sleep: t is %d ns; expected 0 or more", delay);
  if (delay == 0) {
    wa__park_turn(t);
    return WA__PARKED;
  }
  t->slot = WA__SLOT_PENDING;
  wa__slot_timer(t, delay);
  park_slot(t);
  return WA__PARKED;
}

/* Names the chain "t -> f -> ... -> t" in wa_error_text; it stops after five, or at what is no task. */
static WA__COLD int cycle(const char *call, wa__task *t, wa_future *f) {
  wa__misuse("%s: these tasks would wait for each other: %s", call, wa_name(&t->future));
  for (int names = 4; f != &t->future; f = wa__task_of(f)->waiting) {
    bool group = !WA__SMALL && f == &wa__slot; /* small: no circle through a group is found */
    const char *other = !names-- ? "..." : group ? "(group)" : wa__kinds[f->kind]->title;
    wa__misuse_more(" -> %s", other ? other : wa_name(f));
    if (other) break;
  }
  return wa__misuse_more(" -> %s", wa_name(&t->future));
}

wa_future *(*wa__nest_waits)(wa__callback *callback);
wa_future *(*wa__group_waits)(wa__callback *callback);

#if WA__SMALL /* 90 bytes of gzip less; a circle through a group is not found */
static bool closes_cycle(wa__task *t, wa_future *f) {
  wa__walk++;
  return !wa__list_empty(&t->future.callbacks) && wa__leads_to(f, &t->future);
}
bool wa__waits_for_itself(wa__task *t) { return (void)t, false; }
#else
/* f leads to t where f is among those who wait for t, for whom waits for t, ... These are often few, however many stand below:
 * 30,000 members of a group, each awaiting the one before, took a minute. Beyond so many callbacks the walk from f down has to
 * tell. */
enum { NEAR_BY = 64 };
enum { ABSENT, FOUND, MANY };

static WA__COLD int wa__find_above(wa__task *t, const wa_future *f) {
  static wa_future *above[NEAR_BY + 1];
  above[0] = &t->future;
  for (uint32_t n = 1, looks = NEAR_BY; n;) {
    wa_future *next = above[--n];
    WA__LIST_EACH(link, &next->callbacks) {
      if (!looks--) return MANY;
      wa__callback *callback = wa__container(link, wa__callback, link);
      wa_future *who = &wa__container(callback, wa__task, step)->future;
      if (callback->run) who = wa__nest_waits ? wa__nest_waits(callback) : NULL;
      if (callback->run && !who && wa__group_waits) who = wa__group_waits(callback);
      if (who == f) return FOUND;
      if (who) above[n++] = who;
    }
  }
  return ABSENT;
}

static WA__COLD bool search_for_cycle(wa__task *t, wa_future *f) {
  int found = wa__find_above(t, f);
  wa__walk++;
  return found == MANY ? wa__leads_to(f, &t->future) : found;
}

static inline bool closes_cycle(wa__task *t, wa_future *f) {
  return !wa__list_empty(&t->future.callbacks) && search_for_cycle(t, f);
}

bool wa__waits_for_itself(wa__task *t) { return wa__find_above(t, &t->future) == FOUND; }
#endif

bool wa__await_refused(const char *call, wa__task *t, wa_future *f) {
  if (f->barred) return wa__misuse(WA__AWAITS_ITSELF, call), true;
  return f != &t->future && closes_cycle(t, f) && cycle(call, t, f);
}

int wa__await_begin(wa_future *f) {
  static const char call[] = "wa_await";
  wa__task *t = wa__need_task(call);
  if (!t || !wa__check(call, f)) return WA_EMISUSE;
  if (!wa__pending(f)) return wa__take(t, f);
  /* CPython's C task stays half awaited after it awaited itself, and every later await of it fails at once. */
  if (wa__unlikely(f->barred)) return wa__misuse(WA__AWAITS_ITSELF, call);
  if (wa__unlikely(f == &t->future)) {
    f->barred = true;
    t->waiting = &self;
    wa__park_turn(t);
    return WA__PARKED;
  }
  if (wa__unlikely(closes_cycle(t, f))) return cycle(call, t, f);
  wa__park_future(t, f);
  return WA__PARKED;
}

/* Never in another function, such as those below: asyncify would not see that it suspends. */
#define WA__APART __attribute__((noinline))
WA__APART int wa__fiber_await(wa_future *f) { WA__FIBER_WAIT(wa__await_begin(f)); }
WA__APART int wa__fiber_sleep(wa_time delay) { WA__FIBER_WAIT(sleep_begin(delay)); }
WA__APART int wa__fiber_yield(void) { WA__FIBER_WAIT(yield_begin()); }

/* The inline waits of wasyncio.h, for those who take their address. */
extern inline int wa_await(wa_future *f);
extern inline int wa_sleep(wa_time delay);
extern inline int wa_yield(void);

int wa_call(wa_task_fn f, void *arg) {
  wa__task *t = wa__need_task("wa_call");
  if (!t) return WA_EMISUSE;
  if (!f) return wa__misuse("wa_call: f is NULL; expected a function");
  return wa__fiber_call(f, arg, t->scopes);
}
