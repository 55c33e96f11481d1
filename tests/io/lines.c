/* Lines, and the control stream that is made of them. */
#include "pipes.h"

static void next_is(wa_lines *lines, const char *wanted) {
  if (!EXPECT_INT(wa_lines_next(lines), 1)) return;
  EXPECT_TEXT(lines->line, wanted);
  EXPECT_INT(lines->size, strlen(wanted));
}

TASK_TEST(lines_of_all_kinds) {
  int a[2];
  make_pipe(a);
  wa_lines lines;
  wa_lines_init(&lines, a[0], 0);
  put(a[1], "one\ntwo\r\n\n\r\nlast without an end");
  wa_close(a[1]);
  next_is(&lines, "one");
  next_is(&lines, "two");
  next_is(&lines, "");
  next_is(&lines, "");
  next_is(&lines, "last without an end");
  EXPECT_INT(wa_lines_next(&lines), 0);
  EXPECT_INT(wa_lines_next(&lines), 0);
  wa_lines_close(&lines);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
}

static int write_bytewise(void *fd) {
  for (const char *p = "slow\nand steady\n"; *p; p++) {
    put(FD(fd), (char[]){*p, 0});
    wa_sleep(WA_MS(1));
  }
  return WA_OK;
}

TASK_TEST(a_line_in_pieces_and_a_wait_that_is_cancelled) {
  int a[2];
  make_pipe(a);
  wa_lines lines;
  wa_lines_init(&lines, a[0], 0);
  put(a[1], "be");
  wa_timeout t;
  EXPECT_STATUS(wa_timeout_enter(&t, WA_MS(5)), WA_OK);
  EXPECT_STATUS(wa_timeout_exit(&t, wa_lines_next(&lines)), WA_ETIMEDOUT);
  put(a[1], "gun\n");
  next_is(&lines, "begun");
  wa_task *writer = wa_spawn(write_bytewise, AT(a[1]));
  next_is(&lines, "slow");
  next_is(&lines, "and steady");
  EXPECT_STATUS(finish(writer), WA_OK);
  wa_lines_close(&lines);
  close_both(a);
}

TASK_TEST(a_line_that_is_too_long_is_left_out) {
  int a[2];
  make_pipe(a);
  wa_lines lines;
  wa_lines_init(&lines, a[0], 10);
  char text[3000];
  memset(text, 'x', sizeof text);
  memcpy(text + 2000, "y\nshort\n01234567890\n0123456789\n", 31);
  text[2031] = 0;
  put(a[1], text);
  wa_close(a[1]);
  EXPECT_MISUSE(wa_lines_next(&lines), "is longer than 10 bytes; it is left out");
  EXPECT(lines.overrun);
  next_is(&lines, "short");
  EXPECT(!lines.overrun);
  EXPECT_MISUSE(wa_lines_next(&lines), "is longer than 10 bytes");
  next_is(&lines, "0123456789");
  EXPECT_INT(wa_lines_next(&lines), 0);
  wa_lines_close(&lines);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
}

/* ---- control ----------------------------------------------------------------------------------------------------- */

static int named_sleeper(void *arg) {
  int st = wa_sleep(WA_S(100));
  note("%s:%s", (char *)arg, wa_reason(wa_current()));
  return st;
}

static wa_task *start(const char *name) {
  return wa_spawn_with(named_sleeper, (void *)name, &(wa_task_options){.name = name});
}

TASK_TEST(somebody_outside_lists_and_cancels) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], a[0]);
  wa_task *tasks[] = {start("a.txt"), start("b c.txt"), start("a.txt")};
  wa_lines answers;
  wa_lines_init(&answers, a[1], 0);
  turns(2);
  put(a[1], "list\n");
  EXPECT_INT(wa_lines_next(&answers), 1);
  EXPECT_CONTAINS(answers.line, "main\twaiting at lines.c:");
  EXPECT_INT(wa_lines_next(&answers), 1);
  EXPECT_CONTAINS(answers.line, "control\trunning");
  EXPECT_INT(wa_lines_next(&answers), 1);
  EXPECT_CONTAINS(answers.line, "a.txt\twaiting at lines.c:");
  for (int i = 0; i < 2; i++) EXPECT_INT(wa_lines_next(&answers), 1);
  next_is(&answers, "ok 5");
  put(a[1], "cancel a.txt no more of it\ncancel \"b c.txt\"\ncancel a.tx\nhello\n\n  cancel  \ncancel z");
  next_is(&answers, "ok 2");
  next_is(&answers, "ok 1");
  next_is(&answers, "error no unfinished task is called 'a.tx'");
  for (int i = 0; i < 2; i++) next_is(&answers, "error expected: list | cancel NAME [REASON] | cancel all [REASON]");
  for (int i = 0; i < 3; i++) EXPECT_STATUS(finish(tasks[i]), WA_ECANCELED);
  EXPECT_TRACE("a.txt:no more of it a.txt:no more of it b c.txt:control");
  wa_task *last = start("z");
  turns(2);
  put(a[1], "\n");
  next_is(&answers, "ok 1");
  EXPECT_STATUS(finish(last), WA_ECANCELED);
  EXPECT_TRACE("z:control");
  wa_lines_close(&answers);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_STATUS(finish(control), WA_OK);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
}

