/* The list of the tasks that a host can spawn by name. */
#include "unit.h"
#include "../../src/registry.h"

#if !WA__SMALL /* there is no check there */
static int nothing(void *arg) {
  (void)arg;
  return WA_OK;
}

TEST(an_entry_that_is_registered_twice_is_listed_once) {
  static wa__entry entries[2] = {{"a", nothing, NULL}, {"b", nothing, NULL}};
  for (int i = 0; i < 2; i++) wa__register(&entries[0]);
  wa__register(&entries[1]);
  wa__register(&entries[0]);
  const wa__entry *e = wa__entries();
  while (e && e != entries) e = e->next;
  EXPECT(e && e->next == &entries[1] && !entries[1].next);
}
#endif
