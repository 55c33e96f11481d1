/* exit.c: a status as a shell sees it. */
#include "base.h"

enum { OWN_MAX = 63, RUNTIME = 64, USER = 96, HIGHEST = 125 };

int wa_exit_status(int status) {
  if (status >= 0) return status < OWN_MAX ? status : OWN_MAX;
  if (status > WA_EUSER) return -status < USER - RUNTIME ? RUNTIME - status : HIGHEST;
  return status < WA_EUSER - (HIGHEST - USER) ? HIGHEST : USER + (WA_EUSER - status);
}
