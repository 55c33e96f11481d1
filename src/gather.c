/* gather.c: several futures as one.
 *
 *     children: a b a c        links: one callback for each that is not a repetition
 *                   '- all done, or (without WA_COLLECT) one failed -> the gather is done
 *
 * Laws
 *   - Cancelling the gather cancels the children, and takes effect when they have ended.
 *   - A gather is failed by a cancelled child, not cancelled by it: wa_cancelled stays false, as in CPython.
 */
#include "nest.h"

#include <string.h>

typedef struct gather {
  wa__nest nest;
  uint32_t unique, finished;
  bool collect, cancel_requested;
  int *statuses; /* the value */
  wa__nest_link *links; /* in the child's callbacks, in the ready queue, or nowhere */
  wa_future *children[];
} gather;

static gather *gather_of(wa_future *f) { return wa__container(wa__nest_of(f), gather, nest); }

/* One block holds the record, the children, a node for each and the statuses. */
static size_t size_of(size_t n) {
  return sizeof(gather) + n * (sizeof(wa_future *) + sizeof(wa__nest_link) + sizeof(int));
}

static void child_done(wa__nest_link *link) {
  gather *g = wa__container(link->nest, gather, nest);
  wa_future *child = g->children[link - g->links];
  g->finished++;
  child->seen = true;
  if (!wa__pending(&g->nest.future)) return;
  if (!g->collect && child->status < 0) {
    wa__future_finish(&g->nest.future, WA__FINISHED, child->status, NULL, child->detail);
    return;
  }
  if (g->finished < g->unique) return;
  for (uint32_t i = 0; i < g->nest.n; i++) g->statuses[i] = g->children[i]->status;
  wa_future *last = g->children[g->nest.n - 1];
  if (g->cancel_requested) /* with its reason; what else it may have is its own */
    wa__future_finish(&g->nest.future, WA__FINISHED, WA_ECANCELED, NULL, last->status == WA_ECANCELED ? last->detail : NULL);
  else wa__future_finish(&g->nest.future, WA__FINISHED, WA_OK, g->statuses, NULL);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  gather *g = gather_of(f);
  bool any = WA__FAULTY(GATHER_CANCEL) || wa__nest_cancel(&g->nest, reason);
  g->cancel_requested |= any;
  return any;
}

static size_t clean(wa_future *f) {
  gather *g = gather_of(f);
  for (uint32_t i = 0; i < g->nest.n; i++) {
    wa__list_unlink(&g->links[i].callback.link);
    if (!wa__pending(f)) g->children[i]->seen = true; /* one that ends after it, too */
  }
  return wa__nest_clean(&g->nest);
}

static const wa__kind kind = {.cancel = cancel, .clean = clean, .leads_to = wa__nest_leads_to, .title = "(gather)"};

wa_future *wa_gather(wa_future *const *futures, size_t n, int flags) {
  if (!wa__check_all("wa_gather", futures, n)) return NULL;
  if (flags & ~WA_COLLECT) return wa__misuse("wa_gather: flags is %d; expected 0 or WA_COLLECT", flags), NULL;
  gather *g = wa__alloc(size_of(n));
  if (!g) return wa__no_memory("a gather"), NULL;
  memset(g, 0, size_of(n));
  wa__kinds[WA__GATHER] = &kind;
  wa__nest_init(&g->nest, WA__GATHER, g->children, (uint32_t)n, size_of(n), child_done);
  g->collect = flags & WA_COLLECT;
  g->links = (wa__nest_link *)(g->children + n);
  g->statuses = (int *)(g->links + n);
  if (!n) wa__future_finish(&g->nest.future, WA__FINISHED, WA_OK, g->statuses, NULL);
  for (size_t i = 0; i < n; i++) {
    wa_future *child = g->children[i] = futures[i];
    child->refs++;
    wa__nest_link_init(&g->links[i], &g->nest);
    if (child->mark) continue;
    child->mark = true;
    g->unique++;
    if (wa__pending(child)) wa__future_add(child, &g->links[i].callback);
  }
  /* Those that were done already count at once, after all the others have been met. */
  for (size_t i = 0; i < n; i++) {
    bool first = g->children[i]->mark;
    g->children[i]->mark = false;
    if (first && !wa__pending(g->children[i])) child_done(&g->links[i]);
  }
  return &g->nest.future;
}
