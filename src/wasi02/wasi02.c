/* wasi02.c: descriptors by WASI 0.2, for a program that becomes a component (scripts/component.mjs): linked before the
 * library, it takes the place of host_fd_wasi.c. There a program makes its sockets itself, if the engine lets it.
 *
 *     LISTEN=127.0.0.1:7000,127.0.0.1:7001  --before main--> descriptors 3, 4
 *     accept --> socket, input, output: one descriptor, three resources, each with a pollable of its own
 *     close  --> has the engine sent what it took? gone : lingers, looked at by each poll until it has
 *
 * Law: nothing here blocks but wa__host_poll. What is no socket and not stdin goes by WASI's first version, which the
 * component's adapter carries, and is never waited for.
 */
#include "host.h"
#include "host_fd.h"
#include "wit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

/* ---- memory that the engine asks for: a read's data goes where the reader wants it ------------------------------- */

static char *destination;
static size_t destination_size;

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size, (void)align;
  if (!old && destination && size <= destination_size) return destination;
  void *p = realloc(old, size);
  if (!p) __builtin_trap(); /* the contract knows no other way to say it */
  return p;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

enum { FREE, LISTENER, CONNECTION, STREAM, LINGERING, SENT }; /* the last two: closed */
enum { FIRST = 3, LISTENERS = 8, ACCEPTED = 1024 };
enum { SEND = 1 }; /* a shutdown-type of sockets.wit */

typedef struct socket {
  uint8_t kind;
  bool sent_eof;
  uint32_t tcp, in, out;             /* resources */
  uint32_t on_tcp, on_in, on_out;    /* their pollables */
  uint32_t next;                     /* of those that are free, or linger */
} socket;

static socket *sockets; /* 0: stdin; then the listeners; then what was accepted */
static uint32_t used, capacity, free_one, lingering, lingering_count;
static uint64_t most_buffered; /* by the system, of what one connection has to send */

static int fd_of(uint32_t i) { return i == 0 ? 0 : i <= LISTENERS ? (int)(FIRST + i - 1) : (int)(ACCEPTED + i); }

static socket *find(int fd) {
  uint32_t i = used;
  if (fd > ACCEPTED + LISTENERS) i = (uint32_t)(fd - ACCEPTED);
  else if (fd >= FIRST && fd < FIRST + LISTENERS) i = (uint32_t)(fd - FIRST + 1);
  else if (fd == 0) i = 0;
  return i < used && sockets[i].kind != FREE && sockets[i].kind < LINGERING ? &sockets[i] : NULL;
}

static bool reserve(uint32_t n) {
  if (n <= capacity) return true;
  uint32_t more = capacity ? capacity * 2 : 32;
  socket *grown = realloc(sockets, more * sizeof *grown);
  if (!grown) return false;
  sockets = grown;
  capacity = more;
  return true;
}

/* What the listener accepts gets half of the buffer that the system gives at most: the other half is for its end, see
 * wa__host_close. */
static void halve_buffer(uint32_t tcp) {
  result r;
  result64 most;
  tcp_set_send_buffer(tcp, INT32_MAX, &r);
  tcp_send_buffer(tcp, &most);
  if (r.failed || most.failed) return;
  most_buffered = most.value;
  tcp_set_send_buffer(tcp, most.value / 2, &r);
}

/* "127.0.0.1:7000": an address and a port in numbers. */
static bool listen_on(const char *text, socket *s) {
  uint32_t n[5] = {0};
  for (int i = 0; i < 5; i++) {
    char *end;
    n[i] = (uint32_t)strtoul(text, &end, 10);
    if (end == text || (i < 3 && *end != '.') || (i == 3 && *end != ':') || (i == 4 && *end && *end != ',')) return false;
    if (n[i] > (i < 4 ? 255u : 65535u)) return false;
    text = end + 1;
  }
  result r;
  tcp_create(0, &r);
  if (r.failed) return false;
  *s = (socket){.kind = LISTENER, .tcp = r.a};
  tcp_backlog(s->tcp, 4096, &r);
  halve_buffer(s->tcp);
  tcp_start_bind(s->tcp, instance_network(), 0, n[4], n[0], n[1], n[2], n[3], 0, 0, 0, 0, 0, 0, &r);
  if (!r.failed) tcp_finish_bind(s->tcp, &r);
  if (!r.failed) tcp_start_listen(s->tcp, &r);
  if (!r.failed) tcp_finish_listen(s->tcp, &r);
  if (!r.failed) s->on_tcp = tcp_subscribe(s->tcp);
  else tcp_drop(s->tcp), s->kind = FREE;
  return !r.failed;
}

/* No file that the program opens later may get a listener's number. Without a folder it can open none. */
static void occupy(int last) {
  __wasi_prestat_t folder;
  __wasi_fd_t fd = FIRST;
  if (__wasi_fd_prestat_get(FIRST, &folder)) return;
  while ((int)fd <= last)
    if (__wasi_path_open(FIRST, 0, ".", __WASI_OFLAGS_DIRECTORY, 0, 0, 0, &fd)) return;
  (void)__wasi_fd_close(fd);
}

