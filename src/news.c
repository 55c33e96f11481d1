/* news.c: what a host hears of besides its operations, and what it tells in bulk.
 *
 *     a future with a handle ends  -> an event, now or, without memory, when there is some
 *     a report                     -> an event with a copy of its texts
 *     the host's answers           -> read when it next comes in
 *
 * Law: an end may be told late, but is never lost; a report may be.
 */
#ifdef __wasm__
#include "exports.h"
#include "op.h"
#include "run.h"

#include <string.h>

bool wa__news_untold;

/* Of those that have a handle. An operation's end the host knows: it has answered, or an event of its own says that it was
 * cancelled. */
static void settled(wa_future *f) {
  if (f->kind != WA__OP && !wa__event_push(WA__EVENT_SETTLED, f->handle, NULL, NULL)) f->untold = wa__news_untold = true;
}

/* What there was no memory for: as much of it as there is now. */
WA__COLD void wa__news_tell_late(void) {
  wa__news_untold = false;
  WA__LIST_EACH(link, &wa__futures) {
    wa_future *f = wa__container(link, wa_future, all);
    if (!f->untold || !f->handle) continue;
    if (!wa__event_push(WA__EVENT_SETTLED, f->handle, NULL, NULL)) {
      wa__news_untold = true;
      return;
    }
    f->untold = false;
  }
}

static void on_report(const wa_report *r, void *ctx) {
  (void)ctx;
  if (WA__SMALL && (r->kind == WA_REPORT_STACK || r->kind == WA_REPORT_TRAP)) wa__note_sentence(r->text); /* else report.c does */
  const char *task = wa_name(r->task);
  size_t site = strlen(r->site) + 1, text = strlen(r->text) + 1, name = strlen(task) + 1;
  wa__detail *d = wa__detail_new(WA_BYTES, NULL, sizeof(wa__report_record) + site + text + name);
  if (!d) return;
  wa__report_record *record = (wa__report_record *)d->data;
  char *texts = (char *)(record + 1);
  memcpy(texts, r->site, site);
  memcpy(texts + site, r->text, text);
  memcpy(texts + site + text, task, name);
  *record = (wa__report_record){(uint32_t)r->kind, r->status, r->count,       texts,
                                wa__ms(r->age),        texts + site, texts + site + text};
  bool can_ask = r->task && r->kind != WA_REPORT_UNSEEN; /* an unseen one is on its way out */
  bool known = can_ask && r->task->handle;
  uint32_t handle = can_ask ? wa__handle_of(r->task) : 0;
  bool told = wa__event_push(WA__EVENT_REPORT, handle, record, d);
  if (!told && handle && !known) wa__handle_close(handle);
}

/* Numbers that answer operations, written by the host where a call for each would cost more than all the rest; read at the
 * beginning of its next call, before anything that this changes. */
enum { ANSWERS = 128 };
static struct answers {
  uint32_t count, capacity;
  struct {
    uint32_t operation, spare;
    double number;
  } list[ANSWERS];
} answers = {.capacity = ANSWERS};

static void read_answers(void) {
  uint32_t count = answers.count < ANSWERS ? answers.count : ANSWERS;
  if (!count) return;
  answers.count = 0;
  for (uint32_t i = 0; i < count; i++) {
    wa_future *f = wa__handle_get(answers.list[i].operation);
    if (f) wa__op_number(f, answers.list[i].number);
  }
}

WAX(answers) struct answers *wax_answers(void) { return &answers; }

void wa__news_listen(void) { wa_on_report(on_report, NULL); }

void wa__news_start(void) {
  wa__events_on = true;
  wa__future_settled = settled;
  wa__thrown_on();
  wa__misuse_heard = wa__thrown_misuse;
  wa__entered = read_answers;
  wa__news_listen();
}
#endif
