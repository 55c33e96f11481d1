/* primes.c: a second task that computes: the two share the thread in slices of about a millisecond. */
#include "demo.h"

#include <stdio.h>

enum { END = 40000000 };

static bool is_prime(int n) {
  for (int d = 3; d * d <= n; d += 2)
    if (n % d == 0) return false;
  return true;
}

int primes(void *arg) {
  (void)arg;
  int found = 1;
  for (int n = 3; n < END; n += 2) {
    if (is_prime(n)) found++;

    int status = wa_checkpoint();
    if (status == WA_ECANCELED) return status;

    if (n % 50000 == 1) say((int)(100.0 * n / END), "%d primes below %d", found, n);
  }
  char text[40];
  snprintf(text, sizeof text, "%d primes", found);
  return wa_return_text(text);
}
WA_TASK(primes);
