/* cleanup.c: needs a second to clean up. A clean-up is plain C behind the await that returned WA_ECANCELED, and may
 * await like any other code. */
#include "demo.h"

int cleanup(void *arg) {
  (void)arg;
  int status, open = 0;
  while ((status = wa_sleep(WA_MS(350))) == WA_OK) say(-1, "%d records are open", ++open);

  for (int i = 0; i < 5; i++) {
    say(20 * i, "told to stop: closes %d records", open);
    wa_sleep(WA_MS(240));
  }
  return status;
}
WA_TASK(cleanup);
