/* timer.h: a callback that is due at a time. See timer.c. */
#ifndef WA_TIMER_H
#define WA_TIMER_H

#include "list.h"

/* Something the loop will run: in exactly one list at a time (ready, a future's callbacks, a timer's slot), or in none. */
typedef struct wa__callback {
  wa__list link;
  void (*run)(struct wa__callback *callback);
} wa__callback;

typedef struct wa__due {
  wa__callback callback; /* what becomes ready when the time has come */
  wa_time when __attribute__((packed, aligned(4))); /* WA__NOT_SET: nothing will; packed, or a task would be larger */
} wa__due;

#define WA__NOT_SET (-1)

/* t + delay, both 0 or more; what would be beyond all time is WA_FOREVER. */
WA__INLINE wa_time wa__plus(wa_time t, wa_time delay) { return delay > WA_FOREVER - t ? WA_FOREVER : t + delay; }

static inline void wa__due_init(wa__due *due, void (*run)(wa__callback *)) {
  due->callback.run = run;
  due->callback.link.next = NULL;
  due->when = WA__NOT_SET;
}

/* now: the clock's latest reading. */
void wa__due_set(wa__due *due, wa_time when, wa_time now);
/* Takes it out of the timers, or out of the ready queue if it was due already. */
void wa__due_cancel(wa__due *due);

/* The earliest deadline, WA_FOREVER if there is none. Not exact: no later than that, for one that was cancelled may still
 * count, so that nobody pays for a search who cancels many. */
wa_time wa__due_next(bool exact);
/* Makes everything ready that is due at `now`; NULL: runs it, if nothing else is ready. Whose callback is wa__due_hosts is told
 * to the host: what is due after it is left for later then, and wa__due_halted says so until somebody clears it. */
void wa__due_fire(wa_time now, wa__list *ready);
extern void (*wa__due_hosts)(wa__callback *callback);
extern bool wa__due_halted;
uint32_t wa__due_count(void);

#endif
