/* host.h: the port. Four calls, and those of host_fd.h, are all that differs between hosts; host_js.c, host_wasi.c and the
 * tests' native host implement them. */
#ifndef WA_HOST_H
#define WA_HOST_H

#include "base.h"

/* The monotonic clock, nanoseconds. */
wa_time wa__host_now(void);

/* Whether the host wants its turn now, before the budget is used up: asked about every millisecond of work. */
bool wa__host_wants_turn(void);

/* Blocks until `until` (WA_FOREVER: until an event of the host's). WA_EMISUSE on a host that must not be blocked. */
int wa__host_wait(wa_time until);

/* Writes a line for the developer (stderr, the console). */
void wa__host_print(const char *text, size_t size);

#endif
