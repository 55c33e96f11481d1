/* events.c: what a host reads after a turn.
 *
 *     front: the host reads these        back: what happens meanwhile is written here        swap, once a turn
 *
 * Law: the host's array never moves under its hands: whatever it calls while it reads, new events go to the back.
 */
#include "events.h"
#include "op.h"

#define KEPT 1024
#define FULL 4096

typedef struct side {
  wa__event_record *records;
  uint32_t count, capacity;
} side;

enum { FIRST = 16 }; /* so that without memory the host still hears of some */
static wa__event_record first[2][FIRST];
static side sides[2] = {{first[0], 0, FIRST}, {first[1], 0, FIRST}}, *front = &sides[0], *back = &sides[1];
bool wa__events_on;
void (*wa__events_late)(void);

static void give_back(uint32_t kind, void *owner) {
  if (!owner) return;
  if (kind == WA__EVENT_OP_CANCELLED) wa__op_unpin(owner);
  else wa__detail_release(owner);
}

static WA__COLD bool grow(side *s) {
  uint32_t capacity = s->capacity * 2;
  wa__event_record *records = wa__alloc(capacity * sizeof *records);
  if (!records) return false;
  for (uint32_t i = 0; i < s->count; i++) records[i] = s->records[i];
  if (s->capacity > FIRST) wa__free(s->records, s->capacity * sizeof *records);
  s->records = records;
  s->capacity = capacity;
  return true;
}

bool wa__event_push(uint32_t kind, uint32_t id, const void *payload, void *owner) {
  if (back->count >= FULL) { /* the turn ends, so that the host reads them and memory stays bounded */
    wa__the_loop.budget_end = INT64_MIN;
    wa__the_loop.steps_left = 1;
  }
  if (wa__unlikely(back->count == back->capacity) && !grow(back)) return give_back(kind, owner), false;
  /* Field by field: a record that is built first and copied by 8 bytes waits for its stores of 4, which took 11 ns. */
  wa__event_record *r = &back->records[back->count++];
  r->kind = kind;
  r->id = id;
  r->payload = payload;
  r->owner = owner;
  return true;
}

const wa__event_record *wa__events_swap(uint32_t *count) {
  if (wa__events_late) wa__events_late();
  for (uint32_t i = 0; i < front->count; i++) give_back(front->records[i].kind, front->records[i].owner);
  front->count = 0;
  if (front->capacity > KEPT) { /* or a burst would be paid for twice, once on each side */
    wa__free(front->records, front->capacity * sizeof *front->records);
    *front = (side){first[front - sides], 0, FIRST};
  }
  side *read = back;
  back = front;
  front = read;
  if (wa__unlikely(wa__op_untold)) wa__op_tell_late(); /* now that there is room for some: the host reads these the next time */
  *count = front->count;
  return front->records;
}

bool wa__events_waiting(void) { return back->count || wa__events_late; }