static int cleans_up(void *event) {
  wa_uncancellable_enter();
  wa_event_wait(event);
  wa_uncancellable_exit();
  return wa_yield();
}

TASK_TEST(a_name_stays_in_its_field_and_can_be_given_as_it_was_listed) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], a[0]);
  wa_task *tasks[] = {start("x\nok 9"), start("a\tb"), start("quo\"te\\"), start("\x1b\x7f\xc3\xa9")};
  wa_event clean;
  wa_event_init(&clean);
  wa_task *ending = wa_spawn(cleans_up, &clean);
  const char *listed[] = {"x\\nok 9", "a\\tb", "quo\\\"te\\\\", "\\x1b\\x7f\xc3\xa9"};
  wa_lines answers;
  wa_lines_init(&answers, a[1], 0);
  turns(2);
  EXPECT(wa_cancel(ending, "two\nlines"));
  put(a[1], "list\n");
  for (int i = 0; i < 2; i++) EXPECT_INT(wa_lines_next(&answers), 1);
  for (int i = 0; i < 4; i++) {
    char text[80];
    EXPECT_INT(wa_lines_next(&answers), 1);
    snprintf(text, sizeof text, "%s\twaiting at lines.c:", listed[i]);
    EXPECT_CONTAINS(answers.line, text);
  }
  EXPECT_INT(wa_lines_next(&answers), 1);
  EXPECT_CONTAINS(answers.line, "\tcancelled: two\\nlines");
  next_is(&answers, "ok 7");
  wa_event_set(&clean);
  EXPECT_STATUS(finish(ending), WA_ECANCELED);
  for (int i = 0; i < 4; i++) {
    char text[80];
    snprintf(text, sizeof text, "cancel \"%s\" r%d\n", listed[i], i);
    put(a[1], text);
    next_is(&answers, "ok 1");
    EXPECT_STATUS(finish(tasks[i]), WA_ECANCELED);
  }
  EXPECT_TRACE("x\nok 9:r0 a\tb:r1 quo\"te\\:r2 \x1b\x7f\xc3\xa9:r3");
  const char *wrong[] = {"cancel \"open", "cancel \"a\"b", "cancel \"\\q\"", "cancel \"\\x0\"", "cancel \"\\x00\"",
                         "cancel \"\\", "\"list"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    put(a[1], wrong[i]);
    put(a[1], "\n");
    EXPECT_INT(wa_lines_next(&answers), 1);
    EXPECT_CONTAINS(answers.line, "error expected a closing \" and a space or the end behind it");
  }
  put(a[1], "cancel no\x1bone\ncancel \"\"\n");
  next_is(&answers, "error no unfinished task is called 'no\\x1bone'");
  next_is(&answers, "error no unfinished task is called ''");
  wa_lines_close(&answers);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_STATUS(finish(control), WA_OK);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
}

TASK_TEST(a_control_stream_is_cancelled_as_any_task) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], a[0]);
  EXPECT(wa_cancel(control, NULL));
  EXPECT_STATUS(finish(control), WA_ECANCELED);
  close_both(a);
}

TASK_TEST(a_control_stream_that_is_discarded_leaves_nothing) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], a[0]);
  fill(a[0]);
  put(a[1], "list\n");
  EXPECT_STATUS(wa_sleep(WA_MS(1)), WA_OK); /* it writes its answer, in which nobody can cancel it */
  EXPECT_STATUS(wa_stop_within(control, 0, true), WA_ETIMEDOUT);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_STATUS(finish(control), WA_EDISCARDED);
  close_both(a);
}

