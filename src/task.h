/* task.h: the record behind wa_task. See task.c for its life, wait.c for its waits. */
#ifndef WA_TASK_H
#define WA_TASK_H

#include "fiber.h"
#include "future.h"

/* What a task holds inside the runtime while it is in a call (the nodes of a wa_wait, a timeout, a group). Only a task
 * that ends without clean-up leaves any behind: drop gives them back. A listener may trap in it, and it is called anew, so it
 * leaves the scope last. */
typedef struct wa__scope {
  struct wa__scope *next, **at; /* at: what points to this one; NULL: in no list */
  void (*drop)(struct wa__scope *scope);
  const void *record; /* the program's, which it enters and leaves; NULL: none */
} wa__scope;

typedef struct wa__defer {
  struct wa__defer *next;
  void (*cleanup)(void *arg);
  void *arg;
} wa__defer;

/* Cancellation is masked as interrupts are: a request is told while its level is above the task's mask_level, which is 0 outside
 * of uncancellable regions, and 1, 3, 5, ... inside of 1, 2, 3, ... of them.
 *
 *     request_level   who has asked, and was not heard yet                  told
 *     0               nobody                                                never
 *     1: WA__ASKED    anybody                                               outside of all regions
 *     n + 1           a deadline that was set where the mask_level was n    there, and in the regions around that
 *     n + 2           both                                                  the same; WA__ASKED then stays, if still masked
 */
enum { WA__ASKED = 1 };
enum { WA__SLOT_PENDING, WA__SLOT_DONE, WA__SLOT_CANCELLED };

/* What few tasks have, made when it is needed. */
typedef struct wa__extra {
  wa__detail *name, *input;
  wa__detail *received; /* what the latest operation answered */
  wa__defer *defers;
  wa__detail *words;       /* the host's, with the latest WA_EHOST that an await returned */
  wa__detail *misuse;      /* the sentence of the latest wrong call, its own or one that an await returned */
  int32_t body_status;     /* while deferred clean-ups run; and what came with it: they hear of other errors */
  wa__detail *body_thrown;
  int32_t heard;           /* and of its requests, those not taken back that the body has heard of */
  int32_t told;            /* how often a wait has told of any */
} wa__extra;

/* What a task waits for in a queue, and what does there for a task that was ended before it could run what that would have done:
 * it was woken, or it was cancelled, or it waits still. */
typedef void (*wa__pass_on)(wa__list *queue, bool woken);
typedef struct wa__queued {
  wa__callback callback;
  wa__pass_on pass_on;
  wa__list *queue;
} wa__queued;

/* A million of them may sleep: 144 bytes. */
typedef struct wa__task {
  wa_future future;
  union {
    wa__callback step;    /* its next: in the ready queue, or among the callbacks of what it waits for */
    wa__due timer;        /* of a sleep, of a wa_wait: the same, which has nothing else to wait for then */
    wa__queued queued;    /* the same in a lock's, event's, ... queue */
  };
  wa_future *waiting;     /* NULL: ready or running; &wa__slot: its own slot, below */
  uint8_t slot : 2;       /* a future of which only this task knows: a sleep's, a lock's */
  uint8_t slot_use : 2;   /* what will settle it: the timer, or whose queue the task is in */
  uint8_t mask_level;     /* of uncancellable regions: 0, and then 1 3 5 ..., the deeper the higher */
  uint8_t request_level;  /* asked to stop, and not told yet: by whom, see above */
  bool delivered : 1;     /* told */
  bool ungraceful : 1;    /* reported as such: once is enough */
  bool closing : 1;       /* wa__cancel_all has asked it, and does so once */
  bool asked_anew : 1;    /* by a group, for a request that it may have heard of */
  bool spawning : 1;      /* eagerly: whoever spawns it has not got it yet */
  bool in_defers : 1;     /* the body has returned; its status is in extra */
  bool traced : 1;        /* trace.c has noted that this step began */
  int32_t cancels;        /* requests not taken back */
  wa__list waiter;        /* its place in a lock's, event's, ... queue */
  wa_time cancelled_at;   /* the first request not taken back */
  wa__detail *reason;     /* of the latest request */
  wa__detail *thrown;     /* what came with the latest error an await returned */
  const char *site, *cancel_site;
  wa__extra *extra;       /* NULL: none */
  wa__scope *scopes;
  uint32_t id;
  wa__fiber fiber;
} wa__task;
#ifdef __wasm__
_Static_assert(sizeof(wa__task) == 144, "a multiple of 16, as the pool gives it");
#endif

