/* exit.c: a status as a shell sees it. */
#include "host.h"

#include <string.h>

enum { OWN_MAX = 63, RUNTIME = 64, USER = 96, HIGHEST = 125 };

/* A number alone does not say which call was wrong. */
static void tell_misuse(void) {
  const char *text = wa_error_text();
  if (!*text) return;
  wa__host_print("wasyncio: ", 10);
  wa__host_print(text, strlen(text));
  wa__host_print("\n", 1);
}

int wa_exit_status(int status) {
  if (!WA__SMALL && status == WA_EMISUSE) tell_misuse();
  if (status >= 0) return status < OWN_MAX ? status : OWN_MAX;
  if (status > WA_EUSER) return -status < USER - RUNTIME ? RUNTIME - status : HIGHEST;
  return status < WA_EUSER - (HIGHEST - USER) ? HIGHEST : USER + (WA_EUSER - status);
}
