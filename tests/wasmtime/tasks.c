/* The C side: tasks that a host spawns, cancels, answers and sees trap. */
#include "../../src/wasyncio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("embedder"), import_name(#name)))
#define NUMBER_OF(arg) (*(const double *)(arg))

IMPORT(called) void call_embedder(void); /* calls back into the exports */

static int cleanups;
static void count_cleanup(void *arg) {
  (void)arg;
  cleanups++;
}
static int cleanup_count(void *arg) {
  (void)arg;
  return cleanups;
}
WA_TASK(cleanup_count);

static int echo(void *arg) {
  (void)arg;
  wa_data in = wa_input();
  if (in.type == WA_BYTES) return wa_return_bytes(in.data, in.size);
  if (in.type == WA_TEXT) return wa_return_text(in.data);
  if (in.type == WA_NUMBER) return wa_return_number(in.number);
  return 77;
}
WA_TASK(echo);

static int sleeper(void *arg) {
  wa_defer(count_cleanup, NULL);
  return wa_sleep(WA_MS(NUMBER_OF(arg)));
}
WA_TASK(sleeper);

static int tells_why(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_FOREVER);
  wa_sleep(WA_MS(5)); /* its clean-up */
  return status;
}
WA_TASK(tells_why);

static int stubborn(void *arg) {
  (void)arg;
  wa_defer(count_cleanup, NULL);
  for (;;) (void)wa_sleep(WA_MS(5));
}
WA_TASK(stubborn);

static int swallows(void *arg) {
  (void)arg;
  (void)wa_sleep(WA_FOREVER);
  return WA_OK;
}
WA_TASK(swallows);

/* Sees that it is to stop, and no await tells it. */
static int looks(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  while (!wa_cancelling(wa_current())) (void)wa_sleep(WA_MS(1));
  wa_uncancellable_exit();
  return WA_ECANCELED;
}
WA_TASK(looks);

static int computes(void *arg) {
  volatile unsigned n = 0;
  (void)arg;
  for (;;) {
    int status = wa_checkpoint();
    if (status < 0) return status;
    n++;
  }
}
WA_TASK(computes);

static int yields(void *arg) {
  int status;
  (void)arg;
  do status = wa_yield();
  while (status == WA_OK);
  return status;
}
WA_TASK(yields);

/* Sleeps, and returns for how long. */
static int naps(void *arg) {
  int status = wa_sleep(WA_MS(NUMBER_OF(arg)));
  return status < 0 ? status : wa_return_number(NUMBER_OF(arg));
}
WA_TASK(naps);

static int waits(void *arg) {
  (void)arg;
  return wa_sleep(WA_FOREVER);
}
WA_TASK(waits);

static int reads_stdin(void *arg) {
  char bytes[64];
  (void)arg;
  int n = wa_read(0, bytes, sizeof bytes);
  return n < 0 ? n : wa_return_bytes(bytes, (size_t)n);
}
WA_TASK(reads_stdin);

static int reads_lines(void *arg) {
  (void)arg;
  wa_lines lines;
  wa_lines_init(&lines, 0, 0);
  int n = 0, st;
  while ((st = wa_lines_next(&lines)) > 0 && strcmp(lines.line, "end")) n++;
  wa_lines_close(&lines);
  return st < 0 ? st : n;
}
WA_TASK(reads_lines);

static int fails(void *arg) { return WA_EUSER - (int)NUMBER_OF(arg); }
WA_TASK(fails);

static int sleeps_wrongly(void *arg) { return (void)arg, wa_sleep(-1); }
WA_TASK(sleeps_wrongly);

static int ends_as_if_pending(void *arg) { return (void)arg, WA_EPENDING; }
WA_TASK(ends_as_if_pending);

/* Its child fails, and it has looked. */
static int fails_later(void *arg) {
  wa_sleep(WA_MS(5));
  return fails(arg);
}
WA_TASK(fails_later);

static int forgives(void *arg) {
  (void)arg;
  double five = 5;
  wa_task *child = wa_spawn(fails_later, &five);
  int st = wa_await(child);
  wa_release(child);
  return st == WA_EUSER - 5 ? WA_OK : WA_EMISUSE;
}
WA_TASK(forgives);

/* And nobody has. */
static int leaves_a_failure(void *arg) {
  (void)arg;
  static double five = 5;
  wa_release(wa_spawn_with(fails_later, &five, &(wa_task_options){.name = "unloved"}));
  return WA_OK;
}
WA_TASK(leaves_a_failure);

static int spawns_a_child(void *arg) {
  wa_task *child = wa_spawn(waits, arg);
  (void)wa_await(child);
  wa_release(child);
  return WA_OK;
}
WA_TASK(spawns_a_child);

