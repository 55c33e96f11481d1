/* handles.h: how a host names a future without holding a pointer. See handles.c. */
#ifndef WA_HANDLES_H
#define WA_HANDLES_H

#include "future.h"

/* The future's handle, made if it has none: the table then holds a reference. 0 without memory. */
uint32_t wa__handle_of(wa_future *f);
/* NULL for a handle that is stale or was never given. */
wa_future *wa__handle_get(uint32_t handle);
/* Voids the handle and gives the reference back; false for a bad one. */
bool wa__handle_close(uint32_t handle);
/* The same for a future that has one; the reference is the caller's to give back. */
void wa__handle_void(wa_future *f);
void wa__handle_close_all(void);
extern uint32_t wa__handle_count;

#endif
