/* registry.c: the tasks that a host can spawn by name (WA_TASK), in the order of their registration. */
#include "registry.h"

static wa__entry *first, **last = &first;

void wa__register(wa__entry *entry) {
  /* Again, because constructors ran twice: the list would be a circle. 14 bytes of gzip. */
  if (!WA__SMALL && (entry->next || last == &entry->next)) return;
  *last = entry;
  last = &entry->next;
}

wa__entry *wa__entries(void) { return first; }
