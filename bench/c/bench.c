/* bench.c: answers, and crowds of tasks: see bench.h. */
#include "bench.h"

answer bench_answer;
bench_entry *bench_entries;

int bench_end_with(double value, double check, double also) {
  bench_answer = (answer){value, check, also};
  return wa_return_bytes(&bench_answer, sizeof bench_answer);
}
int bench_end(double value, double check) { return bench_end_with(value, check, 0); }

void crowd_start(crowd *c, const job *j, wa_task_fn f) {
  *c = (crowd){.job = j, .size = (uint32_t)j->n, .left = (uint32_t)j->n, .count = (int)j->count};
  c->tasks = malloc(c->size * sizeof *c->tasks);
  for (uint32_t i = 0; i < c->size; i++) c->tasks[i] = wa_spawn(f, c);
  wa_yield();
  c->start = wa_now();
}

void crowd_join(crowd *c) {
  for (uint32_t i = 0; i < c->size; i++) {
    wa_await(c->tasks[i]);
    wa_release(c->tasks[i]);
  }
  free(c->tasks);
}
