/* download.c: six fetches, one after the other.
 *
 * fetchText is a function of the page's. Cancelling this task aborts its AbortSignal, and the browser closes the
 * connection: look at its network panel. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

enum { PARTS = 6 };

int download(void *arg) {
  (void)arg;
  size_t total = 0;
  for (int i = 1; i <= PARTS; i++) {
    char path[24];
    snprintf(path, sizeof path, "slow?part=%d", i);
    const wa_data input = {.type = WA_TEXT, .data = path, .size = strlen(path)};
    say(100 * (i - 1) / PARTS, "part %d of %d, %zu bytes so far", i, PARTS, total);

    wa_data text;
    int status = wa_await_op("fetchText", &input, &text);
    if (status < 0) return status;
    total += text.size;
  }
  char text[40];
  snprintf(text, sizeof text, "%zu bytes", total);
  return wa_return_text(text);
}
WA_TASK(download);
