/* pipes.h: what the tests of descriptors share. They run natively alone: WASI cannot make a pipe. */
#ifndef PIPES_H
#define PIPES_H

#include "../core/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* a[0] is read what was written to a[1]; of a socket pair each side does both. */
static inline void make_pipe(int *a) { EXPECT_INT(pipe(a), 0); }
static inline void make_sockets(int *a) { EXPECT_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0); }
static inline void close_both(const int *a) {
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
}
static inline void put(int fd, const char *text) { EXPECT_INT(write(fd, text, strlen(text)), strlen(text)); }

#define AT(fd) ((void *)(intptr_t)(fd))
#define FD(arg) ((int)(intptr_t)(arg))

/* Reads once, and notes what it got as "text", "end", or the status' name. */
int read_once(void *fd);
/* Writes until the descriptor takes no more. */
void fill(int fd);

#endif
