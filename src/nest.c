/* nest.c: futures that are made of others, a gather's and a shield's, however deep they lie in each other.
 *
 *     gather -> task -> gather -> task -> ...     cancel: some levels at once, the others in the next iteration
 *     gather -> gather -> ...                     release, and the search for a circle: one after the other, from a list
 *
 * Law: no nest is deep enough for the stack to end, neither a task's nor the engine's.
 */
#include "nest.h"

/* As many as fit into a task's usual stack at -O0. CPython's cancel() recurses to some 300, and fails then. */
enum { DEEP = 64 };

static void cancel_later(wa__callback *callback) {
  wa__nest *nest = wa__container(callback, wa__nest, later);
  wa__detail *reason = nest->reason;
  nest->reason = NULL;
  wa__cancel(&nest->future, reason);
  wa__detail_release(reason);
  wa_release(&nest->future);
}

static void wa__nest_member_ended(wa__callback *callback) {
  wa__nest_link *link = wa__container(callback, wa__nest_link, callback);
  link->nest->ended(link);
}

static wa_future *nest_of_link(wa__callback *callback) {
  return callback->run == wa__nest_member_ended ? &wa__container(callback, wa__nest_link, callback)->nest->future : NULL;
}

void wa__nest_link_init(wa__nest_link *link, wa__nest *nest) {
  *link = (wa__nest_link){.callback = {.run = wa__nest_member_ended}, .nest = nest};
}

void wa__nest_init(wa__nest *nest, int kind, wa_future **members, uint32_t n, size_t size, void (*ended)(wa__nest_link *link)) {
  wa__future_init(&nest->future, kind);
  wa__nest_waits = nest_of_link;
  nest->ended = ended;
  nest->later = (wa__callback){.run = cancel_later};
  nest->reason = NULL;
  nest->walk = 0;
  nest->members = members;
  nest->n = n;
  nest->size = size;
}

bool wa__nest_cancel(wa__nest *nest, wa__detail *reason) {
  if (wa__nesting.cancels == DEEP) {
    wa__detail_set(&nest->reason, reason);
    if (nest->later.link.next) return true;
    nest->future.refs++;
    wa__ready(&nest->later);
    return true;
  }
  wa__nesting.cancels++;
  bool any = false;
  for (uint32_t i = 0; i < nest->n; i++) any |= wa__cancel(nest->members[i], reason);
  wa__nesting.cancels--;
  return any;
}

size_t wa__nest_clean(wa__nest *nest) {
  static wa__list leaving;
  bool first = !wa__nesting.cleaning;
  if (first) wa__list_init(&leaving); /* a trap may have left some there */
  wa__list_push(&leaving, &nest->later.link);
  if (!first) return 0;
  wa__nesting.cleaning = true;
  for (wa__list *link; (link = wa__list_pop(&leaving));) {
    wa__nest *next = wa__container(wa__container(link, wa__callback, link), wa__nest, later);
    for (uint32_t i = 0; i < next->n; i++) wa_release(next->members[i]);
    if (next != nest) wa__free(next, next->size);
  }
  wa__nesting.cleaning = false;
  return nest->size;
}

bool wa__nest_leads_to(wa_future *f, const wa_future *target) {
  static wa__nest *met; /* and not looked into yet */
  static uint32_t walk;
  wa__nest *nest = wa__nest_of(f);
  if (nest->walk == wa__walk) return false;
  nest->walk = wa__walk;
  bool first = walk != wa__walk;
  walk = wa__walk;
  nest->next_met = first ? NULL : met;
  met = nest;
  while (first && met) {
    nest = met;
    met = nest->next_met;
    for (uint32_t i = 0; i < nest->n; i++)
      if (wa__leads_to(nest->members[i], target)) return true;
  }
  return false;
}
