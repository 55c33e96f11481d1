/* thrown.c: what goes along with an error on its way up, from task to task:
 *
 *     a group's members that failed    with WA_EGROUP      wa_errors of the task that returns it, and of all who return it further
 *     what the host said               with WA_EHOST       wa_result of the same
 *
 * Law: it goes with the status that an await returned, for as long as tasks return that. A reason is wait.c's: it is part of what a
 * cancellation is, and these are not part of programs that have neither groups nor operations.
 */
#include "task.h"

static void hear(wa__task *t, const wa_future *f) {
  if (f->status == WA_EGROUP) wa__detail_set(&t->thrown, f->detail);
  if (f->status != WA_EHOST || t->in_defers) return; /* what a clean-up hears is not why its task ends */
  if (t->extra || (f->detail && wa__extra_of(t))) wa__detail_set(&t->extra->words, f->detail);
}

static wa__detail *of(const wa__task *t, int st) {
  if (st == WA_EGROUP && t->thrown && t->thrown->kind == WA__ERRORS) return t->thrown;
  return st == WA_EHOST && t->extra ? t->extra->words : NULL;
}

void wa__thrown_on(void) {
  wa__thrown_hear = hear;
  wa__thrown_of = of;
}
