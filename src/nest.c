/* nest.c: futures that are made of others, a gather's and a shield's, however deep they lie in each other.
 *
 *     gather -> task -> gather -> task -> ...     cancel: some levels at once, the others in the next iteration
 *     gather -> gather -> ...                     release, and the search for a circle: one after the other, from a list
 *
 * Law: no nest is deep enough for the stack to end, neither a task's nor the engine's.
 */
#include "nest.h"

/* As many as fit into a task's usual stack at -O0. CPython's cancel() recurses to near 1,000, and fails then. */
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

static wa__list leaving; /* nests, the innermost last */

/* A member at a time, and it counts as let go only then: a listener that hears of its error may trap. Of the nests
 * `first` stays, which is its caller's to free; NULL: it goes on after a trap, and nobody is told of another error. */
static void let_go(const wa__nest *first) {
  wa__nesting.cleaning = true;
  while (!wa__list_empty(&leaving)) {
    wa__nest *nest = wa__container(wa__container(leaving.prev, wa__callback, link), wa__nest, later);
    if (nest->n) {
      wa_future *f = *nest->members;
      f->seen |= !first;
      wa_release(f);
      nest->members++;
      nest->n--;
    } else {
      wa__list_unlink(&nest->later.link);
      if (nest != first) wa__free(nest, nest->size);
    }
  }
  wa__nesting.cleaning = false;
}

static void go_on(wa__callback *callback) {
  (void)callback;
  let_go(NULL);
}

size_t wa__nest_clean(wa__nest *nest) {
  static wa__callback rest = {.run = go_on}; /* is ready meanwhile, and runs if a trap comes in between */
  bool first = !wa__nesting.cleaning;
  wa__list_push(&leaving, &nest->later.link);
  if (!first) return 0;
  wa__list_unlink(&rest.link);
  wa__ready(&rest);
  let_go(nest);
  wa__list_unlink(&rest.link);
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
