/* report.h: nothing is silent. See report.c. */
#ifndef WA_REPORT_H
#define WA_REPORT_H

#include "task.h"

/* What a sentence may say: %0s the task's name, %1s the place, %2l the age in ms, %3u the count, or %3s the status' name. */
#define WA__CHECKPOINT "without an await, near %1s; put a wa_checkpoint in its loop"
#define WA__OVERFLOW "task '%0s': stack overflow, %3u bytes, give it more with stackSize (stack_size in C)"

/* A listener runs, and no other report is made; a trap clears it, since that listener never comes back. */
extern bool wa__reporting;
/* The future whose UNSEEN that is: its last reference is given back after it. NULL: another report, or none. */
extern wa_future *wa__reported_unseen;
/* Tells the listener. t may be NULL. number: the status of a SWALLOWED, UNGRACEFUL or UNSEEN; else a count. */
void wa__report(wa_report_kind kind, const char *sentence, wa__task *t, const char *site, wa_time age, int number);
/* Looks for tasks that outlive their cancellation by more than the configured grace; returns when to look again
 * (WA_FOREVER while no task is being cancelled). */
wa_time wa__report_ungraceful(wa_time now);
/* Reports one such task now. */
void wa__report_overdue(wa__task *t, wa_time now);
/* Connects the reports that lower layers give. */
void wa__report_start(void);

#endif
