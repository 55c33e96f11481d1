/* gather.c: several futures as one.
 *
 *     children: a b a c        nodes: one callback for each that is not a repetition
 *                   '- all done, or (without WA_COLLECT) one failed -> the gather is done
 *
 * Laws
 *   - Cancelling the gather cancels the children, and takes effect when they have ended.
 *   - A gather is failed by a cancelled child, not cancelled by it: wa_cancelled stays false, as in CPython.
 */
#include "task.h"

#include <string.h>

typedef struct node {
  wa__handle handle; /* in the child's callbacks, in the ready queue, or nowhere */
  struct gather *gather;
} node;

typedef struct gather {
  wa_future future;
  uint32_t n, unique, finished;
  uint32_t walk; /* the latest that came by */
  bool collect, cancel_requested;
  int *statuses; /* the value */
  node *nodes;
  wa_future *children[];
} gather;

static gather *gather_of(wa_future *f) { return wa__container(f, gather, future); }

/* One block holds the record, the children, a node for each and the statuses. */
static size_t size_of(size_t n) {
  return sizeof(gather) + n * (sizeof(wa_future *) + sizeof(node) + sizeof(int));
}

static void child_done(wa__handle *handle) {
  gather *g = wa__container(handle, node, handle)->gather;
  wa_future *child = g->children[wa__container(handle, node, handle) - g->nodes];
  g->finished++;
  child->seen = true;
  if (!wa__pending(&g->future)) return;
  if (!g->collect && child->status < 0) {
    wa__future_finish(&g->future, WA__FINISHED, child->status, NULL, child->detail);
    return;
  }
  if (g->finished < g->unique) return;
  for (uint32_t i = 0; i < g->n; i++) g->statuses[i] = g->children[i]->status;
  wa_future *last = g->children[g->n - 1];
  if (g->cancel_requested) /* with its reason; what else it may have is its own */
    wa__future_finish(&g->future, WA__FINISHED, WA_ECANCELED, NULL, last->status == WA_ECANCELED ? last->detail : NULL);
  else wa__future_finish(&g->future, WA__FINISHED, WA_OK, g->statuses, NULL);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  gather *g = gather_of(f);
  bool any = WA__FAULTY(GATHER_CANCEL);
  for (uint32_t i = 0; i < g->n && !WA__FAULTY(GATHER_CANCEL); i++) any |= wa__cancel(g->children[i], reason);
  g->cancel_requested |= any;
  return any;
}

static size_t clean(wa_future *f) {
  gather *g = gather_of(f);
  for (uint32_t i = 0; i < g->n; i++) {
    wa__list_unlink(&g->nodes[i].handle.link);
    wa_release(g->children[i]);
  }
  return size_of(g->n);
}

static bool leads_to(wa_future *f, const wa_future *target) {
  gather *g = gather_of(f);
  if (g->walk == wa__walk) return false;
  g->walk = wa__walk;
  for (uint32_t i = 0; i < g->n; i++)
    if (wa__leads_to(g->children[i], target)) return true;
  return false;
}

static const wa__kind kind = {.cancel = cancel, .clean = clean, .leads_to = leads_to};

wa_future *wa_gather(wa_future *const *futures, size_t n, int flags) {
  if (!wa__check_all("wa_gather", futures, n)) return NULL;
  if (flags & ~WA_COLLECT) return wa__misuse("wa_gather: flags is %d; expected 0 or WA_COLLECT", flags), NULL;
  gather *g = wa__alloc(size_of(n));
  if (!g) return wa__no_memory("a gather"), NULL;
  memset(g, 0, size_of(n));
  wa__kinds[WA__GATHER] = &kind;
  wa__future_init(&g->future, WA__GATHER);
  g->n = (uint32_t)n;
  g->collect = flags & WA_COLLECT;
  g->nodes = (node *)(g->children + n);
  g->statuses = (int *)(g->nodes + n);
  if (!n) wa__future_finish(&g->future, WA__FINISHED, WA_OK, g->statuses, NULL);
  for (size_t i = 0; i < n; i++) {
    wa_future *child = g->children[i] = futures[i];
    child->refs++;
    g->nodes[i] = (node){.handle = {.run = child_done}, .gather = g};
    if (child->mark) continue;
    child->mark = true;
    g->unique++;
    if (wa__pending(child)) wa__future_add(child, &g->nodes[i].handle);
  }
  /* Those that were done already count at once, after all the others have been met. */
  for (size_t i = 0; i < n; i++) {
    bool first = g->children[i]->mark;
    g->children[i]->mark = false;
    if (first && !wa__pending(g->children[i])) child_done(&g->nodes[i].handle);
  }
  return &g->future;
}
