/* run.c: bodies and blocks. A body is a task whose fiber walks its tree by plain C recursion, so that tasks
 * suspend at whatever depth of C frames their blocks have; the scopes of the runtime lie in those frames.
 *
 * An outcome travels up as a return value: a negative status is what Python raises, `leaving` what it returns.
 */
#include "scenario.h"

#include <string.h>

static outcome run_nodes(job *self, const scope *around, const node *n) {
  for (; n; n = n->next) {
    outcome o = n->op->run(self, around, n);
    if (n->op->kind == PLAIN) trace_op(self, n, &o);
    if (o.status != WA_OK || o.leaving) return o;
  }
  return outcome_of(WA_OK);
}

/* The status for the runtime, its members with it. */
static int hand_over(const outcome *o) {
  return o->status == WA_EGROUP ? wa_fail_group(o->errors, o->count) : o->status;
}

job *new_job(scenario *s, word *slot, const word *body) {
  if (!body->body) fail("no such body", body->text);
  job *j = arena(sizeof *j);
  j->scenario = s;
  j->slot = slot;
  j->body = body->body;
  return j;
}

void add_job(job *j, wa_task *task) {
  j->task = task;
  j->slot->slot = j;
  *j->scenario->jobs_end = j;
  j->scenario->jobs_end = &j->next;
}

int run_body(void *arg) {
  job *self = arg;
  scope none = {0};
  trace_event(self, "start", "", NULL);
  outcome o = run_nodes(self, &none, self->body->body);
  trace_event(self, "finish", " -> ", &o);
  return o.status == WA_OK ? wa_return((void *)o.value) : hand_over(&o);
}

/* ---- ops that are about the body itself ---------------------------------------------------------------- */

OP(log_words) {
  UNUSED;
  trace_op(self, n, NULL);
  return outcome_of(WA_OK);
}

OP(raise_name) {
  UNUSED;
  trace_op(self, n, NULL);
  return outcome_of(n->words[1]->error);
}

OP(reraise) {
  UNUSED;
  return around->caught ? *around->caught : outcome_of(WA_EMISUSE);
}

OP(give_back) {
  UNUSED;
  return (outcome){.leaving = true, .value = n->count > 1 ? n->words[1]->text : NULL};
}

/* ---- blocks -------------------------------------------------------------------------------------------- */

OP(repeat) {
  outcome o = outcome_of(WA_OK);
  for (int64_t left = number_of(n->words[1]); left > 0 && o.status == WA_OK && !o.leaving; left--)
    o = run_nodes(self, around, n->body);
  return o;
}

static bool catches(const word *class, const outcome *o) {
  if (!class || o->status == WA_OK) return false;
  if (!strcmp(class->text, "any")) return true;
  if (!strcmp(class->text, "cancelled")) return o->status == WA_ECANCELED;
  if (!strcmp(class->text, "timeout")) return o->status == WA_ETIMEDOUT;
  return o->status != WA_ECANCELED && o->status != WA_ETIMEDOUT;
}

OP(try) {
  outcome o = run_nodes(self, around, n->body);
  if (catches(n->catches, &o)) {
    trace_event(self, "caught", " ", &o);
    scope inside = *around;
    outcome caught = o;
    inside.caught = &caught;
    o = run_nodes(self, &inside, n->handler);
  }
  if (n->finally) {
    trace_event(self, "finally", "", NULL);
    outcome left = run_nodes(self, around, n->cleanup);
    if (left.status != WA_OK) o = left;
  }
  return o;
}

/* A scope was left with this; a `return` under way is plain ok. */
static outcome leave(const job *self, const node *n, outcome o) {
  outcome shown = {.status = o.status, .errors = o.errors, .count = o.count};
  trace_end(self, n, &shown);
  return o;
}

OP(timeout) {
  wa_timeout t;
  int st = wa_timeout_enter(&t, time_of(n->words[1]));
  if (st != WA_OK) return leave(self, n, outcome_of(st));
  scope inside = *around;
  inside.timeout = &t;
  outcome o = run_nodes(self, &inside, n->body);
  st = wa_timeout_exit(&t, hand_over(&o));
  return leave(self, n, st == o.status ? o : outcome_of(st));
}

OP(group) {
  wa_group g;
  int st = wa_group_enter(&g);
  if (st != WA_OK) return leave(self, n, outcome_of(st));
  scope inside = *around;
  inside.group = &g;
  outcome o = run_nodes(self, &inside, n->body);
  st = wa_group_exit(&g, hand_over(&o));
  if (st == WA_EGROUP) return leave(self, n, outcome_of_group(&g));
  return leave(self, n, st == o.status ? o : outcome_of(st));
}

const op blocks[] = {
    {"log", 0, MANY, log_words, QUIET}, {"raise", 1, 1, raise_name, QUIET}, {"reraise", 0, 0, reraise, QUIET},
    {"return", 0, 1, give_back, QUIET}, {"repeat", 1, 1, repeat, BLOCK},    {"try", 0, 0, try, BLOCK},
    {"timeout", 1, 1, timeout, BLOCK},  {"group", 0, 0, group, BLOCK},      {NULL, 0, 0, NULL, QUIET},
};
