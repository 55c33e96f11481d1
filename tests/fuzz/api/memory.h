/* memory.h: allocations that fail on demand. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>

/* So many allocations succeed still, then one fails, or all from there on. Below 0: none ever fails. */
void memory_last(int allocations, bool for_good);
/* Whether any has failed since: then a call may be refused, or not be, for want of what came before it. */
bool memory_failed(void);

#endif
