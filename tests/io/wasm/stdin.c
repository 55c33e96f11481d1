/* stdin as programs meet it; the argument says which test. */
#include "wasyncio.h"

#include <stdio.h>
#include <string.h>

static int tick(void *arg) {
  (void)arg;
  for (int i = 1;; i++) {
    int st = wa_sleep(WA_MS(20));
    if (st < 0) return st;
    printf("tick %d\n", i);
    fflush(stdout);
  }
}

static int lines(void) {
  wa_task *ticking = wa_spawn(tick, NULL);
  wa_lines lines;
  wa_lines_init(&lines, 0, 0);
  int st;
  while ((st = wa_lines_next(&lines)) > 0) printf("line %s\n", lines.line), fflush(stdout);
  wa_lines_close(&lines);
  wa_cancel(ticking, NULL);
  wa_await(ticking);
  wa_release(ticking);
  puts("end");
  return st;
}

static int read_one(void *arg) {
  char byte;
  (void)arg;
  return wa_read(0, &byte, 1);
}

static int read_held_back(void *arg) {
  (void)arg;
  wa_uncancellable_enter();
  wa_future *f = wa_fd_watch(0, WA_READABLE);
  int st = wa_wait_for(f, WA_MS(20)); /* set inside, so it expires inside */
  wa_release(f);
  wa_uncancellable_exit();
  return st == WA_ETIMEDOUT ? WA_OK : st;
}

static int silent(void) {
  wa_task *t = wa_spawn(read_one, NULL);
  printf("deadline: %s\n", wa_status_name(wa_wait_for(t, WA_MS(30))));
  wa_release(t);
  t = wa_spawn(read_one, NULL);
  wa_sleep(WA_MS(10));
  wa_cancel(t, "enough");
  int st = wa_await(t);
  printf("cancelled: %s %s\n", wa_status_name(st), wa_reason(t));
  wa_release(t);
  t = wa_spawn(read_held_back, NULL);
  printf("held back: %s\n", wa_status_name(wa_await(t)));
  wa_release(t);
  return WA_OK;
}

static int count;

static int share_one(void *arg) {
  char data[16];
  (void)arg;
  for (int n; (n = wa_read(0, data, sizeof data)) > 0;) printf("got %d\n", ++count), fflush(stdout);
  puts("end");
  return WA_OK;
}

static int share(void) {
  wa_task *both[] = {wa_spawn(share_one, NULL), wa_spawn(share_one, NULL)};
  puts("ready");
  fflush(stdout);
  int st = wa_wait(both, 2, WA_ALL_COMPLETED, WA_FOREVER);
  wa_release(both[0]);
  wa_release(both[1]);
  return st;
}

static int wrong(void) {
  char byte;
  if (wa_read(99, &byte, 1) == WA_EMISUSE) puts(wa_error_text());
  if (wa_fd_writable(99) == WA_EMISUSE) puts(wa_error_text());
  if (wa_write_eof(99) == WA_EMISUSE) puts(wa_error_text());
  if (wa_close(99) == WA_EMISUSE) puts(wa_error_text());
  return WA_OK;
}

static int run(void *arg) {
  if (!strcmp(arg, "lines")) return lines();
  if (!strcmp(arg, "silent")) return silent();
  return !strcmp(arg, "share") ? share() : wrong();
}

int main(int argc, char **argv) {
  int st = wa_run(run, argc > 1 ? argv[1] : "");
  wa_counts left;
  wa_count(&left);
  printf("left %u %u %u\n", left.tasks, left.futures, left.timers);
  return wa_exit_status(st);
}
