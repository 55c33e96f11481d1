/* block.c: does what is wrong: it computes for 300 ms without a wa_checkpoint, and the page stands still as long. The
 * runtime says which task it was, and where it had its last await. */
#include "demo.h"

int block(void *arg) {
  (void)arg;
  for (int i = 1; i <= 5; i++) {
    int status = wa_sleep(WA_MS(1200));
    if (status < 0) return status;

    say(20 * i, "blocks the page, %d of 5", i);
    for (wa_time end = wa_now() + WA_MS(300); wa_now() < end;) continue;
  }
  return wa_return_text("the page lives again");
}
WA_TASK(block);
