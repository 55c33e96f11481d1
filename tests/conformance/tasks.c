/* tasks.c: the ops of tasks and futures that wait for none: each is one call of the public API. */
#include "scenario.h"

OP(do_sleep) {
  UNUSED;
  return outcome_of(wa_sleep(time_of(n->words[1])));
}

OP(do_spin) {
  UNUSED;
  return outcome_of(wa_spin(time_of(n->words[1])));
}

OP(do_spawn) {
  UNUSED;
  job *j = new_job(self->scenario, n->words[1], n->words[2]);
  wa_task *task = wa_spawn(run_body, j);
  if (!task) return outcome_of(WA_ENOMEM);
  add_job(j, task);
  return outcome_of(WA_OK);
}

OP(do_gspawn) {
  if (!around->group) return outcome_of(WA_EMISUSE);
  job *j = new_job(self->scenario, n->words[1], n->words[2]);
  wa_task *task = wa_group_spawn(around->group, run_body, j);
  if (!task) return outcome_of(WA_EMISUSE);
  add_job(j, task);
  return outcome_of(WA_OK);
}

OP(do_reschedule) {
  UNUSED;
  return outcome_of(around->timeout ? wa_timeout_reschedule(around->timeout, time_of(n->words[1])) : WA_EMISUSE);
}

OP(do_cancel) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  return f ? (outcome){.shown = wa_cancel(f, NULL) ? "true" : "false"} : outcome_of(WA_EMISUSE);
}

OP(do_uncancel) {
  UNUSED;
  wa_future *f = n->count > 1 ? look_up(self, n->words[1]) : self->task;
  return f ? show_count("", wa_uncancel(f), "") : outcome_of(WA_EMISUSE);
}

OP(do_cancelling) {
  UNUSED;
  wa_future *f = n->count > 1 ? look_up(self, n->words[1]) : self->task;
  return f ? show_count("", wa_cancelling(f), "") : outcome_of(WA_EMISUSE);
}

OP(do_state) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  if (!f) return outcome_of(WA_EMISUSE);
  outcome o = outcome_from(f, wa_status(f));
  text *data = scratch();
  put_outcome(data, &o);
  return show(data);
}

OP(do_resolve) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  return outcome_of(f ? wa_resolve(f, (void *)n->words[2]->text) : WA_EMISUSE);
}

OP(do_fail) {
  UNUSED;
  wa_future *f = look_up(self, n->words[1]);
  return outcome_of(f ? wa_reject(f, n->words[2]->error) : WA_EMISUSE);
}

const op task_ops[] = {
    {"sleep", 1, 1, do_sleep, PLAIN},       {"spin", 1, 1, do_spin, PLAIN},
    {"spawn", 2, 2, do_spawn, PLAIN},       {"gspawn", 2, 2, do_gspawn, PLAIN},
    {"cancel", 1, 1, do_cancel, PLAIN},     {"reschedule", 1, 1, do_reschedule, PLAIN},
    {"uncancel", 0, 1, do_uncancel, PLAIN}, {"cancelling", 0, 1, do_cancelling, PLAIN},
    {"state", 1, 1, do_state, PLAIN},       {"resolve", 2, 2, do_resolve, PLAIN},
    {"fail", 2, 2, do_fail, PLAIN},         {NULL, 0, 0, NULL, PLAIN},
};
