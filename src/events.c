/* events.c: what a host reads after a turn.
 *
 *     front: the host reads these        back: what happens meanwhile is written here        swap, once a turn
 *
 * Law: the host's array never moves under its hands: whatever it calls while it reads, new events go to the back.
 */
#include "events.h"

#define KEPT 1024
#define FULL 4096

typedef struct side {
  wa__event_record *records;
  uint32_t count, capacity;
} side;

static side sides[2], *front = &sides[0], *back = &sides[1];
bool wa__events_on;
void (*wa__events_late)(void);

void wa__event_push(uint32_t kind, uint32_t id, const void *payload, wa__detail *owner) {
  if (back->count >= FULL) { /* the turn ends, so that the host reads them and memory stays bounded */
    wa__the_loop.budget_end = INT64_MIN;
    wa__the_loop.steps_left = 1;
  }
  if (back->count == back->capacity) {
    uint32_t capacity = back->capacity ? back->capacity * 2 : 16;
    wa__event_record *records = wa__alloc(capacity * sizeof *records);
    if (!records) return;
    for (uint32_t i = 0; i < back->count; i++) records[i] = back->records[i];
    wa__free(back->records, back->capacity * sizeof *records);
    back->records = records;
    back->capacity = capacity;
  }
  back->records[back->count++] = (wa__event_record){kind, id, payload, wa__detail_retain(owner)};
}

const wa__event_record *wa__events_swap(uint32_t *count) {
  if (wa__events_late) wa__events_late();
  for (uint32_t i = 0; i < front->count; i++) wa__detail_release(front->records[i].owner);
  front->count = 0;
  if (front->capacity > KEPT) { /* or a burst would be paid for twice, once on each side */
    wa__free(front->records, front->capacity * sizeof *front->records);
    *front = (side){0};
  }
  side *read = back;
  back = front;
  front = read;
  *count = front->count;
  return front->records;
}

bool wa__events_waiting(void) { return back->count || wa__events_late; }
