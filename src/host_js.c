/* host_js.c: the port for JavaScript hosts, compiled by Emscripten. A page must not be blocked, so nothing here waits:
 * the host drives the turns. */
#ifdef __EMSCRIPTEN__
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "host.h"

#include <time.h>
#include <unistd.h>

wa_time wa__host_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return WA_S(t.tv_sec) + t.tv_nsec;
}

bool wa__host_wants_turn(void) { return false; } /* one thread: nothing can have happened meanwhile */

int wa__host_wait(wa_time until) {
  (void)until;
  return wa__misuse("wa_run: it would have to wait, which emcc's programs cannot; spawn tasks from JavaScript, or use clang");
}

void wa__host_print(const char *text, size_t size) { (void)!write(2, text, size); }
#endif
