/* main.c: reads scenarios from stdin, runs one after the other on a fresh virtual clock, and writes the traces
 * to stdout. After each scenario nothing of it may be alive: otherwise the program ends with 3.
 */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(void) {
  size_t size = 0, capacity = 1 << 16;
  char *text = NULL;
  for (;;) {
    text = realloc(text, capacity + 1);
    if (!text) fail("no memory", "for the input");
    size_t n = fread(text + size, 1, capacity - size, stdin);
    if (!n) break;
    size += n;
    if (size == capacity) capacity *= 2;
  }
  text[size] = 0;
  return text;
}

static _Noreturn void end(int code, const char *what, const char *detail) {
  trace_flush();
  fprintf(stderr, "scenario: %s: %s\n", what, detail);
  exit(code);
}

_Noreturn void fail(const char *what, const char *detail) { end(2, what, detail); }

static void listen(const wa_report *report, void *ctx) {
  scenario *s = ctx;
  if (report->kind == WA_REPORT_SHUTDOWN) trace_shutdown(report->count);
  if (report->kind == WA_REPORT_STACK || report->kind == WA_REPORT_TRAP) fail(s->name, report->text);
  if (report->kind != WA_REPORT_DEADLOCK) return;
  s->stuck = true;
  trace_deadlock();
  trace_final(s); /* now: the tasks still stand as they are */
}

static int run_main(void *arg) {
  job *main = arg;
  add_job(main, wa_retain(wa_current()));
  return run_body(main);
}

static void check_counts(const scenario *s) {
  wa_counts c;
  wa_count(&c);
  if (!(c.tasks | c.futures | c.timers | c.operations | c.handles | c.stacks)) return;
  char what[160];
  const char *form = "tasks %u, futures %u, timers %u, operations %u, handles %u, stacks %u";
  snprintf(what, sizeof what, form, c.tasks, c.futures, c.timers, c.operations, c.handles, c.stacks);
  end(3, s->name, what);
}

static void run(scenario *s) {
  wa_config config = {.virtual_clock = true, .max_turns = 20000, .stack_size = 64 << 10};
  int st = wa_configure(&config);
  if (st != WA_OK) fail("wa_configure", wa_error_text());
  wa_on_report(listen, s);
  trace_scenario(s);
  objects_open(s);
  wa_run(run_main, new_job(s, find_word(s, "main"), find_word(s, "main")));
  if (!s->jobs) fail("wa_run did not start main", wa_error_text());
  if (!s->stuck) trace_final(s);
  for (job *j = s->jobs; j; j = j->next) wa_release(j->task);
  for (kept *k = s->kept; k; k = k->next) wa_release(k->future);
  objects_close(s);
  trace_flush();
  check_counts(s);
}

int main(void) {
  char *text = read_all(), *rest = text;
  for (scenario *s; (s = parse(&rest)); arena_free()) run(s);
  arena_free();
  free(text);
  return 0;
}
