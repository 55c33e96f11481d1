/* shield.c: a future that ends as another does, and whose cancellation the other survives.
 *
 *     inner --done--> (one ready entry) --> outer done          outer --cancelled--> inner knows nothing of it
 */
#include "task.h"

typedef struct shield {
  wa_future future;
  wa__handle handle; /* among the inner future's callbacks */
  wa_future *inner;
} shield;

static shield *shield_of(wa_future *f) { return wa__container(f, shield, future); }

static void inner_done(wa__handle *handle) {
  shield *s = wa__container(handle, shield, handle);
  wa_future *inner = s->inner;
  inner->seen = true;
  if (wa__pending(&s->future)) wa__future_finish(&s->future, inner->state, inner->status, inner->value, inner->detail);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  wa__list_unlink(&shield_of(f)->handle.link);
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  return true;
}

static size_t clean(wa_future *f) {
  wa__list_unlink(&shield_of(f)->handle.link);
  wa_release(shield_of(f)->inner);
  return sizeof(shield);
}

static bool leads_to(wa_future *f, const wa_future *target) { return wa__leads_to(shield_of(f)->inner, target); }

static const wa__kind kind = {.cancel = cancel, .clean = clean, .leads_to = leads_to};

wa_future *wa_shield(wa_future *inner) {
  if (!wa__check("wa_shield", inner)) return NULL;
  if (!wa__pending(inner)) return wa_retain(inner);
  shield *s = wa__alloc(sizeof *s);
  if (!s) return wa__no_memory("a shield"), NULL;
  wa__kinds[WA__SHIELD] = &kind;
  wa__future_init(&s->future, WA__SHIELD);
  s->handle = (wa__handle){.run = inner_done};
  s->inner = inner;
  inner->refs++;
  wa__future_add(inner, &s->handle);
  return &s->future;
}
