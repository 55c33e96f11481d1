/* run.c: asyncio.run, and the turn for hosts that own the loop.
 *
 *     wa_run:  main ----> done, its callback ----> one whole iteration more ----> cancel the rest ----> wait for them
 *                                                                                 the same way; then free everything
 *
 * Law: the runtime never blocks by itself. wa_run is a loop over iterations and the host's wait; a browser's loop is
 * the page's own, over wa__turn.
 */
#include "run.h"
#include "events.h"
#include "host.h"
#include "op.h"
#include "report.h"

static bool in_run;
bool wa__inside;
uint32_t wa__fd_waits;
wa_time wa__fd_look;
int (*wa__block_for)(wa_time until) = wa__host_wait;

int wa_configure(const wa_config *config) {
  static const wa_config defaults;
  const wa_config *c = config ? config : &defaults;
  wa__loop *l = &wa__the_loop;
  if (wa__task_count || in_run) return wa__misuse("wa_configure: tasks exist already; configure before the first");
  if (c->turn_budget < 0 || c->stall_after < 0 || c->grace < 0)
    return wa__misuse("wa_configure: turn_budget, stall_after and grace must not be negative");
  if (c->stack_size && (c->stack_size < WA__STACK_MIN || c->stack_size > WA__STACK_MAX))
    return wa__misuse("wa_configure: stack_size is %u; expected %u to %u", (unsigned)c->stack_size, WA__STACK_MIN,
                      WA__STACK_MAX);
  l->config = *c;
  l->now = 0;
  wa__report_start();
  return WA_OK;
}

/* ---- run_until_complete --------------------------------------------------------------------------------------- */

static bool stopped;
static void stop_loop(wa__callback *callback) {
  (void)callback;
  stopped = true;
}
static wa__callback stop = {.run = stop_loop};

/* A function of its own, so that toolchain/nosuspend.txt can name it: it calls through a pointer. */
__attribute__((noinline)) int wa__block(wa_time until);
__attribute__((noinline)) int wa__block(wa_time until) { return wa__block_for(until); }

/* At descriptors, though the loop may never be idle. asyncio does so in each iteration, which costs more than the tasks. */
static int look(const wa__loop *l) {
  if (!wa__fd_waits) return WA_OK;
  return l->config.virtual_clock || l->looked >= wa__fd_look ? wa__block(0) : WA_OK;
}

/* Whether the loop can go on; waits if it must. */
static int ready_or_wait(void) {
  wa__loop *l = &wa__the_loop;
  if (l->config.max_turns && l->turns >= l->config.max_turns) return WA_EDEADLOCK;
  int st = look(l);
  if (st < 0 || !wa__loop_idle()) return st;
  wa_time next = wa__due_next(l->config.virtual_clock);
  if (next == WA_FOREVER && !wa__op_count && !wa__fd_waits) return WA_EDEADLOCK;
  if (l->config.virtual_clock) return next == WA_FOREVER ? wa__block(WA_FOREVER) : WA_OK;
  wa_time overdue = wa__report_ungraceful(wa_now());
  if (overdue < next) next = overdue;
  if (next <= l->now || !wa__list_empty(&l->ready)) return WA_OK; /* whoever heard the report may have done something */
  st = wa__block(next);
  wa__loop_begin_turn();
  return st;
}

static int run_until_stopped(void) {
  for (stopped = false; !stopped;) {
    int st = ready_or_wait();
    if (st < 0) {
      wa__list_unlink(&stop.link);
      return st;
    }
    do { /* the iteration whole, however long it takes */
      if (!wa__loop_run(false)) {
        wa__loop_begin_turn();
        wa__report_ungraceful(wa__the_loop.now);
      }
    } while (!wa__list_empty(&wa__the_loop.batch));
  }
  return WA_OK;
}

/* What is left is cancelled and waited for, as asyncio.run does by a gather, whose two iterations after the last task are part
 * of the order: its callback in that task, and the one in itself. */
static uint32_t left;
static void one_ended(wa__callback *callback) {
  (void)callback;
  if (!--left) wa__ready(&stop);
}

/* Their callbacks, for wa__run_cut; NULL: none. Small: there a trap leaves them, which saves 10 bytes. */
static wa__callback *ends;
static uint32_t ends_count;

static int cancel_rest(void) {
  static const char sentence[] = "the main task ended; cancelling what is left (%3u)";
  if (wa__task_count) wa__report(WA_REPORT_SHUTDOWN, sentence, NULL, "", 0, (int)wa__task_count);
  uint32_t n = left = wa__task_count;
  if (!n) return WA_OK;
  wa__callback *first = wa__alloc(n * sizeof *first), *end = first;
  if (!first) return wa__no_memory("a task");
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__unfinished(link);
    if (!t) continue;
    wa__cancel(&t->future, NULL);
    end->run = one_ended;
    wa__list_push(&t->future.callbacks, &end++->link);
  }
  if (!WA__SMALL) ends = first, ends_count = n;
  int st = run_until_stopped();
  while (end > first) wa__list_unlink(&(--end)->link);
  wa__free(first, n * sizeof *first);
  ends = NULL;
  return st;
}

