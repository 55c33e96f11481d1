/* Reading, writing and waiting: what a descriptor gives, and how a wait ends. */
#include "pipes.h"

int read_once(void *fd) {
  char text[64];
  int n = wa_read(FD(fd), text, sizeof text - 1);
  if (n > 0) text[n] = 0, note("%s", text);
  else note("%s", n ? wa_status_name(n) : "end");
  return n;
}

void fill(int fd) {
  static const char block[4096];
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  while (write(fd, block, sizeof block) > 0) {}
  fcntl(fd, F_SETFL, flags);
}

static void reads_what_is_there(int *a) {
  put(a[1], "abc");
  char text[3];
  EXPECT_INT(wa_read(a[0], text, 2), 2);
  EXPECT_INT(wa_read(a[0], text, 2), 1);
  wa_task *t = wa_spawn(read_once, AT(a[0]));
  wa_sleep(WA_MS(5));
  EXPECT(!wa_done(t));
  put(a[1], "late");
  EXPECT_INT(finish(t), 4);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_INT(wa_read(a[0], text, 3), 0);
  EXPECT_INT(wa_read(a[0], text, 3), 0);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
  EXPECT_TRACE("late");
}

TASK_TEST(a_pipe_gives_what_is_there_then_waits_then_ends) {
  int a[2];
  make_pipe(a);
  reads_what_is_there(a);
}

TASK_TEST(a_socket_gives_what_is_there_then_waits_then_ends) {
  int a[2];
  make_sockets(a);
  reads_what_is_there(a);
}

TASK_TEST(a_file_is_always_ready_and_ends) {
  char name[] = "/tmp/wasyncio-XXXXXX", text[8];
  int fd = mkstemp(name);
  EXPECT_STATUS(wa_fd_readable(fd), WA_OK);
  EXPECT_STATUS(wa_fd_writable(fd), WA_OK);
  EXPECT_STATUS(wa_write_all(fd, "hello", 5), WA_OK);
  EXPECT_INT(lseek(fd, 0, SEEK_SET), 0);
  EXPECT_INT(wa_read(fd, text, 8), 5);
  EXPECT_INT(wa_read(fd, text, 8), 0);
  wa_future *f = wa_fd_watch(fd, WA_READABLE);
  EXPECT_STATUS(finish(f), WA_OK);
  EXPECT_STATUS(wa_close(fd), WA_OK);
  EXPECT_INT(unlink(name), 0);
}

TASK_TEST(a_cancelled_read_took_nothing) {
  int a[2];
  make_sockets(a);
  wa_task *t = wa_spawn(read_once, AT(a[0]));
  turns(2);
  EXPECT(wa_cancel(t, "enough"));
  put(a[1], "kept");
  EXPECT_STATUS(wa_await(t), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(t), "enough");
  wa_release(t);
  EXPECT_INT(read_once(AT(a[0])), 4);
  /* Ready already, and cancelled before its step: the data stays. */
  t = wa_spawn(read_once, AT(a[0]));
  turns(2);
  put(a[1], "again");
  turns(1);
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_INT(read_once(AT(a[0])), 5);
  close_both(a);
  EXPECT_TRACE("WA_ECANCELED kept WA_ECANCELED again");
}

/* A pipe is as its other readers have it, so a read of what one of them took meanwhile would block the whole program. */
TASK_TEST(a_pipe_that_another_reads_meanwhile_is_waited_for_again) {
  int a[2];
  char text[8];
  make_pipe(a);
  wa_task *t = wa_spawn(read_once, AT(a[0]));
  turns(2);
  put(a[1], "theirs");
  turns(1); /* t is ready */
  EXPECT_INT(read(a[0], text, sizeof text), 6);
  turns(2);
  EXPECT(!wa_done(t));
  put(a[1], "ours");
  EXPECT_INT(finish(t), 4);
  close_both(a);
  EXPECT_TRACE("ours");
}

static int read_in_time(void *fd) {
  wa_timeout t;
  int st = wa_timeout_enter(&t, WA_MS(50));
  return st < 0 ? st : wa_timeout_exit(&t, read_once(fd));
}

TASK_TEST(a_deadline_ends_a_read) {
  int a[2];
  make_pipe(a);
  wa_time began = wa_now();
  EXPECT_STATUS(finish(wa_spawn(read_in_time, AT(a[0]))), WA_ETIMEDOUT);
  EXPECT_INT(wa_now() - began, WA_MS(50));
  wa_task *t = wa_spawn(read_once, AT(a[0]));
  EXPECT_STATUS(wa_wait_for(t, WA_MS(20)), WA_ETIMEDOUT);
  wa_release(t);
  wa_future *f = wa_fd_watch(a[0], WA_READABLE);
  EXPECT_STATUS(wa_wait_for(f, WA_MS(20)), WA_ETIMEDOUT);
  EXPECT(wa_cancelled(f));
  wa_release(f);
  close_both(a);
  EXPECT_TRACE("WA_ECANCELED WA_ECANCELED");
}

