/* Many descriptors, loops that are never idle, and what happens by chance. */
#include "pipes.h"

#include <time.h>

/* ---- a thousand -------------------------------------------------------------------------------------------------- */

static int echo(void *fd) {
  char data[64];
  for (;;) {
    int n = wa_read(FD(fd), data, sizeof data);
    if (n <= 0) return n;
    n = wa_write_all(FD(fd), data, (size_t)n);
    if (n < 0) return n;
  }
}

static double cpu(void) { return (double)clock() / CLOCKS_PER_SEC; }

/* n tasks each wait for a socket of their own; each is spoken to alone, so each message is a poll of all. */
static double echo_with(int n) {
  int (*pairs)[2] = calloc((size_t)n, sizeof *pairs);
  wa_task **tasks = calloc((size_t)n, sizeof *tasks);
  for (int i = 0; i < n; i++) make_sockets(pairs[i]), tasks[i] = wa_spawn(echo, AT(pairs[i][0]));
  turns(2);
  char answer[64];
  int wrong = 0;
  double began = cpu();
  for (int i = 0; i < n; i++) put(pairs[i][1], "ping");
  for (int i = 0; i < n; i++) wrong += wa_read(pairs[i][1], answer, sizeof answer) != 4;
  double took = cpu() - began;
  EXPECT_INT(wrong, 0);
  for (int i = 0; i < n; i++) wrong += wa_close(pairs[i][1]) != WA_OK;
  for (int i = 0; i < n; i++) wrong += finish(tasks[i]) != WA_OK;
  for (int i = 0; i < n; i++) wrong += wa_close(pairs[i][0]) != WA_OK;
  EXPECT_INT(wrong, 0);
  free(pairs);
  free(tasks);
  return took;
}

TASK_TEST(a_thousand_descriptors_cost_ten_times_a_hundred) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  wa_counts before, after;
  wa_count(&before);
  echo_with(100);
  double few = echo_with(100), many = echo_with(1000);
  wa_count(&after);
  EXPECT_INT(after.bytes, before.bytes); /* nor do those that have gone cost memory */
  /* Quadratic would be a hundred times. */
  if (many > 40 * few && many > 0.5) EXPECT_INT((int64_t)(many * 1000), (int64_t)(few * 10000));
}

/* ---- never idle -------------------------------------------------------------------------------------------------- */

static bool enough;

static int spin(void *arg) {
  (void)arg;
  while (!enough) wa_yield();
  return WA_OK;
}

static void reads_while_others_spin(void) {
  int a[2];
  make_pipe(a);
  enough = false;
  wa_task *spinner = wa_spawn(spin, NULL), *reader = wa_spawn(read_once, AT(a[0]));
  turns(10);
  put(a[1], "heard");
  EXPECT_INT(finish(reader), 5);
  enough = true;
  EXPECT_STATUS(finish(spinner), WA_OK);
  close_both(a);
  EXPECT_TRACE("heard");
}

TASK_TEST(a_loop_that_is_never_idle_looks_at_descriptors) { reads_while_others_spin(); }

static int on_a_real_clock(void *arg) {
  (void)arg;
  reads_while_others_spin();
  return WA_OK;
}

TEST(a_loop_that_is_never_idle_looks_at_descriptors_by_a_real_clock) {
  wa_configure(&(wa_config){.stall_after = WA_S(1000)});
  EXPECT_STATUS(wa_run(on_a_real_clock, NULL), WA_OK);
}

static int pour(void *fd) {
  static char block[1 << 14];
  for (;;) {
    int n = wa_write(FD(fd), block, sizeof block);
    if (n < 0) return n;
    n = wa_read(FD(fd) /* a pipe's other end */ - 1, block, sizeof block);
    if (n <= 0) return n;
  }
}

static int waits_beside_a_flood(void *arg) {
  int a[2];
  (void)arg;
  make_sockets(a);
  EXPECT_INT(a[1], a[0] + 1);
  wa_task *flood = wa_spawn(pour, AT(a[1]));
  /* pour writes to a[1] and reads a[0], so it fills and empties without an end, and never has to wait. */
  EXPECT_STATUS(wa_sleep(WA_MS(20)), WA_OK);
  wa_cancel(flood, NULL);
  EXPECT_STATUS(finish(flood), WA_ECANCELED);
  close_both(a);
  return WA_OK;
}

TEST(who_never_has_to_wait_lets_others_run) {
  wa_configure(&(wa_config){.stall_after = WA_S(1000)});
  EXPECT_STATUS(wa_run(waits_beside_a_flood, NULL), WA_OK);
}

TASK_TEST(tasks_that_are_discarded_leave_no_wait_behind) {
  int a[2];
  make_pipe(a);
  wa_task *t = wa_spawn(read_once, AT(a[0]));
  turns(2);
  wa_release(t); /* left to the end of the run, which cancels it */
  wa_close(a[1]);
  EXPECT_TRACE("");
}

