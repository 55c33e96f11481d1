/* io.h: what is built over io.c. */
#ifndef WA_IO_H
#define WA_IO_H

#include "task.h"

/* wa_read, for a call of another name. */
int wa__io_read(const char *call, int fd, void *data, size_t size);

#endif
