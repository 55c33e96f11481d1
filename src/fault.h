/* fault.h: deliberate faults, so that the tests that judge the runtime can be judged: each must be found. A build for that
 * says -DWA__FAULT=NAME; in any other WA__FAULTY is the constant false, and no code is left of it. */
#ifndef WA_FAULT_H
#define WA_FAULT_H

enum {
  WA__NONE,
  WA__LIFO,          /* what becomes ready runs before what was ready already */
  WA__LATE_CANCEL,   /* a task that has finished can still be cancelled */
  WA__TIMER_TIE,     /* equal deadlines fire in the opposite order */
  WA__GATHER_CANCEL, /* a gather does not pass its cancellation on */
  WA__UNCANCEL       /* uncancel leaves the count as it is */
};
#ifndef WA__FAULT
#define WA__FAULT WA__NONE
#endif
#define WA__FAULTY(name) (WA__FAULT == WA__##name)

#endif
