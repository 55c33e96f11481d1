/* main.c: the main of a program that has none. It runs one task by its name: `wasmtime run app.wasm TASK [INPUT]`.
 *
 *     arguments -> the task, with INPUT as its text -> its end -> what it returned on stdout -> exit status
 *
 * It lies in an archive of its own, behind the program, so a program's own main goes before it. It prints without stdio,
 * which would make every program larger by its half.
 * Law: exit status 0: the task ended well; 1: it failed, or was cancelled; 2: there is no such task.
 */
#include "../registry.h"
#include "../task.h"

#include <string.h>
#include <unistd.h>

enum { OUT = 1, ERR = 2 };

static void print(int fd, const char *text, size_t size) {
  while (size) {
    ssize_t n = write(fd, text, size);
    if (n <= 0) return;
    text += n;
    size -= (size_t)n;
  }
}
static void say(int fd, const char *text) { print(fd, text, strlen(text)); }

/* Nine digits behind the point, or eighteen before it and how many more. */
static void print_number(double number) {
  if (number != number) return say(OUT, "nan");
  if (number < 0) say(OUT, "-");
  double size = __builtin_fabs(number);
  if (size == __builtin_inf()) return say(OUT, "inf");
  int more = 0, fraction = 0;
  for (; size >= 1e18; size /= 10) more++;
  uint64_t whole = (uint64_t)size;
  char text[40], *p = text + sizeof text;
  for (int n = more; n > 0; n /= 10) *--p = (char)('0' + n % 10);
  if (more) *--p = 'e';
  do *--p = (char)('0' + whole % 10);
  while (whole /= 10);
  print(OUT, p, (size_t)(text + sizeof text - p));
  for (double part = size - (double)(uint64_t)size; part > 0 && fraction < 9; fraction++) {
    part *= 10;
    char digit[] = {'.', (char)('0' + (int)part)};
    print(OUT, digit + (fraction > 0), fraction ? 1 : 2);
    part -= (int)part;
  }
}

/* What the task has printed by stdio stands before its result: where stdio is linked, it has this, which writes out everything. */
extern void __stdio_exit(void) __attribute__((weak));

static int print_result(wa_task *task) {
  if (__stdio_exit) __stdio_exit();
  wa_data result = wa_result(task);
  if (result.type == WA_NUMBER) print_number(result.number);
  else print(OUT, result.data, result.size);
  if (result.type == WA_NUMBER || result.type == WA_TEXT) print(OUT, "\n", 1);
  return WA_OK;
}

typedef struct call { const wa__entry *entry; const char *input; } call;

static int run(void *arg) {
  const call *c = arg;
  wa__detail *input = c->input ? wa__detail_new(WA_TEXT, c->input, strlen(c->input)) : NULL;
  if (c->input && !input) return WA_ENOMEM;
  wa_task_options options = {.name = c->entry->name};
  wa_task *task = wa__spawn(c->entry->f, input ? input->data : NULL, &options, input);
  if (!task) return WA_ENOMEM;
  int st = wa_await(task);
  if (st >= 0) print_result(task);
  wa_release(task);
  return st;
}

int main(int argc, char **argv) {
  const char *wanted = argc > 1 ? argv[1] : "";
  const wa__entry *entry = wa__entries();
  while (entry && strcmp(entry->name, wanted)) entry = entry->next;
  if (!entry || argc > 3) {
    say(ERR, "usage: TASK [INPUT]; the tasks are:");
    for (entry = wa__entries(); entry; entry = entry->next) say(ERR, " "), say(ERR, entry->name);
    say(ERR, "\n");
    return 2;
  }
  int st = wa_run(run, &(call){entry, argc > 2 ? argv[2] : NULL});
  if (st >= 0) return 0;
  say(ERR, entry->name), say(ERR, ": "), say(ERR, wa_status_name(st));
  if (st == WA_EMISUSE) say(ERR, ": "), say(ERR, wa_error_text());
  say(ERR, "\n");
  return 1;
}
