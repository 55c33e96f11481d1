/* exports.c: the flat exports by which a host drives the runtime; docs/abi.md is their manual.
 *
 *     host: spawn, cancel, settle ... -> turn -> events -> ... -> turn when the state record says
 *
 * Law: every handle and pointer is checked, and a call that changes anything is refused while another is running (from a
 * host function that calls back), so that nothing a host does can corrupt a task.
 */
#ifdef __wasm__
#include "exports.h"
#include "delay.h"
#include "guest.h"
#include "op.h"
#include "registry.h"
#include "report.h"
#include "run.h"

#include <string.h>

static uint32_t own_functions = UINT32_MAX; /* so many were in the table before wax_init */
static wa__state_record state;

/* A future that only its handle refers to. */
static uint32_t give(wa_future *f) {
  uint32_t handle = f ? wa__handle_of(f) : 0;
  if (f) wa_release(f);
  return handle;
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

WAX(abi) int32_t wax_abi(void) { return 1; }

enum { VIRTUAL = 1, DEBUG = 2 }; /* flags of wax_init */

int32_t wa__host_init(uint32_t flags, double budget_ms, uint32_t stack_size);
__attribute__((used)) int32_t wa__host_init(uint32_t flags, double budget_ms, uint32_t stack_size) {
  WAX_ALONE;
  if (!alone) return WA_EMISUSE;
  wax_room(); /* who links this has that export, too */
  static wa_config own; /* of the program's constructors; whose clock it is, the host says */
  if (!wa__events_on) own = wa__the_loop.config;
  wa_config c = own;
  c.virtual_clock = flags & VIRTUAL;
  c.debug |= (flags & DEBUG) != 0;
  if (budget_ms > 0) c.turn_budget = wa__from_ms(budget_ms);
  if (stack_size) c.stack_size = stack_size;
  for (const wa__entry *e = wa__entries(); e; e = e->next)
    if (wax_find(e->name) != e) return wa__misuse("wax_init: two tasks are called '%s' (WA_TASK)", e->name);
  /* A constructor of the program's may have spawned tasks; only what is asked for can't be had any more. */
  bool asks = wa__events_on || flags & (VIRTUAL | DEBUG) || budget_ms > 0 || stack_size;
  int st = asks || !wa__task_count ? wa_configure(&c) : (wa__report_start(), WA_OK);
  if (st < 0) return st;
  if (own_functions == UINT32_MAX) own_functions = wa__guest_functions();
  wa__fiber_overflow = NULL; /* the host hears of it by wax_recover */
  wa__news_start();
  return WA_OK;
}

/* What a host's call may be trapped out of, and recovered from: notes the stack pointer before any C runs, or each trap would
 * leave a little less of the host's stack; but not inside another call, where this one is refused. `call` is the assembly that
 * pushes the arguments and calls: a C call would have a prologue, as in wax_recover. */
#define FROM_HOST(call)                                                                             \
  __asm__(".globaltype __stack_pointer, i32\n"                                                      \
          "i32.const 0\ni32.load8_u wa__inside\ni32.eqz\nif\n"                                      \
          "i32.const 0\nglobal.get __stack_pointer\ni32.store wa__fiber_host_stack\nend_if\n" call "return\n")

/* No trap is recovered from in it, but in the program's own exports from here on. */
_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wunused-parameter\"")
WAX(init) __attribute__((naked)) int32_t wax_init(uint32_t flags, double budget_ms, uint32_t stack_size) {
  FROM_HOST("local.get 0\nlocal.get 1\nlocal.get 2\ncall wa__host_init\n");
}
_Pragma("GCC diagnostic pop")

WAX(limits) int32_t wax_limits(double stall_ms, double grace_ms) {
  WAX_ALONE;
  if (!alone) return WA_EMISUSE;
  if (!(stall_ms >= 0) || !(grace_ms >= 0)) return wa__misuse("wax_limits: the times must not be negative");
  if (stall_ms > 0) wa__the_loop.config.stall_after = wa__from_ms(stall_ms);
  if (grace_ms > 0) wa__the_loop.config.grace = wa__from_ms(grace_ms);
  return WA_OK;
}

WAX(alloc) void *wax_alloc(uint32_t size) { return wa__guest_alloc(size); }

