/* combinations.c: futures made of others: gathers and shields, also deep in each other; and iterators over several. */
#include "actors.h"
#include "families.h"
#include "memory.h"
#include "random.h"

#include <string.h>

static void shields(void) {
  wa_future *f = future_or_null();
  oracle_listen("wa_shield");
  wa_future *shield = wa_shield(f);
  if (!f && shield) fault("NULL has a shield");
  if (!f) oracle_refused("wa_shield");
  keep_future(shield);
}

static void gathers(void) {
  wa_future *all[MOST];
  bool missing;
  size_t n = some_futures(all, &missing);
  int flags = (int)below(wrong() ? 5 : 2);
  oracle_listen("wa_gather");
  wa_future *gather = wa_gather(all, n, flags);
  if ((missing || flags > WA_COLLECT) && gather) fault("a gather was made by a wrong call");
  if (!gather && !memory_failed()) oracle_refused("wa_gather");
  keep_future(gather);
}

/* Deeper than a cancellation or a search for a circle goes at once. */
static void nests(void) {
  if (!chance(30)) return;
  wa_future *inner = wa_retain(any_future());
  note("a nest");
  for (int depth = (int)below(chance(20) ? 150 : 4); inner && depth > 0; depth--) {
    wa_future *outer = below(2) ? wa_gather(&inner, 1, (int)below(2)) : wa_shield(inner);
    wa_release(inner);
    inner = outer;
  }
  keep_future(inner);
}

/* ---- iterators: two, which any task may use ---------------------------------------------------------------------------- */

typedef struct iterator {
  wa_completed it;
  int owner;
} iterator;
static iterator iterators[2];

void combinations_begin(void) { memset(iterators, 0, sizeof iterators); }

/* Once its task has ended, nobody may use it. */
static bool is_open(iterator *i) {
  if (i->it.state && !actor_lives(i->owner)) i->it.state = NULL;
  return i->it.state;
}

/* Over one that is still open: that one ends with its task. Now and then nobody else holds the futures then. */
static void begins_iteration(iterator *i) {
  wa_future *all[MOST];
  bool missing, null = wrong();
  size_t n = some_futures(all, &missing);
  wa_time limit = time_or_wrong();
  is_open(i);
  int status = WAIT("wa_completed_init", missing || null || limit < 0, wa_completed_init(null ? NULL : &i->it, all, n, limit));
  if (status != WA_OK) return;
  i->owner = here.who;
  bool alone = chance(30);
  for (size_t k = 0; k < n && alone; k++) forget_future(all[k]);
}

/* Another may close it meanwhile, or its task may end. */
static void iterates(iterator *i) {
  for (int k = 0; k < 3; k++) {
    wa_future *out = NULL;
    bool null = wrong(), open = is_open(i);
    int status = WAIT_PERHAPS("wa_completed_next", null || !open, wa_completed_next(&i->it, null ? NULL : &out));
    if (status != WA_OK || !out) return;
    look_at(out);
  }
}

static void ends_iteration(iterator *i) {
  is_open(i);
  note("wa_completed_close");
  wa_completed_close(chance(3) ? NULL : &i->it);
}

static void iteration(void) {
  static void (*const table[])(iterator *) = {begins_iteration, iterates, iterates, ends_iteration};
  if (!listening) table[below(COUNT(table))](&iterators[below(2)]);
}

void move_combinations(void) {
  static void (*const table[])(void) = {shields, shields, gathers, gathers, nests, iteration, iteration, iteration, iteration};
  MOVE_ONE(table);
}
