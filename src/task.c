/* task.c: a task from its spawn to its end.
 *
 *     spawn -> ready -> start -> step ... step -> body returned -> deferred clean-ups -> finish -> waiters ready
 *                 '- cancelled before: the body never runs -----------------------------^
 *
 * Laws
 *   - A task keeps itself alive until it has finished; after that, references do.
 *   - A task ends once: by its body's return, or discarded (close, trap) with everything it held given back.
 */
#include "task.h"
#include "report.h"

wa__task *wa__current, *wa__latest, *wa__visitor;
uint32_t wa__task_count, wa__leaving_count;
void (*wa__task_traced)(wa__task *t, int kind);
wa_task_fn wa__deferred;
wa__detail *(*wa__thrown_of)(wa__task *t, int st);

uint32_t wa__last_id;

void wa__trace_tell(wa__task *t, int kind) { wa__task_traced(t, kind); }

/* Before and after each call of a function of the host's own (toolchain/foreign.mjs puts them there). C that the host calls back in
 * between can't wait, because no wait gets through the host's frames; so nobody is current. */
wa__task *wa__away(void);
void wa__back(wa__task *t);
__attribute__((used)) wa__task *wa__away(void) {
  wa__task *t = wa__current;
  wa__current = NULL;
  return t;
}
__attribute__((used)) void wa__back(wa__task *t) { wa__current = t; }

wa_task *wa_current(void) { return wa__asking() ? &wa__asking()->future : NULL; }

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

/* ---- the end ------------------------------------------------------------------------------------------------ */

WA__HOT void wa__task_settle(wa__task *t, int st) {
  wa_future *f = &t->future;
  wa__detail *thrown = t->thrown;
  if (st >= 0 && !t->request_level) {
    wa__future_end(f, WA__FINISHED, st, f->value); /* with the detail that it has */
    wa__future_tell(f);
  } else if (st >= 0 || st == WA_ECANCELED) {
    /* The reason is the one that its latest await gave; the request's own where no await told it (st >= 0), or where a group's
     * errors came later. */
    bool own = st >= 0 || (thrown && thrown->kind != WA__REASON);
    wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, own ? t->reason : thrown);
  } else {
    wa__future_finish(f, WA__FINISHED, st, NULL, wa__thrown_of ? wa__thrown_of(t, st) : NULL);
  }
}

/* What was left open down to `last`: an iterator that was not closed, or anything if it died without clean-up. (A static that is
 * called wa__ is named in toolchain/nosuspend.txt.) */
static WA__COLD void wa__task_drop(wa__task *t, const wa__scope *last) {
  for (wa__scope *scope; (scope = t->scopes) && scope != last;) scope->drop(scope); /* which leaves it */
}

bool wa__scope_holds(const wa__task *t, void (*drop)(wa__scope *), const void *record) {
  for (const wa__scope *scope = t->scopes; scope; scope = scope->next) {
    if (scope->record == record && scope->drop == drop) return true;
  }
  return false;
}

/* Whether this is a task that is still there. Both it and its memory may be anything by now: who is in the list of all is what its
 * neighbour points to. */
#ifdef __wasm__
static bool in_memory(const void *p, size_t size) { return (uintptr_t)p <= __builtin_wasm_memory_size(0) * 65536 - size; }
static bool lives(const wa_task *task) {
  if (!in_memory(task, sizeof *task)) return false;
  const wa__list *before = task->all.prev;
  return in_memory(before, sizeof *before) && before->next == &task->all && task->kind == WA__TASK;
}
#else /* where a sanitizer sees each look at what is gone */
static bool lives(const wa_task *task) {
  bool found = false;
  WA__LIST_EACH(link, &wa__futures) found |= link == &task->all;
  return found && task->kind == WA__TASK;
}
#endif

wa__task *wa__scope_holder(wa_task *task, void (*drop)(wa__scope *), const void *record) {
  return lives(task) && wa__scope_holds(wa__task_of(task), drop, record) ? wa__task_of(task) : NULL;
}