WAX(free) int32_t wax_free(void *p) {
  bool bad = false;
  wa__guest_take(p, WA_NOTHING, 0, 0, &bad);
  return bad ? WA_EMISUSE : WA_OK;
}

WAX(error) const char *wax_error(void) { return wa_error_text(); }

WAX(status_name) const char *wax_status_name(int32_t status) { return wa_status_name(status); }

WAX(now) double wax_now(void) { return wa__ms(wa_now()); }

WAX(advance) int32_t wax_advance(double t) {
  WAX_ALONE;
  if (!alone || !(t >= 0)) return wa__misuse("wax_advance: expected 0 ms or more, outside of a turn");
  return wa_spin(wa__from_ms(t));
}

WAX(counts) const wa_counts *wax_counts(void) {
  static wa_counts counts;
  wa_count(&counts);
  return &counts;
}

WAX(turn) __attribute__((naked)) const wa__state_record *wax_turn(void) { FROM_HOST("call wa__host_turn\n"); }

const wa__state_record *wa__host_turn(void);
__attribute__((used)) const wa__state_record *wa__host_turn(void) {
  WAX_ALONE;
  if (!alone) {
    state.status = WA_EMISUSE;
    return &state;
  }
  if (wa__unlikely(wa__news_untold)) wa__news_tell_late();
  wa_time next = wa__turn();
  state.events = wa__events_swap(&state.count);
  wa_time now = wa__the_loop.now;
  bool late = wa__news_untold || wa__events_waiting(); /* without memory some is told the next time */
  state.next_ms = next == WA_FOREVER && !late ? -1 : next <= now || late ? 0 : wa__ms(next - now);
  state.alive = wa__task_count;
  state.status = WA_OK;
  return &state;
}

/* Ends what was running, and leaves the answer in wa__recovery. */
int32_t wa__recovery;
void wa__recover(void);
__attribute__((used)) void wa__recover(void) {
  wa__inside = true;
  if (wa__reporting) wa__news_listen(); /* a listener that traps would trap again, as it hears of that */
  wa__recovery = wa__task_recover((wa__trap)wa__recovery);
  wa__run_cut();
  wa__inside = false;
}

/* Here, because an assembler knows the types of its own file's functions only. */
void wa__rest(void);
__attribute__((used)) void wa__rest(void) { wa__fiber_rest(); }

/* The trap left the stack pointer on the dead task's stack, or in a listener's frame. This goes back to where the host came in
 * before any C runs; it is naked because a C function would, at its end, put the pointer back to where it found it. */
WAX(recover) __attribute__((naked)) int32_t wax_recover(__attribute__((unused)) uint32_t kind) {
  __asm__(".globaltype __stack_pointer, i32\n"
          "i32.const 0\n"
          "local.get 0\n"
          "i32.store wa__recovery\n"
          "i32.const 0\n"
          "i32.const 0\n"
          "i32.store wa__stack_limit\n"
          "i32.const 0\n"
          "i32.const -1\n"
          "i32.store wa__stack_room\n"
          "i32.const 0\n"
          "i32.load wa__fiber_running\n"
          "i32.const 0\n"
          "i32.load8_u wa__reporting\n"
          "i32.or\n"
          "if\n"
          "i32.const 0\n"
          "i32.load wa__fiber_host_stack\n"
          "global.set __stack_pointer\n"
          "end_if\n"
          "call wa__rest\n"
          "call wa__recover\n"
          "i32.const 0\n"
          "i32.load wa__recovery\n"
          "return\n");
}

WAX(shutdown) int32_t wax_shutdown(void) {
  WAX_ALONE;
  wa_now();
  return alone ? (int32_t)wa__cancel_all(NULL) : WA_EMISUSE;
}

/* Where stdio is linked, this writes out what its buffers hold: a line without an end, say. */
extern void __stdio_exit(void) __attribute__((weak));

WAX(discard) int32_t wax_discard(void) {
  WAX_ALONE;
  if (!alone) return WA_EMISUSE;
  uint32_t n = wa__discard_all(), count;
  if (__stdio_exit) __stdio_exit();
  wa__events_swap(&count);
  wa__events_swap(&count);
  wa__handle_close_all();
  wa__reclaim();
  return (int32_t)n;
}

/* ---- tasks ------------------------------------------------------------------------------------------------------ */

