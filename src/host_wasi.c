/* host_wasi.c: the port for WASI: a clock, and poll_oneoff to wait.
 *
 * Laws: poll_oneoff is never asked to wait for nothing (zero subscriptions is an error), and always for so long, never
 * until then: Node's takes an absolute time for a relative one.
 */
#ifdef __wasi__
#include "host.h"

#include <wasi/api.h>

wa_time wa__host_now(void) {
  __wasi_timestamp_t now = 0;
  (void)__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &now);
  return (wa_time)now;
}

/* sched_yield is the import where a guest offers its turn. Engines answer 0 at once; an embedder that has something to say
 * answers it by INTR, as a signal would (docs/wasi.md). */
bool wa__host_wants_turn(void) { return __wasi_sched_yield() == __WASI_ERRNO_INTR; }

int wa__host_wait(wa_time until) {
  if (until == WA_FOREVER) return wa__misuse("wa_run: no host answers the operation in flight");
  __wasi_subscription_t subscription = {0};
  subscription.u.tag = __WASI_EVENTTYPE_CLOCK;
  subscription.u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
  wa_time now = wa__host_now();
  subscription.u.u.clock.timeout = until > now ? (__wasi_timestamp_t)(until - now) : 0;
  __wasi_event_t event;
  __wasi_size_t count;
  return __wasi_poll_oneoff(&subscription, &event, 1, &count) ? wa__misuse("wa_run: poll_oneoff failed") : WA_OK;
}

void wa__host_print(const char *text, size_t size) {
  __wasi_ciovec_t part = {(const uint8_t *)text, size};
  __wasi_size_t written;
  (void)__wasi_fd_write(2, &part, 1, &written);
}
#endif
