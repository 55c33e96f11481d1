/* recover.c: what a host recovers from beside a task's trap: a listener's, as the runtime is closed. */
#include "../../src/wasyncio.h"

static void listens(const wa_report *report, void *ctx) {
  (void)ctx;
  if (report->kind == WA_REPORT_UNSEEN) __builtin_trap();
}

/* Futures that failed and are never given back: whoever closes the runtime does, and each is reported. */
static int leaves_futures(void *arg) {
  (void)arg;
  wa_on_report(listens, NULL);
  for (int i = 0; i < 3; i++) wa_reject(wa_future_new(), WA_EUSER);
  return WA_OK;
}
WA_TASK(leaves_futures);
