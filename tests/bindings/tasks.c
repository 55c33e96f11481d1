/* tasks.c: the C side of the bindings' tests. Each task does one thing that JavaScript can see. */
#include <wasyncio.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define IMPORT(name) __attribute__((import_module("test"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

static int cleanups, steps;
static void count_cleanup(void *arg) {
  (void)arg;
  cleanups++;
}
EXPORT(cleanup_count) int cleanup_count(void) { return cleanups; }
EXPORT(step_count) int step_count(void) { return steps; }

/* ---- values ------------------------------------------------------------------------------------------------ */

static int echo(void *arg) {
  (void)arg;
  wa_data in = wa_input();
  if (in.type == WA_BYTES) return wa_return_bytes(in.data, in.size);
  if (in.type == WA_TEXT) return wa_return_text(in.data);
  if (in.type == WA_NUMBER) return wa_return_number(in.number);
  return WA_OK;
}
WA_TASK(echo);

static int status(void *arg) { return (int)*(double *)arg; }
WA_TASK(status);

/* Known by its export alone. */
EXPORT(plain) int plain(void *arg) {
  (void)arg;
  int st = wa_sleep(WA_MS(1));
  return st == WA_OK ? wa_return_text("plain") : st;
}
EXPORT(two_arguments) int two_arguments(int a, int b) { return a + b; }

static int prints_no_end(void *arg) { return printf("%s", (char *)arg) < 0 ? WA_EUSER : WA_OK; }
WA_TASK(prints_no_end);

static int print(void *arg) {
  printf("out: %s\n", (char *)arg);
  fprintf(stderr, "err: %s\n", (char *)arg);
  fflush(stdout);
  return WA_OK;
}
WA_TASK(print);

/* Memory grows between the input and the result. */
static int grow(void *arg) {
  size_t size = (size_t)*(double *)arg;
  char *block = malloc(size);
  if (!block) return WA_ENOMEM;
  memset(block, 'x', size);
  int st = wa_yield();
  if (st == WA_OK) st = wa_return_bytes(block + size - 3, 3);
  free(block);
  return st;
}
WA_TASK(grow);

/* ---- waiting and being cancelled ---------------------------------------------------------------------------- */

static int sleeper(void *arg) {
  steps++;
  wa_defer(count_cleanup, NULL);
  return wa_sleep(WA_MS(*(double *)arg));
}
WA_TASK(sleeper);

/* Gives the reason that C sees. */
static int victim(void *arg) {
  (void)arg;
  return wa_sleep(WA_FOREVER);
}
static int reason(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn(victim, NULL);
  int st = wa_await(child);
  printf("%s", wa_reason(child));
  fflush(stdout);
  wa_release(child);
  return st;
}
WA_TASK(reason);

static int compute(void *arg) {
  (void)arg;
  int st;
  while ((st = wa_checkpoint()) == WA_OK) steps++;
  return st;
}
WA_TASK(compute);

/* Computes for so many milliseconds of real time without a checkpoint. */
static int busy(void *arg) {
  wa_time end = wa_now() + WA_MS(*(double *)arg);
  while (wa_now() < end) steps++;
  return WA_OK;
}
WA_TASK(busy);

/* Ends as if nothing had been. */
static int swallow(void *arg) {
  (void)arg;
  wa_sleep(WA_FOREVER);
  return wa_return_text("done anyway");
}
WA_TASK(swallow);

/* Ignores every request. */
static int stubborn(void *arg) {
  (void)arg;
  for (;;) wa_sleep(WA_MS(5));
}
WA_TASK(stubborn);

/* Cleans up for a while, then is cancelled as it was asked to. */
static int slow_cleanup(void *arg) {
  int st = wa_sleep(WA_FOREVER);
  if (st == WA_ECANCELED) {
    wa_sleep(WA_MS(*(double *)arg));
    cleanups++;
  }
  return st;
}
WA_TASK(slow_cleanup);

/* Its clean-up spawns another that waits. */
static void succeed(void *arg) {
  (void)arg;
  wa_release(wa_spawn(victim, NULL));
}
static int successor(void *arg) {
  (void)arg;
  wa_defer(succeed, NULL);
  return wa_sleep(WA_FOREVER);
}
WA_TASK(successor);

