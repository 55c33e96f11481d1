/* host_fd_native.c: descriptors by POSIX, for native builds, which are for tests. */
#ifndef __wasm__
#include "host.h"
#include "host_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int wa__host_poll(wa_time until) {
  uint32_t n = wa__fd_waits, i = 0;
  struct pollfd *set = n ? wa__alloc(n * sizeof *set) : NULL;
  if (n && !set) return ENOMEM;
  WA__LIST_EACH(link, &wa__watched) {
    const wa__side *side = wa__container(link, wa__side, watched);
    set[i++] = (struct pollfd){.fd = side->fd, .events = side->what == WA_READABLE ? POLLIN : POLLOUT};
  }
  wa_time left = until == WA_FOREVER ? 0 : until - wa__host_now();
  struct timespec time = {.tv_sec = left > 0 ? left / WA_S(1) : 0, .tv_nsec = left > 0 ? left % WA_S(1) : 0};
  int error = ppoll(set, n, until == WA_FOREVER ? NULL : &time, NULL) < 0 ? errno : 0;
  for (i = 0; !error && i < n; i++) {
    if (set[i].revents & POLLNVAL) wa__fd_bad(set[i].fd);
    else if (set[i].revents) wa__fd_ready(set[i].fd, set[i].events & POLLIN ? WA_READABLE : WA_WRITABLE);
  }
  wa__free(set, n * sizeof *set);
  return error;
}

bool wa__host_ready(int fd, int what) {
  struct pollfd one = {.fd = fd, .events = what == WA_READABLE ? POLLIN : POLLOUT};
  return poll(&one, 1, 0) != 0;
}

bool wa__host_refuses(int fd, int what) {
  (void)fd, (void)what;
  return false;
}

int wa__host_fd_kind(int fd, int *kind) {
  struct stat s;
  if (fstat(fd, &s) < 0) return errno;
  signal(SIGPIPE, SIG_IGN); /* WASI has no signals: a write says EPIPE */
  bool socket = S_ISSOCK(s.st_mode) && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0;
  *kind = socket ? WA__FD_SOCKET : S_ISREG(s.st_mode) || S_ISDIR(s.st_mode) ? WA__FD_FILE : WA__FD_OTHER;
  return 0;
}

static int outcome(ssize_t result, size_t *done) {
  *done = result < 0 ? 0 : (size_t)result;
  return result < 0 ? errno : 0;
}

int wa__host_read(int fd, void *data, size_t size, size_t *done) { return outcome(read(fd, data, size), done); }

int wa__host_write(int fd, const void *data, size_t size, size_t *done) { return outcome(write(fd, data, size), done); }

int wa__host_accept(int listener, int *fd) {
  *fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return *fd < 0 ? errno : 0;
}

int wa__host_close(int fd) { return close(fd) < 0 ? errno : 0; }

int wa__host_write_eof(int fd) { return shutdown(fd, SHUT_WR) < 0 ? errno : 0; }
#endif
