/* control.c: somebody outside sees and cancels this program's tasks, over a stream of lines.
 *
 *     "cancel a.txt enough"  --> [ wa_lines ] --> wa_cancel of each --> "ok 1"
 *
 * Laws
 *   - It is a task as any other: it suspends by public calls alone, and only looks into the tasks that it lists. It waits for its
 *     stream and for nothing else.
 *   - Who can cancel must be able to at any time: an answer that nobody takes ends the answers, not the commands.
 *   - A task's name cannot end a line or a field of an answer, and stands for itself, as it was listed, between quotes.
 */
#include "task.h"

#include <string.h>

enum { NOBODY = -1 };
#define ANSWER_MAX WA_S(1) /* for who asks and does not listen */

typedef struct control {
  wa__scope scope; /* its task's, so that it goes however that ends */
  wa_lines lines;
  int out; /* NOBODY: no answer is written any more */
  wa_timeout limit; /* of an answer */
  wa_task *self;
  const char *name, *reason; /* of a cancel; the name NULL: all */
  uint32_t count;
  char *answer;
  size_t size, capacity;
} control;

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static void say_part(control *c, const char *text, size_t n) {
  if (!n) return;
  if (c->size + n > c->capacity) {
    size_t capacity = (c->size + n) * 2;
    char *grown = wa__alloc(capacity);
    if (!grown) return;
    if (c->size) memcpy(grown, c->answer, c->size);
    wa__free(c->answer, c->capacity);
    c->answer = grown;
    c->capacity = capacity;
  }
  memcpy(c->answer + c->size, text, n);
  c->size += n;
}

static void say(control *c, const char *text) { say_part(c, text, strlen(text)); }

static const char escaped[] = "\"\\\n\t\r", letters[] = "\"\\ntr", hex[] = "0123456789abcdef";

/* A name or a reason: the program's own text, or somebody's. */
static void say_escaped(control *c, const char *text) {
  for (size_t n; *text; text += n) {
    for (n = 0; (unsigned char)text[n] >= ' ' && !strchr("\"\\\x7f", text[n]);) n++;
    say_part(c, text, n);
    if (!text[n]) return;
    unsigned char one = (unsigned char)text[n++];
    const char *known = strchr(escaped, one);
    if (known) say_part(c, (char[]){'\\', letters[known - escaped]}, 2);
    else say_part(c, (char[]){'\\', 'x', hex[one / 16], hex[one % 16]}, 4);
  }
}

static void say_count(control *c) {
  char text[24];
  wa__format(text, sizeof text, "ok %u\n", (unsigned)c->count);
  say(c, text);
}

/* ---- the commands ------------------------------------------------------------------------------------------------ */

static void list(wa_task *task, void *ctx) {
  control *c = ctx;
  wa__task *t = wa__task_of(task);
  say_escaped(c, wa_name(task));
  say(c, task == wa_current() ? "\trunning" : t->waiting ? "\twaiting" : "\tready");
  if (wa_site(task)[0]) say(c, " at "), say(c, wa_site(task));
  if (t->cancels) say(c, "\tcancelled"), say(c, wa_reason(task)[0] ? ": " : ""), say_escaped(c, wa_reason(task));
  say(c, "\n");
  c->count++;
}

static void cancel(wa_task *task, void *ctx) {
  control *c = ctx;
  if (c->name ? strcmp(wa_name(task), c->name) : task == c->self) return;
  c->count += wa_cancel(task, c->reason);
}

/* What a \ and what follows stand for; 0: nothing. */
static char unescape(char **at) {
  const char *p = ++*at, *known = *p ? strchr(letters, *p) : NULL;
  if (known) return escaped[known - letters];
  const char *high = *p == 'x' && p[1] ? strchr(hex, p[1]) : NULL, *low = high && p[2] ? strchr(hex, p[2]) : NULL;
  if (!low) return 0;
  *at += 2;
  return (char)((high - hex) * 16 + (low - hex));
}

