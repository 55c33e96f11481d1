/* report.c: nothing is silent. Each thing that asyncio's users lose days to becomes one sentence with the task's name
 * and place, for a listener or for stderr.
 *
 * Law: a listener is no task: it cannot suspend, and it cannot be entered from inside itself.
 */
#include "report.h"
#include "host.h"

#include <string.h>

static void (*the_listener)(const wa_report *report, void *ctx);
static void *listener_ctx;

void wa_on_report(void (*listener)(const wa_report *report, void *ctx), void *ctx) {
  the_listener = listener;
  listener_ctx = ctx;
}

/* Of these kinds the number is a status; its name is told. */
enum { NAMED = 1 << WA_REPORT_SWALLOWED | 1 << WA_REPORT_UNSEEN };
enum { UNCOUNTED = NAMED | 1 << WA_REPORT_UNGRACEFUL };

/* A line for stderr: room for every sentence, though its names are of WA__TEXT_MOST. It begins behind the prefix. */
static const char prefix[] = "wasyncio: ";
enum { BEFORE = sizeof prefix - 1 };
typedef struct line { char text[340]; } line;

/* Returns the line's length. */
static size_t write_line(line *line, int kind, const char *sentence, wa__task *t, const char *site, wa_time age, int number) {
  /* The sentence on a stall names the last of so many steps, and counts those before it. */
  int64_t last = NAMED >> kind & 1 ? wa__text_arg(wa_status_name(number)) : number - (kind == WA_REPORT_STALLED);
  memcpy(line->text, prefix, BEFORE);
  return BEFORE + wa__formatted(line->text + BEFORE, sizeof *line - BEFORE, sentence,
                                wa__text_arg(t ? wa_name(&t->future) : ""),
                                wa__text_arg(*site ? site : "its start"), age, last);
}

static void print_line(line *line, size_t size) {
  line->text[size] = '\n';
  wa__host_print(line->text, size + 1);
}

/* Of a deadlock: who waits where, the oldest first, as many as the line has room for. */
static size_t write_waiting(line *line, size_t size) {
  const char *before = ": ";
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__unfinished(link);
    if (!t) continue;
    size += wa__formatted(line->text + size, sizeof *line - size, *t->site ? "%0s'%1s' at %2s" : "%0s'%1s'",
                          wa__text_arg(before), wa__text_arg(wa_name(&t->future)), wa__text_arg(t->site), 0);
    before = ", ";
  }
  return size;
}

/* Of an error that nobody looked at: what was said, as much as the line has room for, as whole characters of UTF-8. A sentence
 * begins with the name of its task, which need not stand there twice. */
static size_t write_words(line *line, size_t size, const wa_future *f) {
  bool said = f && (f->status == WA_EHOST || f->status == WA_EMISUSE) && f->detail && f->detail->kind == WA_TEXT;
  if (!said) return size;
  char own[WA__TEXT_MOST + 16];
  size_t length = wa__format(own, sizeof own, "task '%s': ", wa_name((wa_future *)f));
  const char *words = f->detail->data;
  if (!strncmp(words, own, length)) words += length;
  size += wa__formatted(line->text + size, sizeof *line - size, ": ", 0, 0, 0, 0);
  while (*words && size < sizeof *line - 1) line->text[size++] = *words++;
  while ((*words & 0xc0) == 0x80) words--, size--;
  line->text[size] = 0;
  return size;
}

/* The status that goes with a count. */
static const int8_t statuses[WA_REPORT_SHUTDOWN + 1] = {
    [WA_REPORT_STALLED] = WA_EPENDING, [WA_REPORT_STACK] = WA_ESTACK, [WA_REPORT_TRAP] = WA_ETRAP};

bool wa__reporting;

