/* metronome.c: a timer, for ever. Its ticks are on time while others compute: they run in slices. */
#include "demo.h"

int metronome(void *arg) {
  (void)arg;
  for (int beat = 1;; beat++) {
    wa_time due = wa_now() + WA_MS(400);

    int status = wa_sleep(WA_MS(400));
    if (status < 0) return status;

    say(-1, "beat %d, %.1f ms late", beat, (double)(wa_now() - due) / 1e6);
  }
}
WA_TASK(metronome);
