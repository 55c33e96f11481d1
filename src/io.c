/* io.c: descriptors, awaited.
 *
 *     a socket:           try --EAGAIN--> wait until ready --> try again      (non-blocking from its first use on)
 *     a pipe, a terminal:                 wait until ready --> try            (others share it, so it stays as it was)
 *     a file:             try                                                 (never waits for longer than the disk)
 *
 * Laws
 *   - A wait is the future of fd.c and nothing else, so cancellation and deadlines work by themselves; and nothing was
 *     read or written when it ends without being ready.
 *   - What does not wait is a checkpoint: who reads from a peer that is never empty lets the others run all the same.
 */
#include "io.h"
#include "host_fd.h"

#include <errno.h>
#include <limits.h>

/* More than a pipe that is ready has room for would block. */
#define PIPE_ROOM 4096

/* ---- what a descriptor is: remembered, because asking is a call out of the wasm; may be forgotten at any time ---- */

#define KNOWN 1024
static uint32_t known[KNOWN]; /* fd * 4 + kind */

static void remember(int fd, int kind) { known[fd % KNOWN] = (uint32_t)fd * 4 + (uint32_t)kind; }

static int kind_of(int fd, int *kind) {
  uint32_t entry = known[fd % KNOWN];
  *kind = entry % 4;
  if (*kind && entry / 4 == (uint32_t)fd) return 0;
  int error = wa__host_fd_kind(fd, kind);
  if (!error) remember(fd, *kind);
  return error;
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

static WA__COLD int fail(const char *call, int fd, const char *why, int status) {
  wa__misuse("%s: descriptor %d: %s", call, fd, why);
  return status;
}

static WA__COLD int refused(const char *call, int fd, int error) {
  char why[48];
  errno = error;
  int kind; /* WASI says the same of a file that is open for something else, and of a folder */
  bool open = error == EBADF && fd >= 0 && !wa__host_fd_kind(fd, &kind);
  if (error == EBADF) return fail(call, fd, open ? "it is not open for that" : "it is not open", WA_EMISUSE);
  bool gone = error == EPIPE || error == ECONNRESET || error == ECONNABORTED || error == ENOTCONN;
  wa__format(why, sizeof why, gone ? "the other side has gone (errno %d)" : "the host refused (errno %d)", error);
  return fail(call, fd, why, gone ? WA_ECLOSED : WA_EIO);
}

/* What came out of the wait: a cancellation needs no sentence. */
static WA__COLD int ended(const char *call, int fd, int status) {
  if (status == WA_ECLOSED) return fail(call, fd, "wa_close closed it meanwhile", status);
  if (status == WA_EMISUSE) return fail(call, fd, "it is not open", status);
  return status;
}

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

/* WA__PARKED: nothing may come before the switch. */
static __attribute__((noinline)) int begin_wait(const char *call, int fd, int what) {
  int kind, error = fd < 0 ? EBADF : kind_of(fd, &kind);
  if (error) return refused(call, fd, error);
  if (kind == WA__FD_FILE) return WA_OK;
  wa_future *f = wa__fd_watch(fd, what, true);
  if (!f) return WA_ENOMEM;
  int st = wa__await_begin(f);
  wa_release(f);
  return st;
}

static inline int wait_for(const char *call, int fd, int what) {
  if (!wa__need_task(call)) return WA_EMISUSE;
  const char *site = wa__site;
  int st = wa__checkpoint_at(site); /* of a file, which never waits */
  if (st < 0) return st;
  wa__site = site;
  st = begin_wait(call, fd, what);
  if (st == WA__PARKED) st = wa__fiber_suspend();
  return st < 0 ? ended(call, fd, st) : WA_OK;
}

int wa_fd_readable(int fd) { return wait_for("wa_fd_readable", fd, WA_READABLE); }

int wa_fd_writable(int fd) { return wait_for("wa_fd_writable", fd, WA_WRITABLE); }

/* ---- reading, writing, accepting: an attempt, out of line, so that what suspends has no frame on the C stack ----- */

typedef enum action { READ, WRITE, ACCEPT } action;

static int carry_out(action a, int fd, void *data, size_t size, size_t *done) {
  int error, accepted = 0;
  do {
    if (a == READ) error = wa__host_read(fd, data, size, done);
    else if (a == WRITE) error = wa__host_write(fd, data, size, done);
    else error = wa__host_accept(fd, &accepted), *done = (size_t)accepted;
  } while (error == EINTR || (a == ACCEPT && error == ECONNABORTED)); /* one that came and went is nobody's error */
  if (a == ACCEPT && !error) remember(accepted, WA__FD_SOCKET);
  return error;
}

static __attribute__((noinline)) int attempt(const char *call, action a, int fd, void *data, size_t size, bool ready) {
  if (a != ACCEPT && (!data || !size)) return fail(call, fd, "no memory was given, or of size 0", WA_EMISUSE);
  int what = a == WRITE ? WA_WRITABLE : WA_READABLE, kind, error = fd < 0 ? EBADF : kind_of(fd, &kind);
  if (error) return refused(call, fd, error);
  if (a == ACCEPT && kind != WA__FD_SOCKET) return refused(call, fd, ENOTSOCK);
  if (kind == WA__FD_OTHER && (!ready || !wa__host_ready(fd, what))) return begin_wait(call, fd, what);
  if (size > INT_MAX) size = INT_MAX;
  if (kind == WA__FD_OTHER && a == WRITE && size > PIPE_ROOM) size = PIPE_ROOM;
  size_t done = 0;
  error = carry_out(a, fd, data, size, &done);
  if (!error) return (int)done;
  return error == EAGAIN ? begin_wait(call, fd, what) : refused(call, fd, error);
}

static inline int perform(const char *call, action a, int fd, void *data, size_t size) {
  wa__task *t = wa__need_task(call);
  if (!t) return WA_EMISUSE;
  const char *site = wa__site;
  int st = wa__checkpoint_at(site);
  for (bool ready = false; st == WA_OK; ready = true) {
    wa__site = site; /* others have waited since */
    st = attempt(call, a, fd, data, size, ready);
    if (st != WA__PARKED) return st;
    st = wa__fiber_suspend();
  }
  return ended(call, fd, st);
}

int wa__io_read(const char *call, int fd, void *data, size_t size) { return perform(call, READ, fd, data, size); }

int wa_read(int fd, void *data, size_t size) { return perform("wa_read", READ, fd, data, size); }

int wa_write(int fd, const void *data, size_t size) { return perform("wa_write", WRITE, fd, (void *)data, size); }

int wa_write_all(int fd, const void *data, size_t size) {
  const char *site = wa__site;
  for (size_t done = 0; done < size;) {
    wa__site = site;
    int st = perform("wa_write_all", WRITE, fd, (char *)data + done, size - done);
    if (st < 0) return st;
    done += (size_t)st;
  }
  return WA_OK;
}

int wa_accept(int listener) { return perform("wa_accept", ACCEPT, listener, NULL, 0); }

int wa_write_eof(int fd) {
  int error = fd < 0 ? EBADF : wa__host_write_eof(fd);
  return error ? refused("wa_write_eof", fd, error) : WA_OK;
}

int wa_close(int fd) {
  if (fd >= 0) known[fd % KNOWN] = 0;
  wa__fd_wake_all(fd, WA_ECLOSED);
  int error = fd < 0 ? EBADF : wa__host_close(fd);
  return error ? refused("wa_close", fd, error) : WA_OK;
}
