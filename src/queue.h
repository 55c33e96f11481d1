/* queue.h: what other parts of the runtime need of a queue beyond its public calls. */
#ifndef WA_QUEUE_H
#define WA_QUEUE_H

#include "task.h"

/* Room for n items, so that so many puts cannot fail. false without memory. */
bool wa__queue_reserve(wa_queue *q, size_t n);

#endif