TASK_TEST(a_control_stream_obeys_though_nobody_reads_its_answers) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], a[0]), *tasks[] = {start("first"), start("second")};
  turns(2);
  fill(a[0]);
  wa_time began = wa_now();
  put(a[1], "list\ncancel first\ncancel second\n");
  for (int i = 0; i < 2; i++) EXPECT_STATUS(finish(tasks[i]), WA_ECANCELED);
  EXPECT_TRACE("first:control second:control");
  EXPECT_INT(wa_now() - began, WA_S(1)); /* for the first answer; there is no second */
  EXPECT(wa_cancel(control, NULL));
  EXPECT_STATUS(finish(control), WA_ECANCELED);
  close_both(a);
}

TASK_TEST(a_control_stream_without_a_place_for_answers_obeys) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], 700), *t = start("t"); /* which is not open */
  turns(2);
  put(a[1], "list\ncancel t\n");
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_TRACE("t:control");
  EXPECT(wa_cancel(control, NULL));
  EXPECT_STATUS(finish(control), WA_ECANCELED);
  close_both(a);
}

TASK_TEST(a_task_called_all_is_cancelled_alone_by_its_name_in_quotes) {
  int a[2];
  make_sockets(a);
  wa_task *control = wa_control(a[0], a[0]), *t = start("all"), *other = start("other");
  wa_lines answers;
  wa_lines_init(&answers, a[1], 0);
  turns(2);
  put(a[1], "cancel \"all\" of that name\n");
  next_is(&answers, "ok 1");
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_TRACE("all:of that name");
  wa_write_all(a[1], "cancel other\0 but not this\nlist\0\n", 33);
  for (int i = 0; i < 2; i++) next_is(&answers, "error the line has a 0 byte");
  put(a[1], "cancel other  \"a \\\"reason\\n\" \n"); /* as it stands */
  next_is(&answers, "ok 1");
  EXPECT_STATUS(finish(other), WA_ECANCELED);
  EXPECT_TRACE("other:\"a \\\"reason\\n\" ");
  wa_lines_close(&answers);
  EXPECT_STATUS(wa_close(a[1]), WA_OK);
  EXPECT_STATUS(finish(control), WA_OK);
  EXPECT_STATUS(wa_close(a[0]), WA_OK);
}

/* ---- two tasks ------------------------------------------------------------------------------------------------------- */

static wa_lines shared;
static int takes_a_line(void *name) {
  int st = wa_lines_next(&shared);
  if (st > 0) note("%s:%s", (const char *)name, shared.line);
  return st;
}

TASK_TEST(lines_are_for_one_task_at_a_time) {
  int pipe[2];
  make_pipe(pipe);
  wa_lines_init(&shared, pipe[0], 0);
  wa_task *first = wa_spawn(takes_a_line, "first");
  turns(2);
  EXPECT_MISUSE(wa_lines_next(&shared), "another task waits for the next line");
  wa_lines_close(&shared);
  EXPECT_CONTAINS(wa_error_text(), "wa_lines_close: a task waits for the next line of descriptor");
  put(pipe[1], "one\n");
  EXPECT_INT(finish(first), 1);
  EXPECT_TRACE("first:one");
  wa_lines_close(&shared);
  close_both(pipe);
}

static int takes_lines_for_ever(void *fd) {
  wa_lines l;
  wa_lines_init(&l, FD(fd), 0);
  int n = 0, st;
  while ((st = wa_lines_next(&l)) > 0)
    if (++n == 5) wa_cancel(wa_current(), "enough");
  note("%d", n);
  wa_lines_close(&l);
  return st;
}

TASK_TEST(lines_that_are_there_already_are_a_checkpoint) {
  int pipe[2];
  make_pipe(pipe);
  for (int i = 0; i < 20; i++) put(pipe[1], "x\n");
  EXPECT_STATUS(finish(wa_spawn(takes_lines_for_ever, AT(pipe[0]))), WA_ECANCELED);
  EXPECT_TRACE("5");
  close_both(pipe);
}

TASK_TEST(lines_are_as_long_as_they_are_without_their_end) {
  int pipe[2];
  make_pipe(pipe);
  put(pipe[1], "abc\r\nabcd\r\nabc\r");
  close(pipe[1]);
  wa_lines l;
  wa_lines_init(&l, pipe[0], 3);
  EXPECT_INT(wa_lines_next(&l), 1);
  EXPECT_TEXT(l.line, "abc");
  EXPECT_MISUSE(wa_lines_next(&l), "is longer than 3 bytes");
  EXPECT_INT(wa_lines_next(&l), 1);
  wa_lines_close(&l);
  wa_close(pipe[0]);
}
