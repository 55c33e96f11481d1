/* delay.h: a future that the runtime's clock resolves. */
#ifndef WA_DELAY_H
#define WA_DELAY_H

#include "future.h"

/* call_later(t, set_result): the caller owns a reference. NULL without memory. */
wa_future *wa__delay(wa_time t);

#endif
