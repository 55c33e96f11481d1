/* report.h: nothing is silent. See report.c. */
#ifndef WA_REPORT_H
#define WA_REPORT_H

#include "task.h"

/* Second wordings of three kinds: one of several steps stalled; the host interrupted; the engine's own stack ended. */
enum { WA__REPORT_KINDS = WA_REPORT_SHUTDOWN + 1, WA__REPORT_SEVERAL = WA__REPORT_KINDS, WA__REPORT_INTERRUPTED, WA__REPORT_TOO_DEEP };
extern bool wa__reporting; /* a listener runs: another report is not made. One that trapped never came back */
/* Tells the listener: a wa_report_kind, or a wording. t and site may be NULL. */
void wa__report(int wording, wa__task *t, const char *site, wa_time age, int count_or_status);
/* Looks for tasks that outlive their cancellation by more than the configured grace; returns when to look again
 * (WA_FOREVER while no task is being cancelled). */
wa_time wa__report_ungraceful(wa_time now);
/* Reports one such task now. */
void wa__report_overdue(wa__task *t, wa_time now);
/* Connects the reports that lower layers give. */
void wa__report_start(void);

#endif
