/* unit.c: the runner, and the checks in words. */
#include "unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static unit_test *tests, **last = &tests;
static int failures;

void unit_register(unit_test *test) {
  *last = test;
  last = &test->next;
}

static void fail(const char *at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  failures++;
  printf("fail %s: ", at);
  vprintf(format, args);
  putchar('\n');
  va_end(args);
}

bool unit_true(const char *at, bool holds, const char *what) {
  if (!holds) fail(at, "expected %s", what);
  return holds;
}

bool unit_int(const char *at, int64_t got, int64_t wanted, const char *what) {
  if (got != wanted) fail(at, "expected %s to be %lld, got %lld", what, (long long)wanted, (long long)got);
  return got == wanted;
}

bool unit_status(const char *at, int got, int wanted, const char *what) {
  const char *why = got == WA_EMISUSE ? wa_error_text() : "";
  if (got != wanted) fail(at, "expected %s to be %s (%d), got %s (%d) %s", what, wa_status_name(wanted), wanted,
                          wa_status_name(got), got, why);
  return got == wanted;
}

bool unit_text(const char *at, const char *got, const char *wanted, const char *what) {
  bool holds = got && !strcmp(got, wanted);
  if (!holds) fail(at, "expected %s to be\n  %s\ngot\n  %s", what, wanted, got ? got : "NULL");
  return holds;
}

bool unit_contains(const char *at, const char *got, const char *part, const char *what) {
  bool holds = got && strstr(got, part);
  if (!holds) fail(at, "expected %s to hold\n  %s\ngot\n  %s", what, part, got ? got : "NULL");
  return holds;
}

bool unit_misuse(const char *at, int got, const char *part, const char *what) {
  return unit_status(at, got, WA_EMISUSE, what) && unit_contains(at, wa_error_text(), part, what);
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

static char trace[4096];

void note(const char *format, ...) {
  va_list args;
  va_start(args, format);
  size_t n = strlen(trace);
  if (n && n < sizeof trace - 1) trace[n++] = ' ';
  vsnprintf(trace + n, sizeof trace - n, format, args);
  va_end(args);
}

bool unit_trace(const char *at, const char *wanted) {
  bool holds = unit_text(at, trace, wanted, "the trace");
  trace[0] = 0;
  return holds;
}

/* ---- reports ----------------------------------------------------------------------------------------------------- */

#define REPORTS 16
static struct { wa_report report; char text[340]; } reports[REPORTS];
static int reported, taken;

static void listen(const wa_report *report, void *ctx) {
  (void)ctx;
  int i = reported++;
  if (i >= REPORTS) return;
  reports[i].report = *report;
  snprintf(reports[i].text, sizeof reports[i].text, "%s", report->text);
  reports[i].report.text = reports[i].text;
}

const wa_report *unit_any_report(const char *at, wa_report_kind kind) {
  if (taken == reported) return fail(at, "expected a report of kind %d, there is none", kind), NULL;
  const wa_report *report = &reports[taken++].report;
  if (report->kind == kind) return report;
  return fail(at, "expected a report of kind %d, got: %s", kind, report->text), NULL;
}

bool unit_report(const char *at, wa_report_kind kind, const char *text) {
  const wa_report *report = unit_any_report(at, kind);
  return report && unit_text(at, report->text, text, "the report");
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

int sleeper(void *ms) { return wa_sleep(WA_MS((intptr_t)ms)); }

int returns(void *status) { return (int)(intptr_t)status; }

int forever(void *arg) {
  (void)arg;
  return wa_sleep(WA_FOREVER);
}

int stubborn(void *ms) {
  wa_time end = wa_now() + WA_MS((intptr_t)ms);
  while (wa_now() < end) (void)wa_sleep(end - wa_now());
  return WA_OK;
}

int finish(wa_future *future) {
  int status = wa_await(future);
  wa_release(future);
  return status;
}

void turns(int n) {
  while (n--) wa_yield();
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static int in_task(void *test) {
  ((unit_test *)test)->body();
  return WA_OK;
}

/* What earlier tests left is theirs: each leak is told once. Behind a run no memory may be left, either; a test without one may
 * have made the host's tables, which stay. */
static void check_end(const unit_test *test, const wa_counts *before) {
  wa_counts c;
  wa_count(&c);
  if (c.tasks > before->tasks || c.futures > before->futures || c.timers > before->timers ||
      c.operations > before->operations || c.handles > before->handles || c.stacks > before->stacks ||
      (test->in_task && c.bytes > before->bytes))
    fail(test->name, "left alive: tasks %u, futures %u, timers %u, operations %u, handles %u, stacks %u, bytes %ld", c.tasks,
         c.futures, c.timers, c.operations, c.handles, c.stacks, (long)(c.bytes - before->bytes));
  for (; taken < reported && taken < REPORTS; taken++) fail(test->name, "unexpected report: %s", reports[taken].text);
}

static void run(unit_test *test) {
  printf("run %s\n", test->name);
  fflush(stdout);
  trace[0] = 0;
  reported = taken = 0;
  wa_counts before;
  wa_count(&before);
  wa_configure(&(wa_config){.virtual_clock = true});
  wa_on_report(listen, NULL);
  if (test->in_task) unit_status(test->name, wa_run(in_task, test), WA_OK, "the main task's status");
  else test->body();
  check_end(test, &before);
  printf("end %s\n", test->name);
  fflush(stdout);
}

static bool among(const char *name, char **names, int n) {
  for (int i = 0; i < n; i++)
    if (!strcmp(name, names[i])) return true;
  return n == 0;
}

int main(int argc, char **argv) {
  bool after = argc == 3 && !strcmp(argv[1], "after");
  unit_test *test = tests;
  if (after) {
    while (test && strcmp(test->name, argv[2])) test = test->next;
    if (test) test = test->next;
  }
  for (; test; test = test->next)
    if (after || among(test->name, argv + 1, argc - 1)) run(test);
  return failures != 0;
}