enum { WA__IN_NOTHING, WA__IN_TIMER, WA__IN_QUEUE };

extern wa_future wa__slot;        /* stands for a task's own slot in `waiting` */
extern wa__task *wa__current;
extern wa__task *wa__visitor;     /* who made the call that visits: meanwhile nobody is current */
extern wa__task *wa__latest;      /* that made a step; NULL if it is gone */
extern uint32_t wa__task_count;   /* not finished */
extern uint32_t wa__last_id;      /* of the task that was spawned last */
extern uint32_t wa__leaving_count; /* of those, asked to stop and not taken back */

static inline wa__task *wa__task_of(wa_future *f) { return wa__container(f, wa__task, future); }
static inline wa__task *wa__as_task(wa_future *f) { return f->kind == WA__TASK ? wa__task_of(f) : NULL; }
/* Of a link in wa__futures: the task, if it is one, and has not finished. */
static inline wa__task *wa__unfinished(wa__list *link) {
  wa_future *f = wa__container(link, wa_future, all);
  return f->kind == WA__TASK && wa__pending(f) ? wa__task_of(f) : NULL;
}

/* The running task; notes the misuse and returns NULL outside of tasks. So small that it is inlined, with what calls it, into
 * the program's functions that wait. */
static inline wa__task *wa__need_task(const char *call) {
  if (wa__likely(wa__current != NULL)) return wa__current;
  wa__outside = call;
  return NULL;
}
/* Whether a request has come that the task must be told of, because its mask lets it through. */
static inline bool wa__to_tell(const wa__task *t) { return wa__unlikely(t->request_level > t->mask_level); }
/* It was told; inside a region not of WA__ASKED, which was masked. */
static inline void wa__told(wa__task *t) {
  t->request_level &= t->mask_level != 0;
  if (!t->request_level) t->asked_anew = false;
}
static inline wa__task *wa__asking(void) { return wa__current ? wa__current : wa__visitor; }
/* Around a call of the program's in which nobody can wait, because what it was called from must stand still. */
typedef struct wa__visit { wa__task *current, *visitor; } wa__visit;
static inline wa__visit wa__visit_begin(void) {
  wa__visit before = {wa__current, wa__visitor};
  wa__visitor = wa__asking();
  wa__current = NULL;
  return before;
}
static inline void wa__visit_end(wa__visit before) {
  wa__current = before.current;
  wa__visitor = before.visitor;
}

/* NULL without memory. */
wa__extra *wa__extra_of(wa__task *t);

/* call: which function the sentence of a refusal names. input becomes the task's, also if there will be none. NULL without memory,
 * or for an argument that is refused. */
wa_task *wa__spawn(const char *call, wa_task_fn f, void *arg, const wa_task_options *options, wa__detail *input);
/* Runs a new one up to its first wait, inside the call that spawns it. */
void wa__start(wa__task *t);
/* After a step that ended the fiber. */
void wa__body_over(wa__task *t);
/* Cancelled before its first step: it ends without one. */
void wa__never_begun(wa__task *t) WA__COLD;
/* wa__fiber_lost. */
void wa__task_lost(wa__fiber *fiber, void *scopes) WA__COLD;
/* Ends a task as it stands, without another step of it. */
void wa__task_discard(wa__task *t, int status);
/* After a trap: ends every task that was running. false if none was, nor a listener. */
typedef enum wa__trap { WA__TRAP_KNOWN, WA__TRAP_STACK, WA__TRAP_OTHER, WA__TRAP_INTERRUPTED } wa__trap;
bool wa__task_recover(wa__trap trap);

/* cancel.c: a task's kind of wa_cancel. */
bool wa__cancel_task(wa_future *f, wa__detail *reason);
/* A request of the runtime's own, a deadline's or a group's: without a reason, and that of an earlier request stays. */
void wa__cancel_quietly(wa__task *t);

/* thrown.c: NULL before the first group or operation. */
extern void (*wa__thrown_hear)(wa__task *t, const wa_future *f);
extern wa__detail *(*wa__thrown_of)(wa__task *t, int st);
void wa__thrown_on(void);
void wa__thrown_misuse(const char *sentence); /* of the task that runs */

/* Runs what a task has deferred; set by the first wa_defer. */
extern wa_task_fn wa__deferred;

/* NULL unless traced: told of a task's life, as wa_trace_kind. Out of line and seldom taken: an event costs a load and a
 * branch while nobody traces, and a switch, which has no event of its own, nothing. */