/* Before main, so that nobody who connects is refused once the program has said that it is there. */
__attribute__((constructor)) static void begin(void) {
  if (!reserve(1 + LISTENERS)) return;
  used = 1 + LISTENERS;
  memset(sockets, 0, used * sizeof *sockets);
  sockets[0] = (socket){.kind = STREAM, .in = get_stdin()};
  sockets[0].on_in = in_subscribe(sockets[0].in);
  const char *at = getenv("LISTEN");
  for (uint32_t i = 1; at && *at && i <= LISTENERS; i++) {
    if (!listen_on(at, &sockets[i])) {
      static const char why[] = "LISTEN: an address could not be listened on; expected ADDRESS:PORT,...\n";
      wa__host_print(why, sizeof why - 1);
    }
    at = strchr(at, ',');
    if (at) at++;
    if (sockets[i].kind == LISTENER) occupy(fd_of(i));
  }
  static const char rest[] = "LISTEN: there is room for 8 addresses; the others are left out\n";
  if (at && *at) wa__host_print(rest, sizeof rest - 1);
}

/* ---- closing ----------------------------------------------------------------------------------------------------- */

static void drop(uint32_t i) {
  socket *s = &sockets[i];
  if (s->on_in) pollable_drop(s->on_in);
  if (s->on_out) pollable_drop(s->on_out);
  if (s->on_tcp) pollable_drop(s->on_tcp);
  if (s->in) in_drop(s->in);
  if (s->out) out_drop(s->out);
  if (s->tcp) tcp_drop(s->tcp);
  *s = (socket){.kind = FREE, .next = free_one};
  if (i > LISTENERS) free_one = i;
}

/* errno for a stream's error: closed, or one that has to be given back. */
static int stream_error(const result *r) {
  if ((uint8_t)r->a == 1) return EPIPE;
  error_drop(r->b);
  return ECONNRESET;
}

/* How much may be written now, 0 while the engine still sends; -1: nothing ever again. */
static int64_t room_of(const socket *s) {
  result64 room;
  out_check(s->out, &room);
  if (!room.failed) return room.value > INT32_MAX ? INT32_MAX : (int64_t)room.value;
  if (!(uint8_t)room.value) error_drop((uint32_t)(room.value >> 32));
  return -1;
}

/* Those that the engine has sent. */
static void end_lingering(void) {
  for (uint32_t *at = &lingering, i; (i = *at);) {
    if (sockets[i].kind != SENT) {
      at = &sockets[i].next;
      continue;
    }
    *at = sockets[i].next;
    drop(i);
    lingering_count--;
  }
}

/* ---- the port ---------------------------------------------------------------------------------------------------- */

static uint32_t pollable_of(const wa__side *side) {
  const socket *s = find(side->fd);
  if (!s) return 0;
  if (s->kind == LISTENER) return s->on_tcp;
  return side->what == WA_READABLE ? s->on_in : s->on_out;
}

/* Those that can be waited for; the others are ready. How many. */
static uint32_t collect(uint32_t *pollables, void **who) {
  uint32_t n = 0;
  WA__LIST_EACH(link, &wa__watched) {
    wa__side *side = wa__container(link, wa__side, watched);
    uint32_t pollable = pollable_of(side);
    if (!pollable) {
      wa__fd_ready(side->fd, side->what);
      continue;
    }
    pollables[n] = pollable;
    who[n++] = side;
  }
  return n;
}

/* wasmtime answers 128 questions about what is ready, then "not yet" to every one, until the program has really waited
 * (its runtime's cooperative budget): a poll that finds many ready uses them up, and every read after it would fail. So
 * it waits for a moment then, and calls no more ready than can be read and written before the next poll. */
enum { ROUND = 32 };
static void refresh(void) {
  uint32_t timer = clock_subscribe((uint64_t)WA_US(50));
  list ready;
  poll_all(&timer, 1, &ready);
  free(ready.items);
  pollable_drop(timer);
}

int wa__host_poll(wa_time until) {
  uint32_t max = wa__fd_waits + lingering_count + 1, before = wa__fd_woken, timer = 0;
  const size_t each = sizeof(uint32_t) + sizeof(void *);
  uint32_t *pollables = wa__alloc(max * each);
  if (!pollables) return ENOMEM;
  void **who = (void **)(pollables + max); /* a side that is waited for; then those that linger */
  uint32_t n = collect(pollables, who), all = n;
  for (uint32_t i = lingering; i; i = sockets[i].next) {
    pollables[all] = sockets[i].on_out;
    who[all++] = &sockets[i];
  }
  if (wa__fd_woken != before) until = 0;
  if (until != WA_FOREVER) {
    wa_time left = until - wa__host_now();
    timer = pollables[all] = clock_subscribe(left > 0 ? (uint64_t)left : 0);
    who[all++] = NULL;
  }
  list ready = {NULL, 0};
  if (all) poll_all(pollables, all, &ready);
  if (ready.count > ROUND / 2) refresh();
  for (uint32_t i = 0; i < ready.count && i < ROUND; i++) {
    uint32_t at = ready.items[i];
    const wa__side *side = who[at];
    if (at < n) wa__fd_ready(side->fd, side->what);
    else if (side) ((socket *)who[at])->kind = SENT;
  }
  end_lingering();
  free(ready.items);
  if (timer) pollable_drop(timer);
  wa__free(pollables, max * each);
  return 0;
}

