/* configured.c: a constructor configures the runtime. */
#include "../../src/wasyncio.h"

#include <string.h>

__attribute__((constructor)) static void configure(void) {
  wa_configure(&(wa_config){.stack_size = 65536, .virtual_clock = true});
}

static char *volatile sink;
static int uses_much_stack(void *arg) {
  char much[40000];
  sink = much;
  (void)arg;
  memset(much, 1, sizeof much);
  return wa_sleep(WA_MS(1)) + much[39999];
}
WA_TASK(uses_much_stack);