WAX(find) const wa__entry *wax_find(const char *name) {
  bool bad = false;
  name = wa__guest_text(name, &bad);
  const wa__entry *e = name ? wa__entries() : NULL;
  while (e && strcmp(e->name, name)) e = e->next;
  return e;
}

WAX(entry) const char *wax_entry(uint32_t i) {
  const wa__entry *e = wa__entries();
  while (e && i--) e = e->next;
  return e ? e->name : NULL;
}

enum { EAGER = 1, BY_INDEX = 2 }; /* flags of wax_spawn */

/* What the link put into the function table has many types, and a call by the wrong one traps; what the host added since
 * is its own. */
static wa_task_fn function_of(const wa__entry *entry, uint32_t flags) {
  uintptr_t index = (uintptr_t)entry;
  if (flags & BY_INDEX) return index >= own_functions && index < wa__guest_functions() ? (wa_task_fn)index : NULL;
  for (const wa__entry *e = wa__entries(); e; e = e->next)
    if (e == entry) return e->f;
  return NULL;
}

#define SPAWN_PARAMETERS                                                                                             \
  const wa__entry *entry, uint32_t type, void *data, uint32_t size, double number, const char *name, uint32_t stack_size, \
      uint32_t flags
uint32_t wa__host_spawn(SPAWN_PARAMETERS);
__attribute__((used)) uint32_t wa__host_spawn(SPAWN_PARAMETERS) {
  WAX_ALONE;
  bool bad = !alone;
  wa__detail *input = wa__guest_take(data, type, size, number, &bad);
  name = wa__guest_text(name, &bad);
  wa_task_fn f = function_of(entry, flags);
  if (!f) wa__misuse("wax_spawn: %u is not an entry that wax_find gave, nor a function that the host put into the table",
                     (unsigned)(uintptr_t)entry);
  if (bad || !f) {
    wa__detail_release(input);
    return 0;
  }
  if (flags & EAGER) wa__loop_begin_turn();
  wa_task_options options = {.name = name, .stack_size = stack_size};
  wa_task *task = wa__spawn("wax_spawn", f, input ? input->data : NULL, &options, input);
  uint32_t handle = task ? wa__handle_of(task) : 0;
  if (!task) return 0;
  task->seen = true; /* its error is the host's to tell */
  if (!handle) wa__task_discard(wa__task_of(task), WA_ENOMEM); /* the host takes it for refused, so it must not run */
  else if (flags & EAGER) wa__start(wa__task_of(task)); /* only now: what it asks of the host names it */
  wa_release(task);
  return handle;
}

_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wunused-parameter\"")
WAX(spawn) __attribute__((naked)) uint32_t wax_spawn(SPAWN_PARAMETERS) {
  FROM_HOST("local.get 0\nlocal.get 1\nlocal.get 2\nlocal.get 3\nlocal.get 4\nlocal.get 5\nlocal.get 6\nlocal.get 7\n"
            "call wa__host_spawn\n");
}
_Pragma("GCC diagnostic pop")

WAX(cancel) int32_t wax_cancel(uint32_t handle, const char *reason) {
  WAX_ALONE;
  bool bad = !alone;
  wa_future *f = wa__handle_get(handle);
  reason = wa__guest_text(reason, &bad);
  wa_now(); /* the request's age counts from here, not from the latest turn */
  return !f || bad ? WA_EMISUSE : wa_cancel(f, reason);
}

WAX(uncancel) int32_t wax_uncancel(uint32_t handle) {
  WAX_ALONE;
  wa_future *f = alone ? wa__handle_get(handle) : NULL;
  return f ? wa_uncancel(f) : WA_EMISUSE;
}

WAX(release) int32_t wax_release(uint32_t handle) {
  WAX_ALONE;
  return alone && wa__handle_close(handle) ? WA_OK : WA_EMISUSE;
}

WAX(next_task) uint32_t wax_next_task(uint32_t handle) {
  WAX_ALONE;
  wa_future *f = handle ? wa__handle_get(handle) : NULL;
  if (!alone || (handle && !f)) return 0;
  for (wa__list *link = f ? f->all.next : wa__futures.next; link && link != &wa__futures; link = link->next) {
    wa__task *next = wa__unfinished(link);
    if (next) return wa__handle_of(&next->future);
  }
  return 0;
}

/* ---- futures that the host settles ------------------------------------------------------------------------------ */

