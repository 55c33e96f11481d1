/* events.h: what a host reads after a turn. See events.c. */
#ifndef WA_EVENTS_H
#define WA_EVENTS_H

#include "future.h"

enum { WA__EVENT_SETTLED = 1, WA__EVENT_OP_STARTED, WA__EVENT_OP_CANCELLED, WA__EVENT_REPORT, WA__EVENT_DESCRIPTOR };

typedef struct wa__event_record {
  uint32_t kind, id;
  const void *payload;
  void *owner; /* of the payload: a detail, or a cancelled operation's record; NULL: none */
} wa__event_record;

extern bool wa__events_on; /* a host listens */
/* Set by who has news that is best told as late as possible; called just before the host reads, and clears itself. */
extern void (*wa__events_late)(void);
/* owner is the event's, to be released when the host has read it. false without memory: the event is lost. */
bool wa__event_push(uint32_t kind, uint32_t id, const void *payload, void *owner);
/* Forgets what the host has read, and hands it what came since: stays valid until the next call. */
const wa__event_record *wa__events_swap(uint32_t *count);
bool wa__events_waiting(void);

#endif
