/* thrown.c: what goes along with an error on its way up, from task to task:
 *
 *     a group's members that failed    with WA_EGROUP      wa_errors of the task that returns it, and of all who return it further
 *     what the host said               with WA_EHOST       wa_result of the same
 *     the sentence of a wrong call     with WA_EMISUSE     the same; without a host only the latest, in the small library none
 *
 * Law: it goes with the status that a call returned, for as long as tasks return that. A reason is wait.c's: it is part of what a
 * cancellation is, and these are not part of programs that have neither groups nor operations.
 */
#include "task.h"

static void note(wa__task *t, int st, wa__detail *d) {
  if ((st != WA_EHOST && st != WA_EMISUSE) || t->in_defers) return; /* what a clean-up hears is not why its task ends */
  if (t->extra || (d && wa__extra_of(t))) wa__detail_set(st == WA_EHOST ? &t->extra->words : &t->extra->misuse, d);
}

static void hear(wa__task *t, const wa_future *f) {
  if (f->status == WA_EGROUP) wa__detail_set(&t->thrown, f->detail);
#if !WA__SMALL
  if (f->status == WA_EMISUSE) wa__said_of = NULL; /* from now on it is this that the task would hand on */
#endif
  note(t, f->status, f->detail);
}

static void note_sentence(wa__task *t, const char *sentence) {
  wa__detail *d = wa__detail_text(WA_TEXT, sentence);
  note(t, WA_EMISUSE, d);
  wa__detail_release(d);
}

static wa__detail *of(wa__task *t, int st) {
  if (st == WA_EGROUP && t->thrown && t->thrown->kind == WA__ERRORS) return t->thrown;
#if !WA__SMALL
  if (st == WA_EMISUSE && wa__said_of == &t->future && !wa__outside) note_sentence(t, wa_error_text());
#endif
  if (!t->extra) return NULL;
  return st == WA_EHOST ? t->extra->words : st == WA_EMISUSE ? t->extra->misuse : NULL;
}

void wa__thrown_on(void) {
  wa__thrown_hear = hear;
  wa__thrown_of = of;
}

/* By the task's end, another's may have taken its place in wa_error_text. Without a host, which wants each, one that did not is
 * enough: memory for every wrong call would be that of the future that was released once too often. */
void wa__thrown_misuse(const char *sentence) {
  if (wa__current) note_sentence(wa__current, sentence);
}
