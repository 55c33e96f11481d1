/* shield.c: a future that ends as another does, and whose cancellation the other survives.
 *
 *     inner --done--> (one ready entry) --> outer done          outer --cancelled--> inner knows nothing of it
 */
#include "nest.h"

typedef struct shield {
  wa__nest nest;
  wa__nest_link link; /* among the inner future's callbacks */
  wa_future *inner;
} shield;

static shield *shield_of(wa_future *f) { return wa__container(wa__nest_of(f), shield, nest); }

static void inner_done(wa__nest_link *link) {
  shield *s = wa__container(link, shield, link);
  wa_future *inner = s->inner;
  inner->seen = true;
  if (wa__pending(&s->nest.future)) wa__future_finish(&s->nest.future, inner->state, inner->status, inner->value, inner->detail);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  wa__list_unlink(&shield_of(f)->link.callback.link);
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  return true;
}

static size_t clean(wa_future *f) {
  wa__list_unlink(&shield_of(f)->link.callback.link);
  return wa__nest_clean(&shield_of(f)->nest);
}

static const wa__kind kind = {.cancel = cancel, .clean = clean, .leads_to = wa__nest_leads_to, .title = "(shield)"};

wa_future *wa_shield(wa_future *inner) {
  if (!wa__check("wa_shield", inner)) return NULL;
  if (!wa__pending(inner)) return wa_retain(inner);
  shield *s = wa__alloc(sizeof *s);
  if (!s) return wa__no_memory("a shield"), NULL;
  wa__kinds[WA__SHIELD] = &kind;
  wa__nest_init(&s->nest, WA__SHIELD, &s->inner, 1, sizeof *s, inner_done);
  wa__nest_link_init(&s->link, &s->nest);
  s->inner = inner;
  inner->refs++;
  wa__future_add(inner, &s->link.callback);
  return &s->nest.future;
}
