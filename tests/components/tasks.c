/* The tasks of a component: what its host starts, cancels, and hears the results of. */
#include "../../src/wasyncio.h"

static int echo(void *arg) {
  (void)arg;
  wa_data in = wa_input();
  if (in.type == WA_BYTES) return wa_return_bytes(in.data, in.size);
  if (in.type == WA_TEXT) return wa_return_text(in.data);
  if (in.type == WA_NUMBER) return wa_return_number(in.number);
  return 77;
}
WA_TASK(echo);

static int cleans_up(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_FOREVER);
  wa_sleep(WA_MS(5));
  return status;
}
WA_TASK(cleans_up);

static int naps(void *arg) {
  int status = wa_sleep(WA_MS(*(double *)arg));
  return status < 0 ? status : wa_return_number(*(double *)arg);
}
WA_TASK(naps);

static int computes(void *arg) {
  (void)arg;
  for (;;) {
    int status = wa_checkpoint();
    if (status < 0) return status;
  }
}
WA_TASK(computes);
