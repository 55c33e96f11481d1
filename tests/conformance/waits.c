/* waits.c: the ops that wait for tasks and futures. */
#include "scenario.h"

#include <string.h>

OP(do_await) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  return f ? outcome_from(f, wa_await(f)) : outcome_of(WA_EMISUSE);
}

OP(do_shield) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  if (!f) return outcome_of(WA_EMISUSE);
  kept *outer = keep(self, wa_shield(f));
  outcome o = outcome_from(outer->future, wa_await(outer->future));
  give_up(outer);
  return o;
}

OP(do_wait_for) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  return f ? outcome_from(f, wa_wait_for(f, time_of(n->words[2]))) : outcome_of(WA_EMISUSE);
}

/* The statuses are the gather's own, what belongs to them is the members'. */
static outcome show_gathered(wa_future *const *members, size_t count, const int *statuses) {
  text *data = scratch();
  put(data, "ok[");
  for (size_t i = 0; i < count; i++) {
    outcome o = outcome_from(members[i], statuses[i]);
    if (i) put(data, " ");
    put_outcome(data, &o);
  }
  put(data, "]");
  return show(data);
}

OP(do_gather) {
  UNUSED;
  size_t count;
  wa_future **members = look_up_all(self, n, 2, &count);
  if (!members) return outcome_of(WA_EMISUSE);
  int flags = choice_of(n->words[1], (const char *[]){"raise", "collect", NULL}) ? WA_COLLECT : 0;
  kept *all = keep(self, wa_gather(members, count, flags));
  int st = wa_await(all->future);
  outcome o = st == WA_OK ? show_gathered(members, count, wa_value(all->future)) : outcome_from(all->future, st);
  give_up(all);
  return o;
}

static void put_those(text *data, const node *n, wa_future *const *futures, size_t count, bool done) {
  const char *separator = "";
  put(data, done ? "done[" : " pending[");
  for (size_t i = 0; i < count; i++) {
    if (wa_done(futures[i]) != done) continue;
    put(data, separator);
    put(data, n->words[3 + i]->text);
    separator = " ";
  }
  put(data, "]");
}

static int return_when(const word *w) {
  static const int whens[] = {WA_FIRST_COMPLETED, WA_FIRST_EXCEPTION, WA_ALL_COMPLETED};
  return whens[choice_of(w, (const char *[]){"first", "error", "all", NULL})];
}

OP(do_wait) {
  UNUSED;
  size_t count;
  wa_future **futures = look_up_all(self, n, 3, &count);
  if (!futures) return outcome_of(WA_EMISUSE);
  int st = wa_wait(futures, count, return_when(n->words[1]), time_of(n->words[2]));
  if (st != WA_OK) return outcome_of(st);
  text *data = scratch();
  put_those(data, n, futures, count, true);
  put_those(data, n, futures, count, false);
  return show(data);
}

static void trace_completed(const job *self, const node *n, wa_future *const *futures, const wa_future *done) {
  size_t i = 0;
  while (futures[i] != done) i++;
  text *what = scratch();
  put(what, "completed ");
  put(what, n->words[2 + i]->text);
  outcome o = outcome_from(done, wa_status(done));
  trace_event(self, what->data, " -> ", &o);
}

/* Cancelled, the iterator is just left, without wa_completed_close: its timer stays, as in CPython. */
OP(do_as_completed) {
  UNUSED;
  size_t count;
  wa_completed it;
  wa_future *done;
  wa_future **futures = look_up_all(self, n, 2, &count);
  if (!futures) return outcome_of(WA_EMISUSE);
  int st = wa_completed_init(&it, futures, count, time_of(n->words[1]));
  if (st != WA_OK) return outcome_of(st);
  while ((st = wa_completed_next(&it, &done)) == WA_OK && done) trace_completed(self, n, futures, done);
  if (st != WA_ECANCELED) wa_completed_close(&it);
  return outcome_of(st);
}

const op wait_ops[] = {
    {"await", 1, 1, do_await, PLAIN},        {"shield", 1, 1, do_shield, PLAIN},
    {"wait_for", 2, 2, do_wait_for, PLAIN},  {"gather", 1, MANY, do_gather, PLAIN},
    {"wait", 2, MANY, do_wait, PLAIN},       {"as_completed", 1, MANY, do_as_completed, PLAIN},
    {NULL, 0, 0, NULL, PLAIN},
};