/* Cancels its own child, with a reason of its own. */
static int canceller(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn(victim, NULL);
  wa_yield();
  wa_cancel(child, "C said so");
  int st = wa_await(child);
  wa_release(child);
  return st;
}
WA_TASK(canceller);

/* Its child ends as if nothing had been. */
static int tolerant(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn(swallow, NULL);
  wa_yield();
  wa_cancel(child, "in vain");
  int st = wa_await(child);
  wa_release(child);
  return st;
}
WA_TASK(tolerant);

/* Leaves a task behind that nobody in C holds. */
static int spawner(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn_with(victim, NULL, &(wa_task_options){.name = "left behind"});
  wa_release(child);
  return child ? WA_OK : WA_ENOMEM;
}
WA_TASK(spawner);

static int deadline(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn(victim, NULL);
  int st = wa_wait_for(child, WA_MS(5));
  wa_release(child);
  return st;
}
WA_TASK(deadline);

static int failing(void *arg) {
  int st = wa_yield();
  return st == WA_OK ? (int)(intptr_t)arg : st;
}
static int group(void *arg) {
  (void)arg;
  wa_group g;
  int st = wa_group_enter(&g);
  if (st != WA_OK) return st;
  wa_release(wa_group_spawn(&g, failing, (void *)(intptr_t)(WA_EUSER - 1)));
  wa_release(wa_group_spawn(&g, failing, (void *)(intptr_t)(WA_EUSER - 2)));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(group);

/* ---- the host ------------------------------------------------------------------------------------------------- */

/* Calls the host function that the input's first word names, with the rest; returns what it gave. */
static int call(void *arg) {
  char name[32];
  const char *rest = strchr(arg, ' ');
  size_t length = rest ? (size_t)(rest - (char *)arg) : strlen(arg);
  if (length >= sizeof name) return WA_EMISUSE;
  memcpy(name, arg, length);
  name[length] = 0;
  wa_data in = {.type = WA_TEXT, .data = rest ? rest + 1 : "", .size = rest ? strlen(rest + 1) : 0}, out;
  int st = wa_await_op(name, &in, &out);
  if (st != WA_OK) return st;
  if (out.type == WA_TEXT) return wa_return_text(out.data);
  if (out.type == WA_NUMBER) return wa_return_number(out.number);
  return out.type == WA_BYTES ? wa_return_bytes(out.data, out.size) : WA_OK;
}
WA_TASK(call);

/* The message of a host function that fails, as C reads it. */
static int call_failing(void *arg) {
  wa_data out;
  int st = wa_await_op(arg, NULL, &out);
  return st == WA_EHOST && out.type == WA_TEXT ? wa_return_text(out.data) : WA_EUSER;
}
WA_TASK(call_failing);

/* The same by a task of C's own, of which the host does not know. */
static int call_below(void *arg) {
  wa_task *t = wa_spawn(call, arg);
  int st = wa_await(t);
  wa_release(t);
  return st;
}
WA_TASK(call_below);

/* Has handled the failure of one. */
static int call_below_after(void *arg) {
  int st = wa_await_op("throws", NULL, NULL);
  return st == WA_EHOST ? call_below(arg) : WA_EUSER;
}
WA_TASK(call_below_after);

/* A group in a group: its members fail one after the other, with the host's words and with none. */
static int fails_when_told(void *name) {
  int st = wa_sleep(WA_FOREVER);
  if (!name || wa_uncancellable_enter() != WA_OK) return WA_EHOST;
  st = wa_await_op(name, NULL, NULL);
  return wa_uncancellable_exit() == WA_OK ? st : WA_EUSER;
}
static int calls_in_group(void *arg) {
  wa_group g;
  int st = wa_group_enter(&g);
  if (st != WA_OK) return st;
  wa_release(wa_group_spawn(&g, call, arg));
  wa_release(wa_group_spawn(&g, fails_when_told, "rejects"));
  wa_release(wa_group_spawn(&g, fails_when_told, NULL));
  return wa_group_exit(&g, WA_OK);
}
static int call_in_groups(void *arg) {
  wa_group g;
  int st = wa_group_enter(&g);
  if (st != WA_OK) return st;
  wa_release(wa_group_spawn(&g, calls_in_group, arg));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(call_in_groups);

/* A member whose group is made up of a wrong call, without words; and one whose host has some. */
static int fails_as_misuse(void *arg) { return (void)arg, wa_fail_group((int[]){WA_EMISUSE}, 1); }
static int calls_throws(void *arg) { /* though it is told to stop */
  wa_sleep(WA_MS(1));
  return wa_await_op("throws", NULL, arg);
}
static int misuse_beside_a_call(void *arg) {
  wa_group g;
  wa_data answer;
  (void)arg;
  wa_group_enter(&g);
  wa_release(wa_group_spawn(&g, calls_throws, &answer));
  wa_release(wa_group_spawn(&g, fails_as_misuse, NULL));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(misuse_beside_a_call);

/* Calls the host many times, one after the other. */
static int call_often(void *arg) {
  int n = (int)*(double *)arg, sum = 0;
  for (int i = 0; i < n; i++) {
    wa_data in = {.type = WA_NUMBER, .number = i}, out;
    int st = wa_await_op("next", &in, &out);
    if (st != WA_OK) return st;
    sum += (int)out.number;
  }
  return wa_return_number(sum);
}
WA_TASK(call_often);

/* The same by operations of its own, several in flight, each awaited in one of the ways that there are. */
static int start_often(void *arg) {
  int n = (int)*(double *)arg, sum = 0;
  for (int i = 0; i < n; i += 3) {
    wa_future *f[3];
    for (int k = 0; k < 3; k++) f[k] = wa_start_op("next", &(wa_data){.type = WA_NUMBER, .number = i + k});
    wa_future *both = wa_gather((wa_future *[]){f[1], f[2]}, 2, 0);
    int st = wa_await(f[0]);
    if (st == WA_OK) st = wa_await(both);
    for (int k = 0; k < 3; k++) sum += (int)wa_result(f[k]).number, wa_release(f[k]);
    wa_release(both);
    if (st != WA_OK) return st;
  }
  return wa_return_number(sum);
}
WA_TASK(start_often);

/* Stops a task that waits for the host, in the turn in which it asks the host for something else. */
static int call_to_stop(void *arg) { return wa_await_op(arg, NULL, NULL); }
static int stop_a_call(void *arg) {
  wa_task *t = wa_spawn(call_to_stop, arg);
  wa_sleep(WA_MS(1));
  wa_future *f = wa_start_op("busy", NULL);
  wa_cancel(t, "stop it");
  wa_await(f);
  wa_await(t);
  wa_release(f);
  wa_release(t);
  return WA_OK;
}
WA_TASK(stop_a_call);

/* A task of C's own fails; its parent has looked. */
static int fails_later(void *arg) {
  (void)arg;
  int st = wa_sleep(WA_MS(10));
  return st < 0 ? st : WA_EUSER - 7;
}
static int forgiving(void *arg) {
  wa_task *t = wa_spawn(fails_later, arg);
  int st = wa_await(t);
  wa_release(t);
  return st == WA_EUSER - 7 ? WA_OK : st;
}
WA_TASK(forgiving);

/* Looks long after its end. */
static int forgiving_later(void *arg) {
  wa_task *t = wa_spawn(fails_later, arg);
  int st = wa_sleep(WA_MS(30));
  if (st == WA_OK && wa_await(t) != WA_EUSER - 7) st = WA_EUSER - 1;
  wa_release(t);
  return st;
}
WA_TASK(forgiving_later);

/* Leaves one behind that fails, and at which nobody in C can look. */
static int careless(void *arg) {
  wa_release(wa_spawn_with(fails_later, arg, &(wa_task_options){.name = "left to fail"}));
  return WA_OK;
}
WA_TASK(careless);

IMPORT(probe) int probe(int n);
static int call_import(void *arg) { return probe((int)*(double *)arg); }
WA_TASK(call_import);

/* What an import calls back. */
EXPORT(waits_below) int waits_below(int ms) { return wa_sleep(WA_MS(ms)); }
EXPORT(computes_below) int computes_below(int n) { return wa_current() ? -1 : n + 1; }
static int calls_and_waits(void *arg) {
  int status = probe((int)*(double *)arg);
  int st = wa_sleep(WA_MS(2));
  return st < 0 || !wa_current() ? WA_EUSER - 1 : status;
}
WA_TASK(calls_and_waits);

EXPORT(frame) uintptr_t frame(void) { return (uintptr_t)__builtin_frame_address(0); }

IMPORT(missing) int missing(void);
static int call_missing(void *arg) {
  (void)arg;
  return missing();
}
WA_TASK(call_missing);

/* ---- misuse and traps ----------------------------------------------------------------------------------------- */

static int await_self(void *arg) {
  (void)arg;
  return wa_await(wa_current());
}
WA_TASK(await_self);

static int negative_sleep(void *arg) {
  (void)arg;
  return wa_sleep(-1);
}
WA_TASK(negative_sleep);

static int trap(void *arg) {
  (void)arg;
  int st = wa_yield();
  if (st != WA_OK) return st;
  __builtin_trap();
}
WA_TASK(trap);

/* A callback is no task: its trap is nobody's. */
static void trapping(void *ctx, wa_future *future) {
  (void)ctx, (void)future;
  __builtin_trap();
}
static int break_runtime(void *arg) {
  (void)arg;
  wa_future *future = wa_future_new();
  int st = wa_when_done(future, trapping, NULL);
  wa_resolve(future, NULL);
  wa_release(future);
  return st;
}
WA_TASK(break_runtime);

static int leave_program(void *arg) {
  (void)arg;
  exit(3);
}
WA_TASK(leave_program);

static volatile int depth;
static int deeper(volatile char *above) {
  volatile char block[256];
  block[0] = above[0];
  return depth++ < 1000000 ? deeper(block) + block[0] : 0;
}
static int overflow(void *arg) {
  (void)arg;
  volatile char block[1] = {1};
  return deeper(block);
}
WA_TASK(overflow);

/* slow_cleanup's, deferred. */
static void cleans_up_slowly(void *ms) { wa_sleep(WA_MS((intptr_t)ms)); }
static int slow_defer(void *arg) {
  int st = wa_defer(cleans_up_slowly, (void *)(intptr_t)*(double *)arg);
  return st == WA_OK ? wa_sleep(WA_FOREVER) : st;
}
WA_TASK(slow_defer);

/* A wrong call, and time for another to make its own before this one ends; a number waits for longer. */
static int misuses(void *ms) {
  int st = wa_sleep(-(wa_time)(intptr_t)ms);
  wa_sleep(WA_MS(10 - (intptr_t)ms));
  return st;
}
static int misuses_below(void *arg) {
  (void)arg;
  wa_task *a = wa_spawn(misuses, (void *)3), *b = wa_spawn(misuses, (void *)5);
  int first = wa_await(b), then = wa_await(a);
  wa_release(a);
  wa_release(b);
  return first == WA_EMISUSE && then == WA_EMISUSE ? wa_sleep(WA_MS(1)) == WA_OK ? then : WA_EUSER : WA_EUSER;
}
WA_TASK(misuses_below);

static int misuses_by_number(void *arg) {
  (void)arg;
  return misuses((void *)(intptr_t)wa_input().number);
}
WA_TASK(misuses_by_number);

static int only_says_misuse(void *arg) { return (void)arg, WA_EMISUSE; }
WA_TASK(only_says_misuse);

static int misuse_in_group(void *arg) {
  wa_group g;
  int st = wa_group_enter(&g);
  if (st != WA_OK) return st;
  wa_release(wa_group_spawn(&g, misuses, (void *)2));
  wa_release(wa_group_spawn(&g, only_says_misuse, arg));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(misuse_in_group);

/* The milliseconds since 1970. */
static int calendar(void *arg) {
  struct timeval t;
  (void)arg;
  gettimeofday(&t, NULL);
  return wa_return_number((double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3);
}
WA_TASK(calendar);
