/* descriptors.c: pipes, in native programs: one to read from, with some lines in it, and one to write to. Neither ever makes a
 * task wait for long; how the runtime waits for descriptors is tests/io's. */
#include "actors.h"
#include "families.h"
#include "memory.h"
#include "random.h"

#include <unistd.h>

bool with_fds;
#ifdef __wasm__
void descriptors_begin(void) {}
void descriptors_end(void) {}
void move_descriptors(void) {}
#else

static int source, drain, other_end; /* of the drain */
static wa_lines lines;

void descriptors_begin(void) {
  static const char text[] = "one\ntwo\r\n\nlist\ncancel n why\ncancel all\nthree and more\nlast";
  int in[2], out[2];
  if (pipe(in) || pipe(out) || write(in[1], text, below(sizeof text)) < 0) fault("no pipes");
  close(in[1]);
  source = in[0];
  drain = out[1];
  other_end = out[0];
  wa_lines_init(&lines, source, below(3) ? 0 : 2);
  with_fds = true;
}

void descriptors_end(void) {
  if (!with_fds) return;
  with_fds = false;
  lines.reading = false; /* else a task that was discarded in the wait counts for ever */
  wa_lines_close(&lines);
  wa_close(source);
  wa_close(drain);
  close(other_end);
}

/* right, or what is no descriptor. */
static int any_fd(int right, bool *is_wrong) {
  int fd = chance(90) ? right : chance(50) ? -1 : 1000;
  *is_wrong = fd != right;
  return fd;
}

/* Each of these tells a cancellation before it looks at anything. */
#define FD_WAIT(name, is_wrong, call) ORACLE_CALL(name, false, (is_wrong) || !here.may_wait, call)

static void reads(void) {
  char buffer[8];
  bool is_wrong, null = wrong();
  int fd = any_fd(source, &is_wrong);
  int n = FD_WAIT("wa_read", is_wrong || null, wa_read(fd, null ? NULL : buffer, sizeof buffer));
  if (n > (int)sizeof buffer) fault("wa_read gave %d bytes", n);
}

static void writes(void) {
  bool is_wrong;
  int fd = any_fd(drain, &is_wrong);
  if (chance(50)) (void)FD_WAIT("wa_write", is_wrong, wa_write(fd, "a\nb\n", 1 + below(4)));
  else (void)FD_WAIT("wa_write_all", is_wrong, wa_write_all(fd, "ab\n", 3));
}

static void waits(void) {
  bool is_wrong, reading = chance(50);
  int fd = any_fd(reading ? source : drain, &is_wrong);
  if (reading) (void)FD_WAIT("wa_fd_readable", is_wrong, wa_fd_readable(fd));
  else (void)FD_WAIT("wa_fd_writable", is_wrong, wa_fd_writable(fd));
}

static void watches(void) {
  bool is_wrong;
  int fd = any_fd(source, &is_wrong), what = (int)below(4);
  is_wrong |= what < WA_READABLE || what > WA_WRITABLE;
  oracle_listen("wa_fd_watch");
  wa_future *f = wa_fd_watch(fd, what);
  if (f && is_wrong) fault("a watch was made by a wrong call");
  if (!f && !memory_failed()) oracle_refused("wa_fd_watch");
  keep_future(f);
}

static void reads_line(void) {
  bool null = wrong();
  int got = WAIT_PERHAPS("wa_lines_next", null, wa_lines_next(null ? NULL : &lines));
  if (got == 1) note("line %s", lines.line);
}

static void closes_lines(void) {
  note("wa_lines_close");
  wa_lines_close(&lines);
}

static void accepts(void) {
  bool is_wrong;
  int fd = any_fd(-1, &is_wrong);
  (void)FD_WAIT("wa_accept", true, wa_accept(fd));
}

static void ends_writing(void) {
  bool is_wrong;
  int fd = any_fd(drain, &is_wrong);
  if (CALL("wa_write_eof", is_wrong, wa_write_eof(fd)) >= 0) fault("wa_write_eof took a pipe");
}

static void is_controlled(void) {
  if (!chance(20) || !actor_new()) return;
  note("wa_control");
  keep_future(wa_control(source, drain));
}

void move_descriptors(void) {
  static void (*const table[])(void) = {reads, reads, writes, writes, waits, waits, watches, reads_line, reads_line,
                                        closes_lines, accepts, ends_writing, is_controlled};
  if (with_fds) MOVE_ONE(table);
}
#endif
