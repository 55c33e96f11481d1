/* host_fd_wasi.c: descriptors by WASI's own calls, for both toolchains: what a libc adds between (emscripten's has no
 * poll_oneoff at all) would differ. WASI's error numbers are both libcs' errno values. */
#ifdef __wasm__
#include "host.h"
#include "host_fd.h"

#include <errno.h>
#include <wasi/api.h>

/* Declared here, because the two toolchains' headers are of different years: the layout is the standard's. */
typedef struct subscription {
  uint64_t userdata;
  uint8_t type; /* also of an event */
  union {
    struct { uint32_t id; uint64_t timeout, precision; uint16_t flags; } clock;
    int32_t fd;
  } u;
} subscription;
typedef struct event {
  uint64_t userdata;
  uint16_t error;
  uint8_t type;
  uint64_t bytes;
  uint16_t flags;
} event;
_Static_assert(sizeof(subscription) == 48 && sizeof(event) == 32, "WASI's layout");
enum { CLOCK, FD_READ, FD_WRITE };
enum { MONOTONIC = 1 };

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) int32_t wa__wasi_##name
WASI(poll_oneoff)(const subscription *subscriptions, event *events, uint32_t n, uint32_t *count);
WASI(sock_accept)(int32_t listener, int32_t flags, int32_t *fd);

static subscription of_fd(int fd, int what) {
  return (subscription){(uint64_t)fd, what == WA_READABLE ? FD_READ : FD_WRITE, {.fd = fd}};
}

static subscription of_clock(wa_time left) {
  return (subscription){0, CLOCK, {.clock = {.id = MONOTONIC, .timeout = left > 0 ? (uint64_t)left : 0}}};
}

/* For a look: no time. But Node's poll, given none, does not look at all: so now and then a moment. */
static wa_time patience(wa_time left) {
  static wa_time latest;
  wa_time now = wa__host_now();
  if (left > 0 || now - latest < WA_MS(100)) return left;
  latest = now;
  return WA_MS(1);
}

int wa__host_poll(wa_time until) {
  uint32_t max = wa__fd_waits + 1, n = 0, count = 0;
  const size_t each = sizeof(subscription) + sizeof(event);
  subscription *asked = wa__alloc(max * each);
  if (!asked) return ENOMEM;
  event *events = (event *)(asked + max);
  WA__LIST_EACH(link, &wa__watched) {
    const wa__side *side = wa__container(link, wa__side, watched);
    asked[n++] = of_fd(side->fd, side->what);
  }
  if (until != WA_FOREVER) asked[n++] = of_clock(patience(until - wa__host_now()));
  int error = wa__wasi_poll_oneoff(asked, events, n, &count);
  for (uint32_t i = 0; !error && i < count && i < n; i++) {
    if (events[i].type == CLOCK) continue;
    if (events[i].error == EBADF) wa__fd_bad((int)events[i].userdata);
    else wa__fd_ready((int)events[i].userdata, events[i].type == FD_READ ? WA_READABLE : WA_WRITABLE);
  }
  wa__free(asked, max * each);
  return error;
}

/* Of this one alone: 1 ready, 0 not within that time, or -1: the host refuses. */
static int ask(int fd, int what, wa_time patience) {
  const subscription asked[] = {of_fd(fd, what), of_clock(patience)};
  event events[2];
  uint32_t count = 0;
  if (wa__wasi_poll_oneoff(asked, events, 2, &count)) return -1;
  for (uint32_t i = 0; i < count; i++)
    if (events[i].type != CLOCK) return 1;
  return 0;
}

/* Node's poll does not look when it is given no time: found out by giving it some, now and then. */
bool wa__host_ready(int fd, int what) {
  static wa_time least, tried;
  if (ask(fd, what, least)) return true; /* or a host without polls, which said so by itself */
  wa_time now = wa__host_now();
  if (least || now - tried < WA_MS(100)) return false;
  tried = now;
  if (!ask(fd, what, WA_MS(1))) return false;
  least = WA_MS(1);
  return true;
}

bool wa__host_refuses(int fd, int what) { return ask(fd, what, 0) < 0; }

int wa__host_fd_kind(int fd, int *kind) {
  __wasi_fdstat_t stat;
  int error = __wasi_fd_fdstat_get(fd, &stat);
  if (error) return error;
  bool socket = stat.fs_filetype == __WASI_FILETYPE_SOCKET_STREAM || stat.fs_filetype == __WASI_FILETYPE_SOCKET_DGRAM;
  if (socket && !(stat.fs_flags & __WASI_FDFLAGS_NONBLOCK)) /* a host that does not know how never blocks: JavaScript */
    (void)__wasi_fd_fdstat_set_flags(fd, stat.fs_flags | __WASI_FDFLAGS_NONBLOCK);
  bool file = stat.fs_filetype == __WASI_FILETYPE_REGULAR_FILE || stat.fs_filetype == __WASI_FILETYPE_DIRECTORY;
  *kind = socket ? WA__FD_SOCKET : file ? WA__FD_FILE : WA__FD_OTHER;
  return 0;
}

int wa__host_read(int fd, void *data, size_t size, size_t *done) {
  __wasi_iovec_t part = {data, size};
  return __wasi_fd_read(fd, &part, 1, done);
}

int wa__host_write(int fd, const void *data, size_t size, size_t *done) {
  __wasi_ciovec_t part = {data, size};
  return __wasi_fd_write(fd, &part, 1, done);
}

int wa__host_accept(int listener, int *fd) {
  return wa__wasi_sock_accept(listener, __WASI_FDFLAGS_NONBLOCK, fd);
}

int wa__host_close(int fd) { return __wasi_fd_close(fd); }

int wa__host_write_eof(int fd) { return __wasi_sock_shutdown(fd, __WASI_SDFLAGS_WR); }
#endif
