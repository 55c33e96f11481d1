/* oracle.c: see oracle.h. */
#include "oracle.h"
#include "memory.h"

#include <string.h>

/* So that a sentence that is there was about this call. */
static void forget_sentence(void) { wa_spin(-1); }

void oracle_listen(const char *name) {
  note("%s", name);
  forget_sentence();
}

void oracle_refused(const char *name) {
  if (!strstr(wa_error_text(), name)) fault("%s was refused without a sentence that names it", name);
}

expectation oracle_expect(const char *name, bool must, bool may) {
  oracle_listen(name);
  return (expectation){name, must, may, here};
}

int oracle_judge(const expectation *e, int status) {
  here = e->back;
  note("%s = %d", e->name, status);
  if (status != WA_EMISUSE) {
    if (e->must && !memory_failed()) fault("%s gave %d, though the call was wrong", e->name, status);
  } else {
    if (!e->must && !e->may) fault("%s was refused, though nothing was wrong", e->name);
    oracle_refused(e->name);
  }
  return status;
}

place callback_begins(const char *name) {
  place before = here;
  here.may_wait = false;
  here.depth++;
  note("-- %s", name);
  return before;
}

void callback_ends(place before) { here = before; }
