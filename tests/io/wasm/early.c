/* For a host that owns the loop: what waits before it listens. */
#include "wasyncio.h"

static int reads(void *arg) {
  char byte;
  return (void)arg, wa_read(8, &byte, 1);
}

static wa_future *watch;
__attribute__((constructor)) static void begin(void) {
  watch = wa_fd_watch(6, WA_WRITABLE);
  wa_release(wa_fd_watch(5, WA_READABLE)); /* not open */
  wa_release(wa_fd_watch(7, WA_READABLE)); /* given up at once */
  wa_release(wa_spawn_with(reads, NULL, &(wa_task_options){.eager = true}));
}

static int waits(void *arg) {
  (void)arg;
  wa_future *other = wa_fd_watch(7, WA_READABLE);
  int st = wa_await(watch);
  if (st == WA_OK) st = wa_await(other);
  wa_release(other);
  wa_release(watch);
  return st;
}
WA_TASK(waits);
