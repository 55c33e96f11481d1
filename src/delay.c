/* delay.c: a future that the runtime's own clock resolves, for a host that wants deadlines on that clock. */
#include "delay.h"

typedef struct delay {
  wa_future future;
  wa__due due;
} delay;

static delay *delay_of(wa_future *f) { return wa__container(f, delay, future); }

static void due(wa__callback *callback) {
  delay *d = wa__container(callback, delay, due.callback);
  wa__future_finish(&d->future, WA__FINISHED, WA_OK, NULL, NULL);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  wa__due_cancel(&delay_of(f)->due);
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  return true;
}

static size_t clean(wa_future *f) {
  wa__due_cancel(&delay_of(f)->due);
  return sizeof(delay);
}

static const wa__kind kind = {.cancel = cancel, .clean = clean};

wa_future *wa__delay(wa_time t) {
  delay *d = wa__alloc(sizeof *d);
  if (!d) return wa__no_memory("a timer"), NULL;
  wa__kinds[WA__DELAY] = &kind;
  wa__due_hosts = due;
  wa__future_init(&d->future, WA__DELAY);
  wa__due_init(&d->due, due);
  wa__deadline(&d->due, wa__plus(wa_now(), t));
  return &d->future;
}
