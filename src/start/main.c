/* main.c: the main of a program that has none. It runs one task by its name: `wasmtime run app.wasm TASK [INPUT]`.
 *
 *     arguments -> the task, with INPUT as its text -> its end -> what it returned on stdout -> exit status
 *
 * It lies in an archive of its own, behind the program, so a program's own main goes before it. It prints without stdio,
 * which would make every program larger by its half.
 * Law: exit status 0: the task ended well; 1: it failed, or was cancelled, or its result could not be written; 2: there is
 * no such task, or there are two.
 */
#include "../registry.h"
#include "../task.h"

#include <string.h>
#include <unistd.h>

enum { OUT = 1, ERR = 2 };

static bool written = true; /* all of it */

static void print(int fd, const char *text, size_t size) {
  while (size) {
    ssize_t n = write(fd, text, size);
    if (n <= 0) {
      written = false;
      return;
    }
    text += n;
    size -= (size_t)n;
  }
}
static void say(int fd, const char *text) { print(fd, text, strlen(text)); }

static void print_whole(int fd, uint64_t whole) {
  char text[20], *p = text + sizeof text;
  do *--p = (char)('0' + whole % 10);
  while (whole /= 10);
  print(fd, p, (size_t)(text + sizeof text - p));
}

/* Nine digits behind the point, rounded, without the zeros at their end. */
static void print_fixed(double size) {
  enum { BILLION = 1000000000 };
  uint64_t whole = (uint64_t)size;
  uint32_t part = (uint32_t)((size - (double)whole) * BILLION + 0.5);
  print_whole(OUT, whole + part / BILLION);
  part %= BILLION;
  if (!part) return;
  char text[] = ".000000000";
  for (int i = 9; i > 0; i--, part /= 10) text[i] = (char)('0' + part % 10);
  size_t length = sizeof text - 1;
  while (text[length - 1] == '0') length--;
  print(OUT, text, length);
}

/* As JavaScript does, with fewer digits: the very large and the very small with an exponent. */
static void print_number(double number) {
  if (number != number) return say(OUT, "nan");
  if (number < 0) say(OUT, "-");
  double size = __builtin_fabs(number);
  if (size == __builtin_inf()) return say(OUT, "inf");
  int exponent = 0;
  if (size >= 1e18)
    for (; size >= 10; size /= 10) exponent++;
  if (size && size < 1e-6)
    for (; size < 1; size *= 10) exponent--;
  print_fixed(size);
  if (!exponent) return;
  say(OUT, exponent < 0 ? "e-" : "e+");
  print_whole(OUT, (uint64_t)(exponent < 0 ? -exponent : exponent));
}

/* What the task has printed by stdio stands before its result: where stdio is linked, it has this, which writes out everything. */
extern void __stdio_exit(void) __attribute__((weak));

static void print_result(wa_task *task) {
  if (__stdio_exit) __stdio_exit();
  wa_data result = wa_result(task);
  if (result.type == WA_NUMBER) print_number(result.number);
  else print(OUT, result.data, result.size);
  if (result.type == WA_NUMBER || result.type == WA_TEXT) print(OUT, "\n", 1);
}

static void print_status(int status) {
  say(ERR, wa_status_name(status));
  if (status > WA_EUSER) return;
  say(ERR, " (-");
  print_whole(ERR, -(uint64_t)status);
  say(ERR, ")");
}

/* A group's errors, or what the host said. */
static void print_details(const wa_task *task) {
  enum { MOST = 16 };
  int errors[MOST];
  size_t n = wa_errors(task, errors, MOST);
  for (size_t i = 0; i < n && i < MOST; i++) say(ERR, i ? ", " : ": "), print_status(errors[i]);
  if (n > MOST) say(ERR, ", ...");
  wa_data words = wa_result(task);
  if (words.type == WA_TEXT) say(ERR, ": "), print(ERR, words.data, words.size);
}

/* task: NULL if it is gone. */
static void tell(const char *name, int status, const wa_task *task) {
  say(ERR, name), say(ERR, ": ");
  print_status(status);
  if (task) print_details(task);
  if (status == WA_EMISUSE) say(ERR, ": "), say(ERR, wa_error_text());
  say(ERR, "\n");
}

typedef struct call { const wa__entry *entry; const char *input; bool told; } call;

static int run(void *arg) {
  call *c = arg;
  wa__detail *input = c->input ? wa__detail_new(WA_TEXT, c->input, strlen(c->input)) : NULL;
  if (c->input && !input) return WA_ENOMEM;
  wa_task_options options = {.name = c->entry->name};
  wa_task *task = wa__spawn("wa_spawn_with", c->entry->f, input ? input->data : NULL, &options, input);
  if (!task) return WA_ENOMEM;
  int st = wa_await(task);
  if (st >= 0) print_result(task);
  else tell(c->entry->name, st, task), c->told = true;
  wa_release(task);
  return st;
}

/* A program's main that is neither of the two of C keeps this name, and the one below would run in its stead. A call that is never
 * made has the linker compare the types, and what it puts where they differ is refused (toolchain/instrument.mjs). */
#ifdef __wasi__
__attribute__((weak)) int wa__other_main(int argc, char **argv) __asm__("main");
#define COMPARE_MAINS(argc, argv) ((argc) < 0 ? wa__other_main(argc, argv) : 0)
#else
#define COMPARE_MAINS(argc, argv) 0
#endif

/* From there on. */
static const wa__entry *find(const wa__entry *entry, const char *name) {
  while (entry && strcmp(entry->name, name)) entry = entry->next;
  return entry;
}

int main(int argc, char **argv) {
  if (COMPARE_MAINS(argc, argv)) return 2;
  const char *wanted = argc > 1 ? argv[1] : "";
  const wa__entry *entry = find(wa__entries(), wanted);
  if (!entry || argc > 3) {
    say(ERR, "usage: TASK [INPUT]; the tasks are:");
    for (entry = wa__entries(); entry; entry = entry->next) say(ERR, " "), say(ERR, entry->name);
    say(ERR, "\n");
    return 2;
  }
  if (find(entry->next, wanted)) {
    say(ERR, "two tasks are called '"), say(ERR, wanted), say(ERR, "' (WA_TASK)\n");
    return 2;
  }
  call c = {entry, argc > 2 ? argv[2] : NULL, false};
  int st = wa_run(run, &c);
  if (st >= 0 && written) return 0;
  if (st >= 0) say(ERR, entry->name), say(ERR, ": its result could not be written\n");
  else if (!c.told) tell(entry->name, st, NULL);
  return 1;
}
