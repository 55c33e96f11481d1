/* host_js.c: the port for JavaScript hosts, compiled by Emscripten. A page must not be blocked, so nothing here waits:
 * the host drives the turns. */
#ifdef __EMSCRIPTEN__
#include "host.h"

#include <emscripten.h>
#include <unistd.h>

wa_time wa__host_now(void) { return (wa_time)(emscripten_get_now() * 1e6); }

int wa__host_wait(wa_time until) {
  (void)until;
  return wa__misuse("wa_run: it would have to wait, and a JavaScript host must not be blocked; spawn tasks from JavaScript");
}

void wa__host_print(const char *text, size_t size) { (void)!write(2, text, size); }
#endif