bool wa__host_ready(int fd, int what) {
  (void)fd, (void)what;
  return true;
}

bool wa__host_refuses(int fd, int what) {
  (void)fd, (void)what;
  return false;
}

int wa__host_fd_kind(int fd, int *kind) {
  __wasi_fdstat_t stat;
  *kind = find(fd) ? WA__FD_SOCKET : WA__FD_FILE;
  return *kind == WA__FD_SOCKET ? 0 : __wasi_fd_fdstat_get(fd, &stat);
}

int wa__host_read(int fd, void *data, size_t size, size_t *done) {
  const socket *s = find(fd);
  if (!s) return __wasi_fd_read(fd, &(__wasi_iovec_t){data, size}, 1, done);
  if (!s->in) return EBADF; /* a listener's, stdout's */
  result r;
  destination = data;
  destination_size = size;
  in_read(s->in, size, &r);
  destination = NULL;
  *done = 0;
  if (r.failed) return stream_error(&r) == EPIPE ? 0 : ECONNRESET;
  *done = r.b;
  return r.b ? 0 : EAGAIN;
}

int wa__host_write(int fd, const void *data, size_t size, size_t *done) {
  const socket *s = find(fd);
  if (!s) return __wasi_fd_write(fd, &(__wasi_ciovec_t){data, size}, 1, done);
  if (!s->out) return EBADF;
  if (s->sent_eof) return EPIPE;
  int64_t room = room_of(s);
  if (room <= 0) return room ? EPIPE : EAGAIN;
  if (size > (size_t)room) size = (size_t)room;
  result r;
  out_write(s->out, data, size, &r);
  *done = size;
  return r.failed ? stream_error(&r) : 0;
}

enum { WOULD_BLOCK = 8, CONNECTION_RESET = 15, CONNECTION_ABORTED = 16, NEW_SOCKET_LIMIT = 10 };

int wa__host_accept(int listener, int *fd) {
  uint32_t i = free_one ? free_one : used;
  socket *l = find(listener);
  if (!l || l->kind != LISTENER) return ENOTSOCK;
  if (!reserve(i + 1)) return ENOMEM;
  result r;
  tcp_accept(find(listener)->tcp, &r);
  if (r.failed) {
    int code = (uint8_t)r.a;
    bool gone = code == CONNECTION_RESET || code == CONNECTION_ABORTED;
    return code == WOULD_BLOCK ? EAGAIN : gone ? ECONNABORTED : code == NEW_SOCKET_LIMIT ? EMFILE : EIO;
  }
  if (i == used) used++;
  else free_one = sockets[i].next;
  sockets[i] = (socket){.kind = CONNECTION, .tcp = r.a, .in = r.b, .out = r.c};
  sockets[i].on_in = in_subscribe(r.b);
  sockets[i].on_out = out_subscribe(r.c);
  *fd = fd_of(i);
  return 0;
}

int wa__host_write_eof(int fd) {
  socket *s = find(fd);
  int kind, error = wa__host_fd_kind(fd, &kind);
  if (error || !s || s->kind != CONNECTION) return error ? error : ENOTSOCK;
  result r;
  tcp_shutdown(s->tcp, SEND, &r);
  s->sent_eof = true;
  return r.failed ? ENOTCONN : 0;
}

/* A stream that is dropped before the engine has sent what it took stops the whole program until it has, and no call
 * takes that back: of a peer that does not read, for ever. With more room the system takes it over from the engine, and
 * sends it as it does for any process that has closed a socket. Where it gives no more, the connection lingers. */
int wa__host_close(int fd) {
  socket *s = find(fd);
  if (!s) return __wasi_fd_close(fd);
  uint32_t i = (uint32_t)(s - sockets);
  result r;
  if (s->out) tcp_shutdown(s->tcp, SEND, &r); /* or a stream that is full, though all is sent, is waited for as well */
  if (s->out && !room_of(s)) {
    if (most_buffered) tcp_set_send_buffer(s->tcp, most_buffered, &r);
    s->kind = LINGERING;
    s->next = lingering;
    lingering = i;
    lingering_count++;
  } else {
    drop(i);
  }
  return fd ? 0 : __wasi_fd_close(fd); /* or a read of it would find the adapter's stdin, and block in there */
}

/* What the engine has taken and not sent goes out before the program ends; but not for ever. */
__attribute__((destructor)) static void finish(void) {
  if (!lingering) return;
  uint32_t pair[] = {0, clock_subscribe((uint64_t)WA_S(2))};
  while (lingering) {
    pair[0] = sockets[lingering].on_out;
    list ready;
    poll_all(pair, 2, &ready);
    bool late = ready.items[0] || ready.count > 1;
    free(ready.items);
    if (late) break;
    sockets[lingering].kind = SENT;
    end_lingering();
  }
}