void wa__report(wa_report_kind kind, const char *sentence, wa__task *t, const char *site, wa_time age, int number) {
  if (wa__reporting) return;
  if (kind == WA_REPORT_SHUTDOWN && !the_listener) return; /* as it should be: asyncio.run says nothing either */
  if (kind == WA_REPORT_STACK) number = (int)wa__fiber_stack_size(&t->fiber);
  line line;
  size_t size = write_line(&line, kind, sentence, t, site, age, number);
  if (!WA__SMALL && kind == WA_REPORT_DEADLOCK) size = write_waiting(&line, size);
  if (!WA__SMALL && kind == WA_REPORT_UNSEEN) size = write_words(&line, size, wa__reported_unseen);
  bool counts = !(UNCOUNTED >> kind & 1);
  wa_report r = {.kind = kind, .task = t ? &t->future : NULL, .site = site, .age = age,
                 .status = counts ? statuses[kind] : number, .count = counts ? (uint32_t)number : 0,
                 .text = line.text + BEFORE};
  wa__task *current = wa__current;
  wa__current = NULL;
  wa__reporting = true;
  if (the_listener) the_listener(&r, listener_ctx);
  else print_line(&line, size);
  /* Whoever listens: wax_error tells it. In the small library only where the host does. */
  if (!WA__SMALL && (kind == WA_REPORT_STACK || kind == WA_REPORT_TRAP)) wa__note_sentence(r.text);
  wa__reporting = false;
  wa__current = current;
}

void wa__report_overdue(wa__task *t, wa_time now) {
  static const char sentence[] = "task '%0s' still runs, %2l ms after its cancellation; it waits at %1s";
  t->ungraceful = true;
  wa__report(WA_REPORT_UNGRACEFUL, sentence, t, t->site, now - t->cancelled_at, WA_EPENDING);
}

wa_time wa__report_ungraceful(wa_time now) {
  wa_time grace = wa__the_loop.config.grace ? wa__the_loop.config.grace : WA_S(5), next = WA_FOREVER;
  static wa_time look_at = WA_FOREVER; /* no task can be overdue before */
  if (!wa__leaving_count || wa__the_loop.config.virtual_clock) return look_at = next;
  if (look_at == WA_FOREVER) look_at = wa__plus(now, grace);
  if (now < look_at) return look_at;
  WA__LIST_EACH(link, &wa__futures) {
    wa__task *t = wa__unfinished(link);
    if (!t || !t->cancels || t->ungraceful) continue;
    if (now - t->cancelled_at >= grace) wa__report_overdue(t, now);
    else if (wa__plus(t->cancelled_at, grace) < next) next = wa__plus(t->cancelled_at, grace);
    WA__LIST_AGAIN(link); /* the listener may have released any other */
  }
  return look_at = next;
}

wa_future *wa__reported_unseen;

static void unseen(wa_future *f) {
  static const char task[] = "task '%0s' failed with %3s, and nobody looked at it";
  static const char after[] = "task '%0s' failed with %3s after %1s, and nobody looked at it";
  static const char future[] = "a future failed with %3s, and nobody looked at it";
  wa__task *t = wa__as_task(f);
  bool first = !WA__SMALL && !wa__reporting; /* small: if the listener traps, f stays */
  if (first) wa__reported_unseen = f;
  const char *of_task = !WA__SMALL && t && *t->site ? after : task;
  wa__report(WA_REPORT_UNSEEN, t ? of_task : future, t, t ? t->site : "", 0, f->status);
  if (first) wa__reported_unseen = NULL;
}

static void stalled(wa_time ran, uint32_t steps) {
  static const char one[] = "task '%0s' ran %2l ms " WA__CHECKPOINT;
  static const char several[] = "task '%0s' or the %3u before it ran %2l ms " WA__CHECKPOINT;
  if (wa__latest) wa__report(WA_REPORT_STALLED, steps > 1 ? several : one, wa__latest, wa__latest->site, ran, (int)steps);
}

/* On the overflowed task's emergency stack: the sentence goes straight to stderr, and the host recovers the rest. */
static void overflow(void) {
  line line;
  wa__task *t = wa__container(wa__fiber_running, wa__task, fiber);
  print_line(&line, write_line(&line, WA_REPORT_STACK, WA__OVERFLOW, t, "", 0, (int)wa__fiber_stack_size(&t->fiber)));
}

void wa__report_start(void) {
  wa__future_unseen = unseen;
  wa__loop_stalled = stalled;
  wa__fiber_overflow = overflow;
  wa__fiber_lost = wa__task_lost;
}