wa__extra *wa__extra_of(wa__task *t) {
  if (t->extra || !(t->extra = wa__alloc(sizeof *t->extra))) return t->extra;
  *t->extra = (wa__extra){0};
  return t->extra;
}

/* All but the name, which stays for reports. */
static void drop_extra(wa__extra *e) {
  wa__detail_set(&e->input, NULL);
  wa__detail_set(&e->received, NULL);
  wa__detail_set(&e->words, NULL);
  wa__detail_set(&e->misuse, NULL);
  wa__detail_set(&e->body_thrown, NULL);
  for (wa__defer *d; (d = e->defers); wa__free(d, sizeof *d)) e->defers = d->next;
}

/* While a task is being ended, a listener may trap: then wa__task_recover ends it, with the status that is noted here, though it is
 * pending. */
static wa__list ending;

static inline void mark_ending(wa__task *t, int st) {
  t->future.status = st;
  wa__list_push(&ending, &t->step.link);
}

static inline void unmark_ending(wa__task *t) {
  t->future.status = WA_EPENDING;
  wa__list_unlink(&t->step.link);
}

/* Its fiber holds nothing any more: the body has returned. */
WA__HOT void wa__task_end(wa__task *t, int st) {
  if (st >= 0 && !t->request_level && t->delivered && t->cancels) {
    static const char sentence[] = "task '%0s' swallowed its cancellation: told at %1s, asked %2l ms ago, ended with %3s";
    mark_ending(t, st);
    wa__report(WA_REPORT_SWALLOWED, sentence, t, t->cancel_site, wa__the_loop.now - t->cancelled_at, st);
    unmark_ending(t);
  }
  if (wa__unlikely(t->scopes != NULL)) {
    mark_ending(t, st);
    wa__task_drop(t, NULL);
    unmark_ending(t);
  }
  if (st < 0) t->request_level = 0;
  wa__task_settle(t, st);
  t->request_level = 0;
  wa__detail_set(&t->thrown, NULL);
  if (t->extra) drop_extra(t->extra);
  wa__task_count--;
  wa__leaving_count -= t->cancels > 0;
  wa__release(&t->future);
}

/* Whose body has not returned, and so may hold a stack. */
static WA__COLD void wa__task_finish(wa__task *t, int st) {
  wa__fiber_destroy(&t->fiber);
  wa__task_end(t, st);
}

/* ---- steps ---------------------------------------------------------------------------------------------------- */

/* Runs the task until it waits or ends, where another may be in the middle of its own step. (The loop's steps: wa__wake.) */
static void step(wa__task *t) {
  wa__task *outer = wa__current;
  wa__current = wa__latest = t;
  bool ended = wa__fiber_resume(&t->fiber, WA_OK);
  wa__current = outer;
  if (wa__unlikely(ended)) wa__body_over(t);
}

/* The body is over, and so is the task, but for what it has deferred: that runs on the same fiber, and may wait. */
void wa__body_over(wa__task *t) {
  wa__trace(t, WA_TRACE_RUN);
  int st = t->in_defers ? t->extra->body_status : wa__fiber_status;
  if (!t->extra || !t->extra->defers || t->in_defers) return wa__task_end(t, st);
  t->extra->body_status = wa__fiber_status;
  t->in_defers = true;
  wa__fiber_init(&t->fiber, wa__deferred, t, wa__fiber_stack_size(&t->fiber));
  step(t);
}

/* What was to wake it is void; what has woken it, it passes on. status: what it ends with. */
static WA__COLD void wa__leave_wait(wa__task *t, int status) {
  bool queued = t->slot_use == WA__IN_QUEUE;
  wa__list_unlink(&t->step.link);
  wa__slot_leave(t);
  mark_ending(t, status);
  if (t->waiting && t->waiting->answers) wa__cancel(t->waiting, NULL); /* nobody else waits for it */
  wa__forget_wait(t);
  unmark_ending(t);
  if (queued) t->queued.pass_on(t->queued.queue, t->slot == WA__SLOT_DONE);
}

