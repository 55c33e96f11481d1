/* Two tasks that can be stopped: one computes, one waits. `npm run build` makes app.wasm of it. */
#include <stdio.h>
#include <stdlib.h>
#include "wasyncio.h"

static int is_prime(unsigned n) {
  for (unsigned d = 2; d * d <= n; d++)
    if (n % d == 0) return 0;
  return n > 1;
}

/* Counts the primes below its input. A loop that computes calls wa_checkpoint, which lets a cancellation in. */
int primes(void *arg) {
  unsigned below = arg ? (unsigned)strtoul(arg, NULL, 10) : 100000, found = 0;
  for (unsigned n = 0; n < below; n++) {
    int st = wa_checkpoint();
    if (st < 0) {
      printf("primes: stopped at %u (%s)\n", n, wa_reason(wa_current())); /* clean up here ... */
      return st;                                                          /* ... and hand it on */
    }
    found += (unsigned)is_prime(n);
  }
  return wa_return_number(found);
}
WA_TASK(primes); /* known to JavaScript by its name */

/* Counts down from its input, a second each. Every await is a point where a cancellation comes out. */
int countdown(void *arg) {
  for (int left = arg ? atoi(arg) : 10; left > 0; left--) {
    printf("countdown: %d\n", left);
    int st = wa_sleep(WA_S(1));
    if (st < 0) {
      printf("countdown: stopped with %d to go (%s)\n", left, wa_reason(wa_current()));
      return st;
    }
  }
  return wa_return_text("lift-off");
}
WA_TASK(countdown);