static int write_more(void *fd) {
  static const char block[100000];
  int st = wa_write_all(FD(fd), block, sizeof block);
  note("%s", wa_status_name(st));
  return st;
}

TASK_TEST(close_ends_every_wait_and_says_so) {
  int a[2];
  make_sockets(a);
  fill(a[0]);
  wa_task *reader = wa_spawn(read_once, AT(a[0])), *writer = wa_spawn(write_more, AT(a[0]));
  wa_future *watch = wa_fd_watch(a[0], WA_WRITABLE);
  turns(2);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
  EXPECT_STATUS(finish(reader), WA_ECLOSED);
  EXPECT_STATUS(finish(writer), WA_ECLOSED);
  EXPECT_CONTAINS(wa_error_text(), "wa_write_all: descriptor ");
  EXPECT_CONTAINS(wa_error_text(), "wa_close closed it meanwhile");
  EXPECT_STATUS(finish(watch), WA_ECLOSED);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_TRACE("WA_ECLOSED WA_ECLOSED");
}

static int passed_on[2];
/* Closes what another was told is ready, and opens something new under its number. */
static int closes_for_another(void *fd) {
  char byte;
  int again[2], st = wa_read(FD(fd), &byte, 1);
  if (st != 1) return st;
  wa_close(passed_on[0]);
  make_sockets(again);
  note("%d", again[0] == passed_on[0]);
  put(again[1], "not for you");
  passed_on[0] = again[0];
  passed_on[1] = again[1];
  return WA_OK;
}

TASK_TEST(close_between_the_wake_up_and_the_read_is_heard_of) {
  int a[2], b[2];
  make_sockets(a);
  make_sockets(b);
  passed_on[0] = a[0];
  wa_task *closer = wa_spawn(closes_for_another, AT(b[0]));
  turns(1);
  wa_task *reader = wa_spawn(read_once, AT(a[0]));
  turns(2);
  put(a[1], "data");
  put(b[1], "x");
  EXPECT_STATUS(finish(closer), WA_OK);
  EXPECT_STATUS(finish(reader), WA_ECLOSED);
  EXPECT_TRACE("1 WA_ECLOSED");
  close_both(passed_on);
  wa_close(a[1]);
  close_both(b);
}

TASK_TEST(both_directions_of_one_descriptor_wait_at_once) {
  int a[2];
  make_sockets(a);
  fill(a[0]);
  wa_task *reader = wa_spawn(read_once, AT(a[0])), *writer = wa_spawn(write_more, AT(a[0]));
  turns(3);
  EXPECT(!wa_done(reader) && !wa_done(writer));
  put(a[1], "in");
  EXPECT_INT(finish(reader), 2);
  EXPECT(!wa_done(writer));
  static char sink[1 << 16];
  while (!wa_done(writer)) EXPECT(wa_read(a[1], sink, sizeof sink) > 0);
  EXPECT_STATUS(finish(writer), WA_OK);
  close_both(a);
  EXPECT_TRACE("in WA_OK");
}

TASK_TEST(readers_of_one_descriptor_take_turns) {
  int a[2];
  make_pipe(a);
  wa_task *readers[3];
  for (int i = 0; i < 3; i++) readers[i] = wa_spawn(read_once, AT(a[0]));
  turns(3);
  for (int i = 0; i < 3; i++) {
    put(a[1], i == 0 ? "one" : i == 1 ? "two" : "three");
    EXPECT(finish(readers[i]) > 0);
    for (int k = i + 1; k < 3; k++) EXPECT(!wa_done(readers[k]));
  }
  close_both(a);
  EXPECT_TRACE("one two three");
}

static void peer_gone(int *a, int reader, int writer) {
  EXPECT_STATUS(wa_close(a[reader]), WA_OK);
  EXPECT_STATUS(wa_write_all(a[writer], "x", 1), WA_ECLOSED);
  EXPECT_INT(errno, EPIPE);
  EXPECT_CONTAINS(wa_error_text(), ": the other side has gone (errno ");
  EXPECT_STATUS(wa_close(a[writer]), WA_OK);
}

TASK_TEST(writing_to_who_has_gone_is_a_status) {
  int a[2];
  make_pipe(a);
  peer_gone(a, 0, 1);
  make_sockets(a);
  peer_gone(a, 1, 0);
  /* And while the writer waits. */
  make_pipe(a);
  fill(a[1]);
  wa_task *t = wa_spawn(write_more, AT(a[1]));
  turns(3);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
  EXPECT_STATUS(finish(t), WA_ECLOSED);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_TRACE("WA_ECLOSED");
}

TASK_TEST(who_has_said_all_can_still_listen) {
  int a[2];
  make_sockets(a);
  EXPECT_STATUS(wa_write_all(a[0], "all", 3), WA_OK);
  EXPECT_STATUS(wa_write_eof(a[0]), WA_OK);
  EXPECT_INT(read_once(AT(a[1])), 3);
  EXPECT_INT(read_once(AT(a[1])), 0);
  EXPECT_STATUS(wa_write_all(a[1], "heard", 5), WA_OK);
  EXPECT_INT(read_once(AT(a[0])), 5);
  EXPECT_STATUS(wa_write_all(a[0], "more", 4), WA_ECLOSED);
  close_both(a);
  make_pipe(a);
  EXPECT_STATUS(wa_write_eof(a[1]), WA_EIO);
  EXPECT_MISUSE(wa_write_eof(-1), "task 'main': wa_write_eof: descriptor -1: it is not open");
  close_both(a);
  EXPECT_TRACE("all end heard");
}