static int never_looks(void *arg) {
  (void)arg;
  for (volatile unsigned n = 0;; n++) continue;
}
WA_TASK(never_looks);

static int traps(void *arg) {
  wa_sleep(WA_MS(NUMBER_OF(arg)));
  __builtin_trap();
}
WA_TASK(traps);

static int traps_at_once(void *arg) {
  (void)arg;
  __builtin_trap();
}
WA_TASK(traps_at_once);

static int spawns_a_trap(void *arg) {
  (void)arg;
  wa_release(wa_spawn_with(traps_at_once, NULL, &(wa_task_options){.eager = true}));
  return WA_OK;
}
WA_TASK(spawns_a_trap);

static __attribute__((noinline)) int with_frame(int n) {
  char frame[100];
  memset(frame, n, sizeof frame);
  __asm__ volatile("" : : "r"(frame) : "memory");
  int below = n ? with_frame(n - 1) : wa_yield();
  return below < 0 || frame[50] != (char)n ? WA_EUSER - 1 : below + 1;
}
static int crawl(void *arg) { return with_frame((int)NUMBER_OF(arg)); }
WA_TASK(crawl);

static int endless_from(int n);
static int (*volatile itself)(int) = endless_from;
static int endless_from(int n) {
  int below = itself(n + 1);
  __asm__ volatile("" : "+r"(below));
  return below + 1;
}
static int endless(void *arg) {
  (void)arg;
  return endless_from(0);
}
WA_TASK(endless);

static int asks(void *arg) {
  wa_data answer, question = {.type = WA_TEXT, .data = arg, .size = strlen(arg)};
  int status = wa_await_op("ask", &question, &answer);
  if (status == WA_EHOST) return wa_return_text(answer.type == WA_TEXT ? answer.data : "failed without a word");
  return status < 0 ? status : wa_return_text(answer.data);
}
WA_TASK(asks);

static int passes_on(void *arg) { return wa_await_op(arg, NULL, NULL); }
WA_TASK(passes_on);

/* Both are started before either has an answer. */
static int asks_two(void *arg) {
  wa_future *first = wa_start_op(arg, NULL), *second = wa_start_op("fine", NULL);
  int status = wa_await(first);
  wa_release(first);
  wa_release(second);
  return status;
}
WA_TASK(asks_two);

/* What came of a clean-up that calls the host as well is not what it ends with. */
static int cleans_up(void *arg) {
  int status = wa_await_op(arg, NULL, NULL);
  return wa_await_op("fine", NULL, NULL) == WA_OK ? status : WA_EMISUSE;
}
WA_TASK(cleans_up);

static int passes_on_from_below(void *arg) {
  wa_task *below = wa_spawn(passes_on, arg);
  int status = wa_await(below);
  wa_release(below);
  return status;
}
WA_TASK(passes_on_from_below);

/* The host's failure is dealt with; what it ends with is its own. */
static int gets_over_it(void *arg) {
  (void)wa_await_op(arg, NULL, NULL);
  return WA_EUSER - 9;
}
WA_TASK(gets_over_it);

/* Members that fail in one turn, each in its own way: none is told to stop before. */
static int ends_late(void *arg) { return wa_await_op(arg, NULL, NULL) == WA_EHOST ? WA_ETIMEDOUT : WA_OK; }
static int misuses(void *arg) { return wa_await_op(arg, NULL, NULL) == WA_EHOST ? wa_sleep(-1) : WA_OK; }
static int members_fail(void *arg) {
  wa_group g;
  int status = wa_group_enter(&g);
  if (status < 0) return status;
  wa_release(wa_group_spawn(&g, gets_over_it, arg));
  wa_release(wa_group_spawn(&g, passes_on, arg));
  wa_release(wa_group_spawn(&g, misuses, arg));
  wa_release(wa_group_spawn(&g, ends_late, arg));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(members_fail);

static int calls_back(void *arg) {
  (void)arg;
  call_embedder();
  return wa_yield();
}
WA_TASK(calls_back);

static int calls_back_for_ever(void *arg) {
  (void)arg;
  for (;;) call_embedder();
}
WA_TASK(calls_back_for_ever);

static int called_from(int n);
static int (*volatile deeper)(int) = called_from;
static int called_from(int n) {
  char frame[32];
  __asm__ volatile("" : : "r"(frame) : "memory");
  call_embedder();
  return deeper(n + 1) + frame[0];
}
static int calls_back_from_deep_down(void *arg) {
  (void)arg;
  return called_from(0);
}
WA_TASK(calls_back_from_deep_down);

static int prints(void *arg) {
  printf("printed: %s %.3f\n", (const char *)arg, 2.5);
  return fflush(stdout);
}
WA_TASK(prints);
