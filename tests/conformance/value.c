/* value.c: what passes between the ops and the tree: outcomes with their detail, and what a word stands for.
 *
 * An op looks its slots up first, left to right, and works on the tasks that they held then. They need no
 * reference of the op's own, because a job keeps its task to the end of the scenario.
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

/* ---- outcomes ------------------------------------------------------------------------------------------ */

outcome outcome_of(int status) { return (outcome){.status = status}; }

outcome outcome_from(const wa_future *future, int status) {
  outcome o = {.status = status};
  if (status == WA_OK) o.value = wa_value(future);
  if (status != WA_EGROUP) return o;
  o.count = wa_errors(future, NULL, 0);
  int *errors = arena(o.count * sizeof *errors);
  wa_errors(future, errors, o.count);
  o.errors = errors;
  return o;
}

outcome outcome_of_group(const wa_group *group) {
  outcome o = {.status = WA_EGROUP, .count = wa_group_errors(group, NULL, 0)};
  int *errors = arena(o.count * sizeof *errors);
  wa_group_errors(group, errors, o.count);
  o.errors = errors;
  return o;
}

/* Data is printed before any other op runs, so one text serves them all. */
text *scratch(void) {
  static text data;
  data.size = 0;
  put(&data, "");
  return &data;
}

outcome show(const text *data) { return (outcome){.shown = data->data}; }

outcome show_count(const char *before, int64_t n, const char *after) {
  if (n < 0) return outcome_of((int)n);
  text *data = scratch();
  put(data, before);
  put_number(data, n);
  put(data, after);
  return show(data);
}

/* ---- operands ------------------------------------------------------------------------------------------ */

int64_t number_of(const word *w) {
  char *end;
  int64_t n = strtoll(w->text, &end, 10);
  if (!*w->text || *end) fail("expected a number", w->text);
  return n;
}

/* More than anything here can be counted to is as good as the most. */
int count_of(const word *w) {
  int64_t n = number_of(w);
  return n > INT32_MAX ? INT32_MAX : n < 0 ? -1 : (int)n;
}

/* A time that has passed is now, in CPython too. */
wa_time time_of(const word *w) {
  if (!strcmp(w->text, "-")) return WA_FOREVER;
  int64_t n = number_of(w);
  return n > WA_FOREVER / UNIT ? WA_FOREVER - 1 : n < 0 ? 0 : n * UNIT;
}

int choice_of(const word *w, const char *const *names) {
  for (int i = 0; names[i]; i++)
    if (!strcmp(w->text, names[i])) return i;
  fail("no such choice", w->text);
}

wa_future *look_up(const job *self, const word *w) {
  if (!strcmp(w->text, "self")) return self->task;
  if (w->slot) return w->slot->task;
  return w->object && w->object->kind == FUTURE ? w->object->future : NULL;
}

wa_future **look_up_all(const job *self, const node *n, int from, size_t *count) {
  wa_future **futures = arena((size_t)(n->count - from + 1) * sizeof *futures);
  *count = (size_t)(n->count - from);
  for (size_t i = 0; i < *count; i++)
    if (!(futures[i] = look_up(self, n->words[from + (int)i]))) return NULL;
  return futures;
}

object *object_in(const node *n, int kind) {
  object *o = n->words[1]->object;
  if (!o || o->kind != kind) fail("wrong kind of object", n->words[1]->text);
  return o;
}

kept *keep(job *self, wa_future *future) {
  kept *k = arena(sizeof *k);
  k->future = future;
  k->next = self->scenario->kept;
  return self->scenario->kept = k;
}

void give_up(kept *k) {
  wa_release(k->future);
  k->future = NULL;
}
