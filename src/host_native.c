/* host_native.c: the port for native builds, which are for tests. */
#ifndef __wasm__
#include "host.h"

#include <time.h>
#include <unistd.h>

wa_time wa__host_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return WA_S(t.tv_sec) + t.tv_nsec;
}

bool wa__host_wants_turn(void) { return false; }

int wa__host_wait(wa_time until) {
  if (until == WA_FOREVER) return wa__misuse("wa_run: no host answers the operation in flight");
  struct timespec t = {.tv_sec = until / WA_S(1), .tv_nsec = until % WA_S(1)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
  return WA_OK;
}

void wa__host_print(const char *text, size_t size) { (void)!write(2, text, size); }
#endif
