/* oracle.h: a wrong call is refused, always and only then, by a sentence that names it. Every call of the fuzz that gives a status
 * is made through one of these.
 *
 *     int status = WAIT("wa_sleep", delay < 0, wa_sleep(delay));
 *
 * name is what the sentence must hold; where a call is another's inside, that may be the other's.
 *
 * Law: what makes a call wrong is worked out before it is made, for afterwards the world is another. */
#ifndef ORACLE_H
#define ORACLE_H

#include "record.h"

typedef struct expectation {
  const char *name;
  bool must, may; /* be refused */
  place back;
} expectation;

expectation oracle_expect(const char *name, bool must, bool may);
/* Returns the status. */
int oracle_judge(const expectation *e, int status);

#define ORACLE_CALL(name, must, may, call)              \
  __extension__({                                       \
    expectation expected = oracle_expect(name, must, may); \
    oracle_judge(&expected, (call));                    \
  })
/* Is refused exactly if it is wrong. */
#define CALL(name, is_wrong, call) ORACLE_CALL(name, is_wrong, false, call)
/* May be refused also for what the oracle does not keep book of. */
#define CALL_PERHAPS(name, is_wrong, call) ORACLE_CALL(name, is_wrong, true, call)
/* The same of calls that work in tasks alone, because they wait or are about the running task. */
#define WAIT(name, is_wrong, call) CALL(name, (is_wrong) || !here.may_wait, call)
#define WAIT_PERHAPS(name, is_wrong, call) CALL_PERHAPS(name, (is_wrong) || !here.may_wait, call)

/* Around a call that gives no status: before it, and behind it if it was wrong. */
void oracle_listen(const char *name);
void oracle_refused(const char *name);

/* Code that the runtime calls back, and that must not wait; returns where it was before. */
place callback_begins(const char *name);
void callback_ends(place before);

#endif
