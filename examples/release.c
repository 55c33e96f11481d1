/* release: a task that nobody refers to runs on; releasing it changes nothing but who may ask it. What a reference
 * still points to stays safe after the task has ended. In Python such a task may be collected while it runs. */
#include "wasyncio.h"

#include <stdio.h>

static int background(void *arg) {
  int st = wa_sleep(WA_MS(10));
  printf("%s: %s\n", (char *)arg, wa_status_name(st));
  return st;
}

static void show(const char *when) {
  wa_counts now;
  wa_count(&now);
  printf("%s: %u running, %u ended and kept\n", when, now.tasks - 1, now.futures); /* without this one */
}

static int run(void *arg) {
  (void)arg;
  wa_release(wa_spawn(background, "fire and forget"));
  wa_task *kept = wa_spawn(background, "kept");
  wa_task *cancelled = wa_retain(kept); /* two references to one task */
  show("at first");
  wa_sleep(WA_MS(5));
  wa_cancel(cancelled, "enough");
  wa_release(cancelled);
  wa_sleep(WA_MS(20));
  show("later");
  printf("kept: %s\n", wa_reason(kept));
  wa_release(kept);
  show("at last");
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
at first: 2 running, 0 ended and kept
kept: WA_ECANCELED
fire and forget: WA_OK
later: 0 running, 1 ended and kept
kept: enough
at last: 0 running, 0 ended and kept
*/