/* wa__fiber_lost: the frames of the latest wait are gone; so are that wait, and the scopes that were entered in them. */
void wa__task_lost(wa__fiber *fiber, void *scopes) {
  wa__task *t = wa__container(fiber, wa__task, fiber);
  /* Of which only the lost wait was told. */
#if WA__SMALL /* a second request stays lost, and so does a region's deadline */
  if (t->cancels && !t->delivered) t->request_level |= WA__ASKED;
#else
  wa__request *r = &wa__passed_on;
  if (r->task == t->id && r->turn == wa__the_loop.turns) t->request_level |= r->level;
  r->task = 0;
#endif
  wa__leave_wait(t, WA_ENOMEM);
  t->slot = WA__SLOT_DONE;
  wa__task_drop(t, scopes);
}

/* Cancelled before its first step: the body never runs. */
void wa__never_begun(wa__task *t) {
  t->request_level = 0;
  wa__detail_set(&t->thrown, t->reason);
  wa__task_finish(t, WA_ECANCELED);
}

/* ---- the beginning --------------------------------------------------------------------------------------------- */

static bool task_leads_to(wa_future *f, const wa_future *target) {
  /* A chain of tasks is walked, not recursed into: it may be long. */
  while (f && f != target && f->kind == WA__TASK) f = wa__task_of(f)->waiting;
  return f && f != &wa__slot && wa__leads_to(f, target);
}

static size_t clean(wa_future *f) {
  wa__task *t = wa__task_of(f);
  if (t == wa__latest) wa__latest = NULL;
#if !WA__SMALL
  if (f == wa__said_of) wa__said_of = NULL;
#endif
  wa__detail_release(t->reason);
  if (t->extra) {
    wa__detail_release(t->extra->name);
    wa__free(t->extra, sizeof *t->extra);
  }
  return sizeof *t;
}

static const wa__kind task_kind = {.cancel = wa__cancel_task, .clean = clean, .leads_to = task_leads_to};

/* All but what wa__future_init and wa__fiber_init leave. Words, not memory.fill: engines take a call for that instruction. */
static inline void zero(wa__task *t) {
  for (uint64_t *word = (uint64_t *)&t->step, *end = (uint64_t *)&t->id; word < end;) {
    *word++ = 0;
    __asm__ volatile("" ::: "memory"); /* keeps the compiler from making it memory.fill again */
  }
}

/* The bytes of C stack that it is to have; 0 if this can't be spawned, which is noted. */
static inline size_t checked_stack_size(const char *call, wa_task_fn f, const wa_task_options *o) {
  size_t size = o->stack_size ? o->stack_size : wa__the_loop.config.stack_size;
  if (!size) size = WA__STACK_DEFAULT;
  bool fits = size >= WA__STACK_MIN && size <= WA__STACK_MAX;
  if (!f) wa__misuse("%s: f is NULL; expected a function", call);
  else if (!fits) wa__misuse("%s: stack_size is %d; expected " WA__STR(WA__STACK_MIN) " to %d", call, size, WA__STACK_MAX);
  return f && fits ? size : 0;
}

/* The record, with its name and input. NULL without memory: then the input is still the caller's. */
static inline wa__task *new_task(const wa_task_options *o, wa__detail *input) {
  wa__task *t = wa__alloc(sizeof *t);
  wa__extra *e = NULL;
  if (t) {
    zero(t);
    if (o->name || input) e = wa__extra_of(t);
    if (e && o->name) e->name = wa__detail_text(WA_TEXT, o->name);
  }
  if (!t || ((o->name || input) && !e) || (o->name && !e->name)) {
    wa__no_memory("a task");
    wa__free(e, sizeof *e);
    wa__free(t, sizeof *t);
    return NULL;
  }
  if (input) e->input = input;
  return t;
}

void wa__start(wa__task *t) {
  wa__list_unlink(&t->step.link);
  t->spawning = true;
  wa__trace(t, WA_TRACE_RUN);
  step(t);
  wa__trace(t, WA_TRACE_WAIT);
  t->spawning = false;
  wa__latest = wa__current;
  if (wa__current && wa__current->request_level) wa__fuel = 1; /* which a checkpoint of the new one has used */
}