/* What stands after a quote, written over it; NULL if the quote is not closed, or more than a space follows it. */
static char *quoted(char *text, char **rest) {
  char *p = text, *to = text;
  for (; *p != '"'; p++)
    if (!(*to++ = *p == '\\' ? unescape(&p) : *p)) return NULL;
  if (p[1] && p[1] != ' ' && p[1] != '\t') return NULL;
  *rest = p + 1;
  *to = 0;
  return text;
}

/* Takes a word off the line, or what stands in double quotes; NULL if there is none, or the quotes are wrong. */
static char *word(char **rest) {
  *rest += strspn(*rest, " \t");
  char *p = *rest;
  if (*p == '"') return quoted(p + 1, rest);
  size_t n = strcspn(p, " \t");
  *rest = p + n + (p[n] != 0);
  p[n] = 0;
  return n ? p : NULL;
}

static __attribute__((noinline)) void obey(control *c) {
  bool whole = strlen(c->lines.line) == c->lines.size;
  char *rest = c->lines.line, *verb = word(&rest), *name = verb ? word(&rest) : NULL;
  rest += strspn(rest, " \t");
  c->size = c->count = 0;
  if (!whole) {
    say(c, "error the line has a 0 byte\n");
  } else if (!name && *rest) {
    say(c, "error expected a closing \" and a space or the end behind it; between quotes \\\" \\\\ \\n \\t \\r \\xHH as in C\n");
  } else if (!verb) {
    return;
  } else if (!strcmp(verb, "list") && !name) {
    wa_tasks(list, c);
    say_count(c);
  } else if (!strcmp(verb, "cancel") && name) {
    bool all = !strcmp(name, "all") && name[-1] != '"';
    c->name = all ? NULL : name;
    c->reason = *rest ? rest : "control";
    wa_tasks(cancel, c);
    if (c->count || !c->name) say_count(c);
    else say(c, "error no unfinished task is called '"), say_escaped(c, name), say(c, "'\n");
  } else {
    say(c, "error expected: list | cancel NAME [REASON] | cancel all [REASON]\n");
  }
}

/* ---- the task ---------------------------------------------------------------------------------------------------- */

static void drop(wa__scope *scope) {
  control *c = wa__container(scope, control, scope);
  wa__scope_leave(scope);
  c->lines.reading = false; /* discarded while it waited, if it did */
  wa_lines_close(&c->lines);
  wa__free(c->answer, c->capacity);
  wa__free(c, sizeof *c);
}

/* Also if the program ends meanwhile, and the task is cancelled: perhaps by this very command. */
static int answer(control *c) {
  wa_uncancellable_enter();
  int st = wa_timeout_enter(&c->limit, ANSWER_MAX);
  if (st == WA_OK) st = wa_timeout_exit(&c->limit, wa_write_all(c->out, c->answer, c->size));
  wa_uncancellable_exit();
  return st;
}

static int serve(void *arg) {
  control *c = arg;
  for (;;) {
    wa__site = "wa_control";
    int st = wa_lines_next(&c->lines);
    if (st == 0) return WA_OK;
    c->size = 0;
    if (st < 0 && c->lines.overrun) say(c, "error the line is too long\n");
    else if (st < 0) return st;
    else obey(c);
    st = c->out == NOBODY ? WA_OK : answer(c);
    if (st < 0 && st != WA_ENOMEM) c->out = NOBODY;
  }
}

typedef struct ends { int in, out; } ends;

static int begin(void *arg) {
  const ends *e = arg; /* there until the first wait */
  control *c = wa__alloc(sizeof *c);
  if (!c) return wa__no_memory("a control stream");
  *c = (control){.out = e->out, .self = wa_current()};
  wa_lines_init(&c->lines, e->in, 0);
  wa__scope_enter(wa__current, &c->scope, drop, NULL);
  return serve(c);
}

wa_task *wa_control(int in, int out) {
  /* Eager, so that it begins before anybody can cancel it; and what it needs it makes itself, for without memory for its stack it
   * never begins. */
  const wa_task_options options = {.name = "control", .eager = true};
  wa_task *task = wa_spawn_with(begin, &(ends){in, out}, &options);
  if (!task || wa_status(task) != WA_ENOMEM) return task;
  wa_release(task);
  return NULL;
}
