/* bench.h: what the benches in C share.
 *
 * A bench is a task: its input is a job, its result is an answer. Its clock starts when everything is set up and all
 * tasks have begun, and stops in the last of them.
 *
 * Law: only wasyncio.h, as users have it; the answer's check counts work that was done, so that none can be left out.
 */
#ifndef BENCH_H
#define BENCH_H

#include "wasyncio.h"

#include <stdlib.h>

typedef struct job {
  double n, depth, count;
} job;

typedef struct answer {
  double value; /* nanoseconds, or bytes */
  double check;
  double also; /* a second figure, where a bench has one */
} answer;

extern answer bench_answer; /* the latest */
int bench_end(double value, double check);
int bench_end_with(double value, double check, double also);

typedef struct bench_entry {
  const char *name;
  wa_task_fn f;
  struct bench_entry *next;
} bench_entry;
extern bench_entry *bench_entries;

/* Known to JavaScript by WA_TASK, to main.c by a list. */
#define BENCH(f) \
  WA_TASK(f); \
  __attribute__((constructor)) static void bench_register_##f(void) { \
    static bench_entry entry = {#f, f, NULL}; \
    entry.next = bench_entries; \
    bench_entries = &entry; \
  } \
  _Static_assert(1, "")

/* Tasks that run against one clock: started all together by the main task, which then takes the time; the last one to
 * arrive takes it again. */
typedef struct crowd {
  const job *job;
  uint32_t size, left;
  int count;
  double check;
  wa_time start, end;
  wa_task **tasks;
} crowd;

/* Spawns n tasks; each gets the crowd. They have begun, up to their first wait, when it returns. */
void crowd_start(crowd *c, const job *j, wa_task_fn f);
/* Says that the running task has done its part. */
static inline void crowd_arrive(crowd *c, double check) {
  c->check += check;
  if (--c->left == 0) c->end = wa_now();
}
/* Waits for all, gives them back. */
void crowd_join(crowd *c);

#endif