TASK_TEST(a_wait_is_a_future_as_any_other) {
  int a[2], b[2];
  make_pipe(a);
  make_pipe(b);
  wa_future *both[] = {wa_fd_watch(a[0], WA_READABLE), wa_fd_watch(b[0], WA_READABLE)};
  put(b[1], "x");
  EXPECT_STATUS(wa_wait(both, 2, WA_FIRST_COMPLETED, WA_FOREVER), WA_OK);
  EXPECT(!wa_done(both[0]) && wa_done(both[1]));
  wa_future *all = wa_gather(both, 2, 0);
  wa_future *seen = wa_shield(both[0]);
  EXPECT(wa_cancel(seen, NULL));
  EXPECT_STATUS(finish(seen), WA_ECANCELED);
  EXPECT(!wa_done(both[0]));
  put(a[1], "x");
  EXPECT_STATUS(finish(all), WA_OK);
  wa_release(both[0]);
  wa_release(both[1]);
  wa_release(wa_fd_watch(a[1], WA_WRITABLE)); /* given up while it is pending */
  close_both(a);
  close_both(b);
}

TASK_TEST(wrong_descriptors_are_told) {
  char byte;
  EXPECT_MISUSE(wa_read(-1, &byte, 1), "task 'main': wa_read: descriptor -1: it is not open");
  EXPECT_MISUSE(wa_write(700, "x", 1), "task 'main': wa_write: descriptor 700: it is not open");
  EXPECT_MISUSE(wa_accept(700), "wa_accept: descriptor 700");
  EXPECT_MISUSE(wa_fd_readable(700), "wa_fd_readable: descriptor 700");
  EXPECT_MISUSE(wa_close(700), "wa_close: descriptor 700");
  EXPECT_REFUSED(wa_fd_watch(-5, WA_READABLE), "task 'main': wa_fd_watch: fd is -5");
  EXPECT_REFUSED(wa_fd_watch(0, 3), "wa_fd_watch: what is 3");
  EXPECT_MISUSE(wa_read(0, NULL, 4), "task 'main': wa_read: descriptor 0: no memory was given");
  EXPECT_MISUSE(wa_read(0, &byte, 0), "of size 0");
  EXPECT_STATUS(wa_write_all(0, NULL, 0), WA_OK);
  int a[2];
  make_pipe(a);
  EXPECT_STATUS(wa_accept(a[0]), WA_EIO);
  EXPECT_INT(errno, ENOTSOCK);
  wa_future *f = wa_fd_watch(701, WA_READABLE); /* nobody asked what it is: the poll finds out */
  wa_task *reader = wa_spawn(read_once, AT(a[0]));
  turns(1);
  close(a[0]); /* behind the runtime's back */
  EXPECT_STATUS(finish(f), WA_EMISUSE);
  EXPECT_STATUS(finish(reader), WA_EMISUSE);
  EXPECT_CONTAINS(wa_error_text(), "it is not open");
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_TRACE("WA_EMISUSE");
}

TEST(outside_of_a_task_nothing_waits) {
  char byte;
  EXPECT_MISUSE(wa_read(0, &byte, 1), "wa_read: called outside of a task");
  EXPECT_MISUSE(wa_write(1, &byte, 1), "wa_write: called outside of a task");
  EXPECT_MISUSE(wa_accept(0), "wa_accept: called outside of a task");
  EXPECT_MISUSE(wa_fd_writable(1), "wa_fd_writable: called outside of a task");
}

TASK_TEST(the_place_of_a_wait_is_the_callers) {
  int a[2];
  make_pipe(a);
  wa_task *t = wa_spawn(read_once, AT(a[0]));
  turns(2);
  EXPECT_TEXT(wa_site(t), "descriptors.c:6");
  wa_cancel(t, NULL);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  close_both(a);
  EXPECT_TRACE("WA_ECANCELED");
}

TEST(exit_statuses) {
  EXPECT_INT(wa_exit_status(WA_OK), 0);
  EXPECT_INT(wa_exit_status(7), 7);
  EXPECT_INT(wa_exit_status(1000), 63);
  EXPECT_INT(wa_exit_status(WA_ECANCELED), 65);
  EXPECT_INT(wa_exit_status(WA_EIO), 80);
  EXPECT_INT(wa_exit_status(-500), 125);
  EXPECT_INT(wa_exit_status(WA_EUSER - 1), 97);
  EXPECT_INT(wa_exit_status(WA_EUSER - 500), 125);
  EXPECT_INT(wa_exit_status(INT32_MIN + 1), 125);
}