int wa_run(wa_task_fn f, void *arg) {
  if (wa__inside || wa__fiber_running) return wa__misuse("wa_run: called inside a running loop; use wa_spawn and wa_await");
  if (!WA__SMALL && !f) return wa__misuse("wa_run: f is NULL; expected a function");
  wa__loop *l = &wa__the_loop;
  wa__report_start();
#if !WA__SMALL
  wa__thrown_on();
#endif
  l->turns = 0;
  if (l->config.virtual_clock) {
    l->now = 0;
    l->budget_end = WA_FOREVER;
  } else {
    wa__loop_begin_turn();
  }
  static const wa_task_options options = {.name = "main"};
  wa_task *main_task = wa__spawn("wa_run", f, arg, &options, NULL);
  if (!main_task) return f ? WA_ENOMEM : WA_EMISUSE;
  in_run = wa__inside = true;
  wa__fiber_kept = &wa__task_of(main_task)->fiber; /* the others may wait for what lies there */
  wa__future_add(main_task, &stop);
  int st = run_until_stopped();
  if (st == WA_OK) st = cancel_rest();
  static const char deadlock[] = "deadlock (or max_turns); tasks left (%3u)";
  if (st == WA_EDEADLOCK) wa__report(WA_REPORT_DEADLOCK, deadlock, NULL, "", 0, (int)wa__task_count);
  int status = st < 0 ? st : wa_status(main_task);
  in_run = false; /* before that is given back, where a listener may trap */
  wa_release(main_task);
  wa__discard_all();
  wa__fiber_trim();
  wa__fiber_kept = NULL; /* another task may come to be in its place */
  wa__inside = false;
  l->budget_end = WA_FOREVER;
  return status;
}

void wa__run_cut(void) {
  wa__task *main_task = in_run ? wa__container(wa__fiber_kept, wa__task, fiber) : NULL;
  in_run = false;
  wa__fiber_kept = NULL;
  wa__list_unlink(&stop.link);
  for (uint32_t i = 0; ends && i < ends_count; i++) wa__list_unlink(&ends[i].link);
  wa__free(ends, ends_count * sizeof *ends);
  ends = NULL;
  if (main_task) wa_release(&main_task->future);
}

/* ---- a host's turn ---------------------------------------------------------------------------------------------- */

wa_time wa__turn(void) {
  wa__loop *l = &wa__the_loop;
  wa__loop_begin_turn();
  for (;;) {
    /* The host is to see what happened at this time before it passes. */
    if (l->config.virtual_clock && wa__loop_idle() && wa__events_waiting()) return l->now;
    if (!wa__loop_run(true) || wa__due_halted) {
      wa__due_halted = false;
      wa__report_ungraceful(l->now);
      return 0;
    }
    if (!wa__list_empty(&l->ready)) continue;
    wa_time next = wa__due_next(l->config.virtual_clock);
    if (l->config.virtual_clock) {
      if (next == WA_FOREVER) return WA_FOREVER;
      continue; /* the clock jumps */
    }
    if (next <= l->now) continue;
    wa_time look = wa__report_ungraceful(l->now);
    return look < next ? look : next;
  }
}

uint32_t wa__cancel_all(const char *text) {
  wa__detail *reason = wa__reason(text);
  uint32_t n = 0;
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__unfinished(link);
    if (!t || t->closing) continue;
    t->closing = true;
    n += wa__cancel(&t->future, reason);
  }
  wa__detail_release(reason);
  return n;
}

/* What is left ends, and the callbacks that this makes ready, and what else is. Those of the program hear of the end once; what
 * they spawn or schedule then is given back unheard, as a loop that has stopped runs nothing any more. */
uint32_t wa__discard_all(void) {
  for (uint32_t n = 0;; wa__unheard = true) {
    WA__LIST_EACH(link, &wa__futures) {
      wa__task *t = wa__unfinished(link);
      if (!t) continue;
      t->future.refs++; /* so that it is still there to go on from: who hears of its end may release any other */
      wa__task_discard(t, WA_EDISCARDED);
      n++;
      WA__LIST_AGAIN(link);
      wa_release(&t->future);
    }
    WA__LIST_EACH(link, &wa__futures) wa__cancel(wa__container(link, wa_future, all), NULL);
    if (wa__loop_idle()) return wa__unheard = false, n;
    wa__loop_run(false);
  }
}

/* The program hears of what failed unseen, once. What a listener leaves then goes unheard, or there might be no end. */
void wa__reclaim(void) {
  static wa__list rest; /* if a listener traps, the rest is the next call's */
  if (!rest.next) wa__list_init(&rest);
  void (*heard)(wa_future *f) = wa__future_unseen;
  for (; !wa__list_empty(&wa__futures) || !wa__list_empty(&rest); wa__future_unseen = NULL) {
    wa__discard_all(); /* what a listener has spawned */
    wa__list_splice_to(&rest, &wa__futures);
    while (!wa__list_empty(&rest)) { /* a gather refers to its members, so the youngest go first */
      wa_future *f = wa__container(rest.prev, wa_future, all);
      f->refs = 1;
      wa_release(f);
    }
  }
  wa__future_unseen = heard;
  wa__fiber_trim();
}

/* ---- one call from outside at a time: here, and not with the exports, because a command has none ----------------- */

void (*wa__entered)(void);

bool wa__enter(void) {
  if (wa__inside) {
    wa__misuse("the runtime is in the middle of a turn; a host function must not call it before it returns");
    return false;
  }
  wa__inside = true;
  if (wa__entered) wa__entered();
  return true;
}

void wa__leave(const bool *alone) {
  if (*alone) wa__inside = false;
}