WAX(future) uint32_t wax_future(void) {
  WAX_ALONE;
  return alone ? give(wa_future_new()) : 0;
}

WAX(timer) uint32_t wax_timer(double t) {
  WAX_ALONE;
  if (!alone || !(t >= 0)) return wa__misuse("wax_timer: expected 0 ms or more, outside of a turn"), 0;
  return give(wa__delay(wa__from_ms(t)));
}

WAX(settle) int32_t wax_settle(uint32_t handle, int32_t status, uint32_t type, void *data, uint32_t size, double number) {
  WAX_ALONE;
  bool bad = !alone, plain = type == WA_NUMBER && !data && status == WA_OK;
  wa_future *f = plain && alone ? wa__handle_get(handle) : NULL;
  if (f && f->kind == WA__OP) return wa__op_number(f, number);
  wa__detail *d = wa__guest_take(data, type, size, number, &bad);
  f = bad ? NULL : wa__handle_get(handle);
  if (f && status && !wa__is_error(status))
    f = NULL, wa__misuse("wax_settle: status is %d; expected 0 or an error", status);
  if (f && f->kind == WA__OP) return wa__op_finish(f, status, d);
  if (f && (f->kind != WA__FUTURE || !wa__pending(f))) f = NULL, wa__misuse("wax_settle: it is done, or not the host's");
  if (f && status == WA_ECANCELED) wa__future_finish(f, WA__CANCELLED, status, NULL, d);
  else if (f) wa__future_finish(f, WA__FINISHED, status, d ? d->data : NULL, d);
  wa__detail_release(d);
  return f ? WA_OK : WA_EMISUSE;
}

/* ---- traces ------------------------------------------------------------------------------------------------------ */

WAX(trace) int32_t wax_trace(uint32_t capacity) {
  WAX_ALONE;
  if (!alone) return WA_EMISUSE;
  if (capacity) return wa_trace_start(capacity);
  wa_trace_stop();
  return WA_OK;
}

WAX(trace_read) const wa__trace_chunk *wax_trace_read(void) {
  static wa__trace_chunk chunk;
  static wa_trace_record records[WA__TRACE_CHUNK];
  chunk.count = (uint32_t)wa_trace_read(records, WA__TRACE_CHUNK);
  chunk.lost = wa_trace_lost();
  for (uint32_t i = 0; i < chunk.count; i++) {
    const wa_trace_record *r = &records[i];
    chunk.events[i].time_ms = wa__ms(r->time);
    chunk.events[i].task = r->task;
    chunk.events[i].by = r->by;
    chunk.events[i].kind = (uint32_t)r->kind;
    chunk.events[i].status = r->status;
    chunk.events[i].name = r->name;
    chunk.events[i].site = r->site;
  }
  return &chunk;
}

/* ---- looking at them ---------------------------------------------------------------------------------------------- */

enum { READY, RUNNING, WAITING, DONE };
enum { CANCELLED = 1, UNSEEN = 2 }; /* flags of the info record */

WAX(info) const wa__info_record *wax_info(uint32_t handle) {
  static wa__info_record info;
  wa_future *f = wa__handle_get(handle);
  if (!f) return NULL;
  wa__task *t = wa__as_task(f);
  wa_data data = wa_result(f);
  bool last = f->refs == 1 && !wa__pending(f); /* nobody in C can look at it any more: the host is to */
  info = (wa__info_record){
      .state = !wa__pending(f) ? DONE : !t ? WAITING : wa__fiber_runs(&t->fiber) ? RUNNING : t->waiting ? WAITING : READY,
      .status = f->status,
      .flags = (f->state == WA__CANCELLED ? CANCELLED : 0) | (last && wa__is_unseen(f) ? UNSEEN : 0),
      .cancelling = t ? t->cancels : WA_EMISUSE,
      .type = data.type,
      .data = data.data,
      .size = (uint32_t)data.size,
      .number = data.number,
      .reason = wa_reason(f)[0] ? wa_reason(f) : NULL,
      .name = wa_name(f),
      .site = t ? t->site : "",
      .cancel_age_ms = t && t->cancels && wa__pending(f) ? wa__ms(wa_now() - t->cancelled_at) : -1,
  };
  if (last) f->seen = true;
  wa__errors errors = wa__detail_errors(f->detail);
  info.errors = errors.list;
  info.error_count = (uint32_t)errors.count;
  return &info;
}
#endif
