/* pour.c: whoever connects is sent zeros until no more are taken for a while; then the connection is closed, and the
 * program waits for the next, for ever. */
#include "wasyncio.h"

#include <stdio.h>

static unsigned long long pour(int fd) {
  static const char zeros[65536];
  wa_timeout t;
  for (unsigned long long taken = 0;;) {
    wa_timeout_enter(&t, WA_MS(300));
    int n = wa_timeout_exit(&t, wa_write(fd, zeros, sizeof zeros));
    if (n < 0) return taken;
    taken += (unsigned)n;
  }
}

static int serve(void *arg) {
  (void)arg;
  printf("ready\n");
  fflush(stdout);
  for (int fd; (fd = wa_accept(3)) >= 0;) {
    unsigned long long taken = pour(fd);
    wa_close(fd);
    printf("taken %llu\n", taken);
    fflush(stdout);
  }
  return WA_OK;
}

int main(void) { return wa_exit_status(wa_run(serve, NULL)); }
