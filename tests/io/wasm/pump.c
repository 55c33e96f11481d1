/* For a host that owns the loop: reads descriptor 7 to its end; the result is how many bytes. */
#include "wasyncio.h"

int pump(void *arg) {
  (void)arg;
  char data[16];
  int n, sum = 0;
  while ((n = wa_read(7, data, sizeof data)) > 0) sum += n;
  return n < 0 ? n : sum;
}
WA_TASK(pump);
