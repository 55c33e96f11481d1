/* swallow.c: does what is wrong: it never looks at what its await returns. The cancellation is lost, the task goes on,
 * and the runtime says so when it ends. */
#include "demo.h"

int swallow(void *arg) {
  (void)arg;
  for (int left = 12; left > 0; left--) {
    say(100 - 100 * left / 12, "%d rounds to go, whatever you click", left);
    wa_sleep(WA_MS(700));
  }
  return wa_return_text("went on to its end");
}
WA_TASK(swallow);
