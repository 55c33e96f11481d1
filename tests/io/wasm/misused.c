/* A command whose main task ends by a wrong call: its own, or wa_run's, where the host cannot wait. */
#include "wasyncio.h"

static int run(void *arg) {
  (void)arg;
  wa_sleep(WA_MS(5));
  return wa_sleep(-1);
}

int main(void) { return wa_exit_status(wa_run(run, NULL)); }
