/* watch.c: see watch.h.
 *
 *     futures: a b a c        watches: one callback at a, b and c each; all four keep their future
 *
 * Law: the futures' marks are clear before and after.
 */
#include "watch.h"

uint32_t wa__watch_begin(wa__watch *watches, wa_future *const *futures, size_t n, void (*run)(wa__callback *), void *owner) {
  uint32_t different = 0;
  for (size_t i = 0; i < n; i++) {
    wa_future *f = futures[i];
    f->refs++;
    watches[i] = (wa__watch){.callback = {.run = run}, .owner = owner, .future = f};
    if (f->mark) continue;
    f->mark = true;
    different++;
    wa__future_add(f, &watches[i].callback);
  }
  for (size_t i = 0; i < n; i++) futures[i]->mark = false;
  return different;
}

void wa__watch_stop(wa__watch *watches, size_t n) {
  for (size_t i = 0; i < n; i++) wa__list_unlink(&watches[i].callback.link);
}

void wa__watch_end(wa__watch *watches, size_t n) {
  wa__watch_stop(watches, n);
  for (size_t i = 0; i < n; i++) {
    wa_release(watches[i].future);
    watches[i].future = NULL; /* a listener may trap, and this begin anew */
  }
}
