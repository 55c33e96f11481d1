/* op.h: operations that the host carries out. See op.c. */
#ifndef WA_OP_H
#define WA_OP_H

#include "handles.h"
#include "task.h"

extern uint32_t wa__op_count; /* in flight */
/* The host's answer. data becomes the operation's. WA_EMISUSE for what is not a pending operation. */
int wa__op_finish(wa_future *f, int status, wa__detail *data);
int wa__op_number(wa_future *f, double number); /* WA_OK and a number */
/* The host has read that it was cancelled. */
void wa__op_unpin(void *record);
/* For want of memory it was not told of some that were cancelled. */
extern bool wa__op_untold;
void wa__op_tell_late(void); /* of as many as there is memory for now */

#endif
