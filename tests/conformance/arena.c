/* arena.c: the memory of one scenario. It is given back as a whole, because a task that is ended in the middle of
 * an op gives nothing back.
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 };

typedef struct chunk {
  struct chunk *next;
  max_align_t data[];
} chunk;

static chunk *chunks;
static char *place;
static size_t room;

void *arena(size_t size) {
  size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
  if (size > room) {
    room = size > CHUNK ? size : CHUNK;
    chunk *c = malloc(sizeof *c + room);
    if (!c) fail("no memory", "for a scenario");
    c->next = chunks;
    chunks = c;
    place = (char *)c->data;
  }
  void *memory = place;
  place += size;
  room -= size;
  return memset(memory, 0, size);
}

void arena_free(void) {
  for (chunk *c = chunks, *next; c; c = next) {
    next = c->next;
    free(c);
  }
  chunks = NULL;
  room = 0;
}