wa_task *wa__spawn(const char *call, wa_task_fn f, void *arg, const wa_task_options *options, wa__detail *input) {
  static const wa_task_options none;
  const wa_task_options *o = options ? options : &none;
  size_t stack_size = checked_stack_size(call, f, o);
  wa__task *t = stack_size ? new_task(o, input) : NULL;
  if (!t) return wa__detail_release(input), NULL;
  wa__kinds[WA__TASK] = &task_kind;
  wa__future_init(&t->future, WA__TASK);
  wa__task_count++;
  t->future.refs = 2; /* the caller's, and its own until it has finished */
  t->id = ++wa__last_id;
  t->site = t->cancel_site = "";
  wa__fiber_init(&t->fiber, f, arg, stack_size);
  wa__trace(t, WA_TRACE_SPAWN);
  if (o->eager) wa__start(t);
  else wa__ready(&t->step);
  return &t->future;
}

wa_task *wa_spawn(wa_task_fn f, void *arg) { return wa__spawn("wa_spawn", f, arg, NULL, NULL); }

wa_task *wa_spawn_with(wa_task_fn f, void *arg, const wa_task_options *options) {
  return wa__spawn("wa_spawn_with", f, arg, options, NULL);
}

/* ---- an end without a step ---------------------------------------------------------------------------------------- */

void wa__task_discard(wa__task *t, int status) {
  wa__leave_wait(t, status);
  t->delivered = false;
  wa__task_finish(t, status);
}

/* The same for one whose step, or end, a trap has cut short. */
static WA__COLD void discard_cut(wa__task *t, int status) {
  bool lost = t->spawning; /* so is the reference meant for who spawned it */
  wa__task_discard(t, status);
  if (lost) wa_release(&t->future);
}

/* Whether it was in a listener. The future whose error that heard of is given back, unless who was to do so begins anew: a task
 * that was running, one that is being ended, or a nest. */
static WA__COLD bool listener_cut(bool in_task) {
  bool listener = wa__reporting, again = in_task || !wa__list_empty(&ending) || wa__nesting.cleaning;
  wa_future *unseen = again ? NULL : wa__reported_unseen;
  wa__reporting = false;
  wa__reported_unseen = NULL;
  static const char sentence[] = "a listener of reports hit a wasm trap, and hears no more";
  if (listener && !in_task) wa__report(WA_REPORT_TRAP, sentence, NULL, "", 0, 0);
  wa_release(unseen);
  return listener;
}

bool wa__task_recover(wa__trap trap) {
  wa__fiber *fiber = wa__fiber_running, *innermost = fiber;
  int status = wa__fiber_recover();
  bool deep = trap == WA__TRAP_STACK && status != WA_ESTACK;
  if (deep) status = WA_ESTACK;
  wa__current = wa__visitor = NULL;
  bool known = listener_cut(fiber != NULL) || fiber;
  wa__nesting = (struct wa__nesting){0};
  for (wa__fiber *outer; fiber; fiber = outer) {
    outer = wa__fiber_outer(fiber);
    wa__task *t = wa__container(fiber, wa__task, fiber);
    if (fiber == innermost) {
      bool interrupted = trap == WA__TRAP_INTERRUPTED;
      const char *sentence = "task '%0s' hit a wasm trap, after %1s";
      if (interrupted) sentence = "task '%0s' was interrupted by its host: it ran " WA__CHECKPOINT;
      if (status == WA_ESTACK) sentence = WA__OVERFLOW;
      if (deep) sentence = "task '%0s': stack overflow, too deep for the engine";
      wa__report(status == WA_ESTACK ? WA_REPORT_STACK : WA_REPORT_TRAP, sentence, t, t->site, 0, interrupted);
    }
    wa__trace(t, WA_TRACE_RUN);
    discard_cut(t, status);
  }
  for (wa__list *link; (link = wa__list_pop(&ending));) {
    wa__task *t = wa__container(link, wa__task, step.link);
    discard_cut(t, t->future.status);
  }
  return known;
}
