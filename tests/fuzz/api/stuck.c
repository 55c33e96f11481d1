/* stuck.c: see stuck.h. */
#include "stuck.h"
#include "actors.h"
#include "memory.h"

#include <string.h>

static waiting waits[ACTORS + 1]; /* by the task's number; of one that has ended, void */

void stuck_begin(void) { memset(waits, 0, sizeof waits); }

waiting stuck_note(waiting now) {
  waiting before = waits[here.who];
  waits[here.who] = now;
  return before;
}

unsigned stuck_count(waiting what) {
  unsigned n = 0;
  for (int i = 1; i <= ACTORS; i++)
    n += waits[i].blocked == what.blocked && waits[i].object == what.object && actor_lives(i);
  return n;
}

void stuck_check(void) {
  if (memory_failed()) return; /* a wait for whose frames there was no memory has no end that anybody sees */
  for (int i = 1; i <= ACTORS; i++)
    if (waits[i].blocked && actor_lives(i) && !waits[i].blocked(waits[i].object))
      fault("task %d waits for what is there", i);
}