/* ---- by chance: random writes, reads, cancels, deadlines; no byte is lost and none comes twice ------------------- */

enum { PAIRS = 6, ROUNDS = 4000 };
static uint32_t seed;

static uint32_t any(uint32_t n) {
  seed = seed * 1664525 + 1013904223;
  return (seed >> 8) % n;
}

typedef struct stream {
  int fds[2];
  uint8_t sent, got; /* the next byte of a count that goes round */
  uint64_t total_sent, total_got;
  wa_lock reading;
} stream;

static int some_reads(void *arg) {
  stream *s = arg;
  int st = wa_lock_acquire(&s->reading);
  if (st < 0) return st;
  uint8_t data[512];
  for (int i = (int)any(3); st >= 0 && i >= 0; i--) {
    st = wa_read(s->fds[0], data, 1 + any(sizeof data));
    for (int k = 0; k < st; k++)
      if (data[k] != s->got++) st = WA_EUSER - 1;
    if (st > 0) s->total_got += (uint64_t)st;
  }
  wa_lock_release(&s->reading);
  return st;
}

static void send_some(stream *s) {
  uint8_t data[600];
  int n = 1 + (int)any(sizeof data);
  for (int k = 0; k < n; k++) data[k] = (uint8_t)(s->sent + k);
  ssize_t taken = send(s->fds[1], data, (size_t)n, MSG_DONTWAIT);
  if (taken <= 0) return;
  s->sent = (uint8_t)(s->sent + taken);
  s->total_sent += (uint64_t)taken;
}

/* Watches come and go while descriptors are closed under them and their numbers given anew: no wait is left behind, and
 * each that ends has a status that says how. */
TASK_TEST(waits_and_closes_in_any_order) {
  enum { WATCHES = 40 };
  int fds[PAIRS][2], ended = 0;
  wa_future *watches[WATCHES] = {0};
  for (int i = 0; i < PAIRS; i++) make_sockets(fds[i]);
  seed = 5;
  for (int round = 0; round < ROUNDS; round++) {
    wa_future **slot = &watches[any(WATCHES)];
    int *pair = fds[any(PAIRS)], st;
    switch (any(7)) {
      case 0: case 1:
        if (!*slot) *slot = wa_fd_watch(pair[any(2)], any(3) ? WA_READABLE : WA_WRITABLE);
        break;
      case 2: if (*slot) wa_cancel(*slot, NULL); break;
      case 3: if (*slot) wa_release(*slot), *slot = NULL; break;
      case 4:
        if (!*slot) break;
        st = wa_wait_for(*slot, WA_MS(any(2)));
        if (st != WA_OK && st != WA_ECANCELED && st != WA_ETIMEDOUT) EXPECT_STATUS(st, WA_ECLOSED);
        ended++;
        break;
      case 5: send(pair[any(2)], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL); break;
      default:
        if (any(8)) break;
        close_both(pair);
        make_sockets(pair);
    }
  }
  EXPECT(ended > 100);
  for (int i = 0; i < WATCHES; i++) wa_release(watches[i]);
  for (int i = 0; i < PAIRS; i++) close_both(fds[i]);
}

TASK_TEST(no_byte_is_lost_whatever_is_cancelled) {
  static stream streams[PAIRS];
  wa_task *running[16] = {0};
  for (int i = 0; i < PAIRS; i++) memset(&streams[i], 0, sizeof streams[i]), make_sockets(streams[i].fds);
  seed = 20261;
  for (int round = 0; round < ROUNDS; round++) {
    wa_task **slot = &running[any(16)];
    int st = WA_OK;
    switch (any(6)) {
      case 0: case 1: send_some(&streams[any(PAIRS)]); break;
      case 2: if (*slot) wa_cancel(*slot, "chance"); break;
      case 3: if (*slot) st = wa_wait_for(*slot, WA_MS(any(3))), wa_release(*slot), *slot = NULL; break;
      case 4: if (!*slot) *slot = wa_spawn(some_reads, &streams[any(PAIRS)]); break;
      default: wa_sleep(WA_MS(any(2)));
    }
    if (st < 0 && st != WA_ECANCELED && st != WA_ETIMEDOUT) EXPECT_STATUS(st, WA_OK);
  }
  for (int i = 0; i < 16; i++)
    if (running[i]) wa_cancel(running[i], NULL), finish(running[i]);
  for (int i = 0; i < PAIRS; i++) {
    stream *s = &streams[i];
    wa_close(s->fds[1]);
    while (some_reads(s) > 0) {}
    EXPECT_INT(s->total_got, s->total_sent);
    EXPECT(s->total_got > 1000);
    EXPECT_STATUS(wa_close(s->fds[0]), WA_OK);
  }
}
