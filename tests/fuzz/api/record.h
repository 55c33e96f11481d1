/* record.h: what a program did, in the order in which it did it: lines for the reader, a hash for the comparison of two hosts. */
#ifndef RECORD_H
#define RECORD_H

#include "../../../src/wasyncio.h"

/* Where the program is: whose code runs, how deep in other calls, and whether it may wait there. Others run in between while a
 * task waits, so each saves it before a call and puts it back behind that (oracle.h does so). */
typedef struct place {
  bool may_wait; /* in a task's body, a clean-up or a predicate; not in a callback, a listener, outside */
  int who;       /* an actor's number; 0: nobody's */
  int depth;
} place;
extern place here;

extern bool verbose; /* each line is printed, too */
extern bool aborts;  /* a fault ends the process by abort, for a debugger */

void record_begin(uint64_t seed);
uint64_t record_hash(void);
/* One line. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What must not be: says it, with the seed, and ends the process. */
_Noreturn void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says which program was running, where something else ends the process. */
void record_last_words(void);

#endif
