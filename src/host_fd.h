/* host_fd.h: the port's second half: descriptors. Linked only into programs that wait for them, so that others do not
 * import what they never call. host_fd_wasi.c and the tests' host_fd_native.c implement it.
 *
 * Law: none of them blocks but wa__host_poll: a socket is made non-blocking, and what cannot be (the terminal, which
 * others share) is read only after a poll has called it ready. What gives an int gives 0 or an errno. */
#ifndef WA_HOST_FD_H
#define WA_HOST_FD_H

#include "fd.h"

enum { WA__FD_SOCKET = 1, WA__FD_FILE, WA__FD_OTHER }; /* what never waits for longer than the disk is a file */

/* Looks at every side of wa__watched (there may be none), for as long as `until` allows (WA_FOREVER: without end), and
 * tells by wa__fd_ready and wa__fd_bad. */
int wa__host_poll(wa_time until);
/* Whether a read or write would find what it needs, of this one alone: some engines call all ready once one is. */
bool wa__host_ready(int fd, int what);
/* Whether the host cannot wait for this one at all. */
bool wa__host_refuses(int fd, int what);
/* What the descriptor is; a socket is non-blocking from here on. */
int wa__host_fd_kind(int fd, int *kind);
int wa__host_read(int fd, void *data, size_t size, size_t *done);
int wa__host_write(int fd, const void *data, size_t size, size_t *done);
int wa__host_accept(int listener, int *fd); /* the new one is non-blocking */
int wa__host_close(int fd);
int wa__host_write_eof(int fd);

#endif
