/* run.h: the runtime as a whole. See run.c. */
#ifndef WA_RUN_H
#define WA_RUN_H

#include "task.h"

/* While a host's call runs, or wa_run: no other may come in. */
extern bool wa__inside;
/* First in a call that changes anything: `alone` says whether it may go on. A host that calls in from an import, even from one as
 * harmless as the clock, does so in the middle of a change. */
#define WAX_ALONE __attribute__((cleanup(wa__leave))) const bool alone = wa__enter()
bool wa__enter(void);
extern void (*wa__entered)(void); /* NULL, or what such a call begins with */
void wa__leave(const bool *alone);

/* What a program that waits for descriptors adds (fd.c), and no other program carries. */
extern uint32_t wa__fd_waits;                    /* sides of descriptors that somebody waits for */
extern wa_time wa__fd_look;                      /* when a loop that is never idle has to look at them */
extern int (*wa__block_for)(wa_time until);      /* waits for them too; wa__host_wait while there are none */

/* Runs what is ready for at most a turn's budget. The time of the next deadline: 0 if more is ready now, WA_FOREVER
 * if only the host can make anything ready. */
wa_time wa__turn(void);
/* After a trap out of wa_run, which is over by that; what is left is the host's to drive, or the next wa_run's. */
void wa__run_cut(void);
/* Cancels every unfinished task that no earlier call has, in the order of creation; returns how many. */
uint32_t wa__cancel_all(const char *reason);
/* Ends what is left without another step of it. */
uint32_t wa__discard_all(void);
/* For a host that closes the runtime: frees what the program never gave back. No task may be left. */
void wa__reclaim(void);

#endif
