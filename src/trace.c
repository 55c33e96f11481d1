/* trace.c: what happened when, in a ring of records.
 *
 *     oldest unread                next
 *           v                        v
 *     [ . . r r r r r r r r r r r r  . . . ]     full: the oldest makes room, and is counted as lost
 *
 *     a step:  RUN, what the task does (SPAWN, CANCEL, WAKE of others), then WAIT, YIELD or END
 *
 * Laws
 *   - Tracing hears and never acts: a traced program goes the same way as one that is not.
 *   - It listens at hooks that are NULL while nobody traces, and the switch has none. A step's end is seen by the
 *     loop's look at the clock, made after every step meanwhile; its beginning, which was the look before (on a virtual
 *     clock: now), is recorded when the step has its first event, or its end.
 */
#include "task.h"

#define CAPACITY_MAX (1 << 24)

typedef struct slot {
  wa_trace_record record;
  wa__detail *name; /* kept alive for the record */
} slot;

static slot *ring;
static uint32_t capacity, next, unread, lost;
static wa_time latest; /* time never goes back in a trace */

static void push(wa__task *t, wa_trace_kind kind, wa_time time) {
  slot *s = &ring[next];
  next = next + 1 == capacity ? 0 : next + 1;
  if (unread < capacity) unread++;
  else lost++;
  if (time > latest) latest = time;
  bool by_itself = kind == WA_TRACE_RUN || kind == WA_TRACE_END;
  bool placed = kind == WA_TRACE_YIELD || kind == WA_TRACE_WAIT || kind == WA_TRACE_CLEANUP;
  const char *name = wa_name(&t->future);
  wa__detail_set(&s->name, t->extra ? t->extra->name : NULL);
  s->record = (wa_trace_record){
      .time = latest,
      .task = t->id,
      .by = wa__current && !by_itself && !placed ? wa__current->id : 0,
      .kind = kind,
      .status = kind == WA_TRACE_END ? t->future.status : WA_EPENDING,
      .name = name,
      .site = placed ? t->site : "",
  };
}

static void begun(wa__task *t, wa_time at) {
  if (t->traced) return;
  t->traced = true;
  push(t, WA_TRACE_RUN, wa__the_loop.config.virtual_clock ? wa_now() : at);
}

static void over(wa__task *t) {
  bool waits = t->waiting == &wa__slot ? t->slot == WA__SLOT_PENDING : t->waiting && wa__pending(t->waiting);
  if (wa__pending(&t->future)) push(t, waits ? WA_TRACE_WAIT : WA_TRACE_YIELD, wa_now());
  t->traced = false;
}

/* ---- the hooks -------------------------------------------------------------------------------------------------- */

static void on_task(wa__task *t, int kind) {
  wa__task *running = kind == WA_TRACE_RUN || kind == WA_TRACE_CLEANUP ? t : wa__current;
  /* An eager one begins in the middle of somebody's step. */
  if (running) begun(running, running->spawning ? wa_now() : wa__the_loop.looked);
  if (kind == WA_TRACE_WAIT) over(t);
  else if (kind != WA_TRACE_RUN) push(t, (wa_trace_kind)kind, wa_now());
}

static void on_finished(wa_future *f) {
  if (f->kind == WA__TASK) on_task(wa__task_of(f), WA_TRACE_END);
  WA__LIST_EACH(link, &f->callbacks) {
    wa__callback *callback = wa__container(link, wa__callback, link);
    if (!callback->run) on_task(wa__container(callback, wa__task, step), WA_TRACE_WAKE);
  }
}

static void on_stepped(wa_time began) {
  wa__task *t = wa__latest;
  wa__latest = NULL; /* the next may be no task's */
  if (!t) return;
  begun(t, began);
  over(t);
}

/* ---- the recording ---------------------------------------------------------------------------------------------- */

int wa_trace_start(size_t records) {
  if (!records || records > CAPACITY_MAX)
    return wa__misuse("wa_trace_start: capacity is %u; expected 1 to %u", (unsigned)records, CAPACITY_MAX);
  slot *slots = wa__alloc(records * sizeof *slots);
  if (!slots) return wa__no_memory("a trace"); /* one that records goes on */
  wa_trace_stop();
  ring = slots;
  capacity = (uint32_t)records;
  for (uint32_t i = 0; i < capacity; i++) ring[i].name = NULL;
  next = unread = lost = 0;
  latest = wa_now();
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__as_task(wa__container(link, wa_future, all));
    if (t) t->traced = false;
  }
  wa__latest = wa__current;
  wa__the_loop.steps_left = 1;
  wa__task_traced = on_task;
  wa__future_finished = on_finished;
  wa__loop_stepped = on_stepped;
  return WA_OK;
}

size_t wa_trace_read(wa_trace_record *out, size_t max) {
  if (max && !out) return wa__misuse("wa_trace_read: out is NULL; expected room for %u events", (unsigned)max), 0;
  if (ring && wa__current) begun(wa__current, wa__the_loop.looked); /* who reads runs */
  size_t n = unread < max ? unread : max;
  for (size_t i = 0; i < n; i++, unread--) {
    out[i] = ring[next >= unread ? next - unread : next + capacity - unread].record;
  }
  return n;
}

uint32_t wa_trace_lost(void) { return lost; }

void wa_trace_stop(void) {
  wa__task_traced = NULL;
  wa__future_finished = NULL;
  wa__loop_stepped = NULL;
  for (uint32_t i = 0; i < capacity; i++) wa__detail_release(ring[i].name);
  wa__free(ring, capacity * sizeof *ring);
  ring = NULL;
  capacity = unread = 0;
}
