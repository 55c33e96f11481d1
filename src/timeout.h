/* timeout.h: a timeout scope for other parts of the runtime. See timeout.c. */
#ifndef WA_TIMEOUT_H
#define WA_TIMEOUT_H

#include "task.h"

/* Enters one, as wa_timeout_enter does, and gives its record: `record`, or one of its own for NULL. NULL without memory. */
wa_timeout *wa__timeout_enter(wa__task *task, wa_timeout *record, wa_time delay);
int wa__timeout_leave(wa_timeout *t, int status);

#endif
