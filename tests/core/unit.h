/* unit.h: unit tests in C for every target: natively under sanitizers, and in wasm wherever a WASI program runs.
 *
 *     program [TEST...]      runs those tests, or all; for each it prints:   run NAME   fail FILE:LINE: why   end NAME
 *     program after TEST     runs those behind it, for a harness that goes on after a crash
 *
 * Laws
 *   - A check that fails is told and the test goes on: there is no longjmp on these targets.
 *   - Nothing is silent: after each test nothing may be alive (wa_count), and no report may have come that the test did
 *     not take.
 *
 * Why it is our own: neither Debian nor npm carries Unity, and the frameworks that Debian has (cmocka, check) are
 * compiled for the machine and leave a failed test by longjmp.
 */
#ifndef UNIT_H
#define UNIT_H

#include "../../src/wasyncio.h"

typedef struct unit_test {
  const char *name;
  void (*body)(void);
  bool in_task; /* the body is the main task of a wa_run on a virtual clock */
  struct unit_test *next;
} unit_test;
void unit_register(unit_test *test);

#define UNIT_TEST(test, in_task)                                   \
  static void test(void);                                          \
  __attribute__((constructor)) static void unit_add_##test(void) { \
    static unit_test record = {#test, test, in_task, NULL};        \
    unit_register(&record);                                        \
  }                                                                \
  static void test(void)
#define TEST(name) UNIT_TEST(name, false)
#define TASK_TEST(name) UNIT_TEST(name, true)

/* ---- checks: each gives back whether it held --------------------------------------------------------------------- */

bool unit_true(const char *at, bool holds, const char *what);
bool unit_int(const char *at, int64_t got, int64_t wanted, const char *what);
bool unit_status(const char *at, int got, int wanted, const char *what);
bool unit_text(const char *at, const char *got, const char *wanted, const char *what);
bool unit_contains(const char *at, const char *got, const char *part, const char *what);
/* The sentence of the latest misuse. */
bool unit_misuse(const char *at, int got, const char *part, const char *what);

#define UNIT_STRING2(x) #x
#define UNIT_STRING(x) UNIT_STRING2(x)
#define UNIT_HERE __FILE_NAME__ ":" UNIT_STRING(__LINE__)
#define EXPECT(condition) unit_true(UNIT_HERE, condition, #condition)
#define EXPECT_INT(got, wanted) unit_int(UNIT_HERE, got, wanted, #got)
#define EXPECT_STATUS(got, wanted) unit_status(UNIT_HERE, got, wanted, #got)
#define EXPECT_TEXT(got, wanted) unit_text(UNIT_HERE, got, wanted, #got)
#define EXPECT_CONTAINS(got, part) unit_contains(UNIT_HERE, got, part, #got)
/* The call was WA_EMISUSE, and its sentence holds `part`. */
#define EXPECT_MISUSE(got, part) unit_misuse(UNIT_HERE, got, part, #got)
/* The same for a call that gives a pointer or a bool. */
#define EXPECT_REFUSED(got, part) unit_misuse(UNIT_HERE, (got) ? WA_OK : WA_EMISUSE, part, #got)

/* ---- order ------------------------------------------------------------------------------------------------------- */

/* Appends a word to the test's trace; EXPECT_TRACE compares the whole and starts it anew. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool unit_trace(const char *at, const char *wanted);
#define EXPECT_TRACE(wanted) unit_trace(UNIT_HERE, wanted)

/* ---- reports ----------------------------------------------------------------------------------------------------- */

/* Takes the earliest report not taken yet. */
bool unit_report(const char *at, wa_report_kind kind, const char *text);
#define EXPECT_REPORT(kind, text) unit_report(UNIT_HERE, kind, text)
/* Takes it without a look at its text, for times that are not the same twice. NULL, and a failure, if there is none. */
const wa_report *unit_any_report(const char *at, wa_report_kind kind);
#define TAKE_REPORT(kind) unit_any_report(UNIT_HERE, kind)

/* ---- bodies that many tests need --------------------------------------------------------------------------------- */

#define NUMBER(n) ((void *)(intptr_t)(n))
int sleeper(void *ms);    /* sleeps, and returns what that gave */
int returns(void *status);/* at once */
int forever(void *arg);   /* until it is cancelled */
int stubborn(void *ms);   /* ignores every cancellation until so much time has passed */
/* Awaits and releases: for `run(wa_spawn(...))`. */
int finish(wa_future *future);
/* Lets the other tasks run for so many iterations. */
void turns(int n);

#endif
