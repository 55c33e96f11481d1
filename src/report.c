/* report.c: nothing is silent. Each thing that asyncio's users lose days to becomes one sentence with the task's name
 * and place, for a listener or for stderr.
 *
 * Law: a listener is no task: it cannot suspend, and it cannot be entered from inside itself.
 */
#include "report.h"
#include "host.h"

static void (*the_listener)(const wa_report *report, void *ctx);
static void *listener_ctx;

void wa_on_report(void (*listener)(const wa_report *report, void *ctx), void *ctx) {
  the_listener = listener;
  listener_ctx = ctx;
}

static void to_stderr(const wa_report *report) {
  char line[384];
  wa__host_print(line, wa__format(line, sizeof line, "wasyncio: %s\n", report->text));
}

static size_t sentence(char *out, size_t size, const wa_report *r) {
  const char *name = r->task ? wa_name(r->task) : "", *site = r->site[0] ? r->site : "its first step";
  switch (r->kind) {
    case WA_REPORT_SWALLOWED:
      return wa__format(out, size, "task '%s' swallowed its cancellation: told at %s, asked %l ms ago, ended with %s",
                        name, site, r->age, wa_status_name(r->status));
    case WA_REPORT_STALLED:
      if (r->count > 1)
        return wa__format(out, size, "task '%s' or one of the %u that had a step before it ran %l ms without an await, "
                          "since %s; put a wa_checkpoint in its loop", name, (unsigned)r->count - 1, r->age, site);
      return wa__format(out, size, "task '%s' ran %l ms without an await, since %s; put a wa_checkpoint in its loop",
                        name, r->age, site);
    case WA_REPORT_UNGRACEFUL:
      return wa__format(out, size, "task '%s' still runs, %l ms after its cancellation; it waits at %s", name, r->age, site);
    case WA_REPORT_UNSEEN:
      return wa__format(out, size, "task '%s' failed with %s, and nobody looked at it", name, wa_status_name(r->status));
    case WA_REPORT_STACK:
      return wa__format(out, size, "task '%s': stack overflow, %u bytes, give it more with stackSize (stack_size in C)",
                        name, (unsigned)r->count);
    case WA_REPORT_TRAP:
      if (r->count)
        return wa__format(out, size, "task '%s' was interrupted by its host: it ran on, without an await, since %s; put a "
                          "wa_checkpoint in its loop", name, site);
      return wa__format(out, size, "task '%s' hit a wasm trap, after %s", name, site);
    case WA_REPORT_DEADLOCK:
      return wa__format(out, size, "deadlock: %u tasks wait, nothing is ready and no timer is set", (unsigned)r->count);
    case WA_REPORT_SHUTDOWN:
      return wa__format(out, size, "the main task ended; cancelling the %u that are left", (unsigned)r->count);
  }
  return 0;
}

/* Of the kinds that come with a count. */
static int status_of(int kind) {
  switch (kind) {
    case WA_REPORT_STALLED: return WA_EPENDING;
    case WA_REPORT_STACK: return WA_ESTACK;
    case WA_REPORT_TRAP: return WA_ETRAP;
    default: return WA_OK;
  }
}

void wa__report(int kind, wa__task *t, const char *site, wa_time age, int number) {
  static bool reporting;
  char text[320];
  if (reporting) return;
  bool counts = kind == WA_REPORT_DEADLOCK || kind == WA_REPORT_SHUTDOWN || kind == WA_REPORT_STALLED ||
                kind == WA_REPORT_STACK || kind == WA_REPORT_TRAP;
  if (kind == WA_REPORT_SHUTDOWN && !the_listener) return; /* as it should be: asyncio.run says nothing either */
  wa_report r = {.kind = (wa_report_kind)kind, .task = t ? &t->future : NULL, .site = site ? site : "", .age = age,
                 .status = counts ? status_of(kind) : number, .count = counts ? (uint32_t)number : 0, .text = text};
  if (kind == WA_REPORT_STACK && t) r.count = wa__fiber_stack_size(&t->fiber);
  sentence(text, sizeof text, &r);
  if (kind == WA_REPORT_STACK || kind == WA_REPORT_TRAP) wa__misuse("%s", text); /* for wa_error_text */
  wa__task *current = wa__current;
  wa__current = NULL;
  reporting = true;
  if (the_listener) the_listener(&r, listener_ctx);
  else to_stderr(&r);
  reporting = false;
  wa__current = current;
}

void wa__report_overdue(wa__task *t, wa_time now) {
  t->ungraceful = true;
  wa__report(WA_REPORT_UNGRACEFUL, t, t->site, now - t->cancelled_at, WA_EPENDING);
}

wa_time wa__report_ungraceful(wa_time now) {
  wa_time grace = wa__the_loop.config.grace ? wa__the_loop.config.grace : WA_S(5), next = WA_FOREVER;
  static wa_time look_at = WA_FOREVER; /* no task can be overdue before */
  if (!wa__leaving_count || wa__the_loop.config.virtual_clock) return look_at = next;
  if (look_at == WA_FOREVER) look_at = wa__plus(now, grace);
  if (now < look_at) return look_at;
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__as_task(wa__container(link, wa_future, all));
    if (!t || !wa__pending(&t->future) || !t->cancels || t->ungraceful) continue;
    if (now - t->cancelled_at >= grace) wa__report_overdue(t, now);
    else if (wa__plus(t->cancelled_at, grace) < next) next = wa__plus(t->cancelled_at, grace);
  }
  return look_at = next;
}

static void unseen(wa_future *f) {
  wa__task *t = wa__as_task(f);
  if (t) wa__report(WA_REPORT_UNSEEN, t, t->site, 0, f->status);
}

static void stalled(wa_time ran, uint32_t steps) {
  if (wa__latest) wa__report(WA_REPORT_STALLED, wa__latest, wa__latest->site, ran, (int)steps);
}

/* On the overflowed task's emergency stack: the sentence goes straight to stderr, and the host recovers the rest. */
static void overflow(void) {
  char text[200];
  wa__task *t = wa__current;
  size_t n = wa__format(text, sizeof text, "wasyncio: task '%s': stack overflow, %u bytes, give it more with stackSize "
                        "(stack_size in C)\n", t ? wa_name(&t->future) : "?", t ? (unsigned)wa__fiber_stack_size(&t->fiber) : 0u);
  wa__host_print(text, n);
}

void wa__report_start(void) {
  wa__future_unseen = unseen;
  wa__loop_stalled = stalled;
  wa__fiber_overflow = overflow;
}
