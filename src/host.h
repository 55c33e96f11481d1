/* host.h: the port. Three calls are all that differs between hosts; host_js.c, host_wasi.c and the tests' native
 * host implement them. */
#ifndef WA_HOST_H
#define WA_HOST_H

#include "base.h"

/* The monotonic clock, nanoseconds. */
wa_time wa__host_now(void);

/* Blocks until `until` (WA_FOREVER: until an event of the host's). WA_EMISUSE on a host that must not be blocked. */
int wa__host_wait(wa_time until);

/* Writes a line for the developer (stderr, the console). */
void wa__host_print(const char *text, size_t size);

#endif
