/* guest.h: checks on what a host passes in: every number may be wrong. See guest.c. */
#ifndef WA_GUEST_H
#define WA_GUEST_H

#include "future.h"

/* The text at p if it ends inside the memory; NULL for NULL, and *bad set for anything else. */
const char *wa__guest_text(const char *p, bool *bad);
/* The size of the function table. */
uint32_t wa__guest_functions(void);
/* Memory for the host to fill; becomes a detail's data without a copy. */
void *wa__guest_alloc(size_t size);
/* Takes such memory back as a detail of that type and size; NULL for 0, and *bad set for what wa__guest_alloc did not
 * give (or gave smaller). A number needs no memory. */
wa__detail *wa__guest_take(void *p, uint32_t type, size_t size, double number, bool *bad);

#endif
