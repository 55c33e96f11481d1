// The tasks of the programs: one sleeps, and hears of a cancellation in one of the ways that C code does.
#include <wasyncio.h>

enum { OBEYS, SWALLOWS, CLEANS, FAILS, RESISTS };

struct leaf {
  double after, mode, clean, end;
};

static int leaf(void *arg) {
  struct leaf self = *(struct leaf *)arg;
  int status = wa_sleep(WA_MS(self.after));
  if (status != WA_ECANCELED) return status < 0 ? status : (int)self.end;
  if (self.mode == OBEYS) return status;
  if (self.mode == SWALLOWS) return 900;
  int again = wa_sleep(WA_MS(self.clean));
  if (again < 0) return again;
  if (self.mode == CLEANS) return status;
  return self.mode == FAILS ? -1777 : (int)self.end;
}
WA_TASK(leaf);

static int sleeper(void *arg) { return wa_sleep(WA_MS(*(double *)arg)); }
WA_TASK(sleeper);