extern void (*wa__task_traced)(wa__task *t, int kind);
void wa__trace_tell(wa__task *t, int kind) WA__COLD;
static inline void wa__trace(wa__task *t, int kind) {
  if (wa__unlikely(wa__task_traced != NULL)) wa__trace_tell(t, kind);
}

#define WA__STACK_DEFAULT 16384
#define WA__STACK_MAX (1 << 30)

/* ---- wait.c: how a task is suspended ------------------------------------------------------------------------ */

/* Parks: notes what the running task waits for. Then nothing may come before the switch, whose result is the outcome of the
 * wait. */
void wa__park_turn(wa__task *t);
void wa__park_future(wa__task *t, wa_future *f); /* f pending */
int wa__wait_slot(wa__task *t);
/* The latest request that a wait was told of as it began: whose, in which iteration, and the level that it had. Without memory for
 * the wait, which is known only then, nobody has heard of it. */
typedef struct wa__request {
  uint32_t task; /* its number: another may come to be in its place; 0: none */
  uint32_t turn;
  uint8_t level;
} wa__request;
extern wa__request wa__passed_on;
int wa__await_begin(wa_future *f); /* WA__PARKED, or its status if it need not wait */
/* Whether t can never await it, but for itself: the sentence is noted. Only for a sentence that names another call. */
bool wa__await_refused(const char *call, wa__task *t, wa_future *f);
#define WA__AWAITS_ITSELF "%s: the task awaits itself"
/* The slot, with a place at the end of a queue of waiters. passed: what pass_on is given; mostly the same queue. */
int wa__wait_queue(wa__task *t, wa__list *queue, wa__pass_on pass_on, wa__list *passed);
/* Settles the slot: the task's next step is ready. Only while pending. */
void wa__slot_settle(wa__task *t, int slot);
static inline wa__task *wa__task_in_queue(wa__list *link) { return wa__container(link, wa__task, waiter); }
/* For a task that will not wake: gives back the reference to what it waits for. */
void wa__forget_wait(wa__task *t);
/* Gives up the slot's timer, or its place in a queue. Every wake-up does. */
void wa__slot_leave(wa__task *t);

/* The task's own timer, for the time of a slot wait: settles the slot when it is due. */
void wa__slot_timer(wa__task *t, wa_time delay);

wa_time wa__after(wa_time delay); /* the deadline; never past WA_FOREVER */

/* Tells a running task at once that it was asked to stop. Returns WA_ECANCELED. */
int wa__deliver(wa__task *t);
/* wa_await_op's future is done: wa__take and wa_release, and notes what it answered as wa__answer. Its status, or WA_ENOMEM. Of
 * op.c, for programs that have operations. */
extern int (*wa__answered)(wa__task *t, wa_future *f);
/* nest.c's: the gather or shield whose link among a member's callbacks this is, else NULL. */
extern wa_future *(*wa__nest_waits)(wa__callback *callback);
/* group.c's: the task that waits for its group, if this is its callback at a member, else NULL. */
extern wa_future *(*wa__group_waits)(wa__callback *callback);
/* Whether what t is about to wait for waits for t. */
bool wa__waits_for_itself(wa__task *t);
/* sync.c: what wa_condition_wait and _notify do beside the lock. */
int wa__wait_notice(wa__task *t, wa_condition *c);
void wa__notify(wa_condition *c, size_t n);
/* Marks a future as looked at and takes what came with its error to the running task. Returns its status. */
int wa__take(wa__task *t, wa_future *f);

static inline void wa__scope_enter(wa__task *t, wa__scope *s, void (*drop)(wa__scope *), const void *record) {
  *s = (wa__scope){t->scopes, &t->scopes, drop, record};
  if (s->next) s->next->at = &s->next;
  t->scopes = s;
}
/* What no record has by chance that was never entered, nor one that was copied. */
static inline uintptr_t wa__mark_of(const void *record) { return (uintptr_t)record ^ 0x74696d65u; }
/* Whether the task has entered the record, and not left it. */
bool wa__scope_holds(const wa__task *t, void (*drop)(wa__scope *), const void *record);
/* The task itself, if it has; NULL if not, or if it is gone. */
wa__task *wa__scope_holder(wa_task *task, void (*drop)(wa__scope *), const void *record);
static inline void wa__scope_leave(wa__scope *s) {
  if (!s->at) return;
  *s->at = s->next;
  if (s->next) s->next->at = s->at;
  s->at = NULL;
}

#endif
