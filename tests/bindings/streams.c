/* streams.c: C between two streams. Each task gets the descriptors, and then what JavaScript gave as the input. */
#include <wasyncio.h>

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

typedef struct ends {
  int in, out;
  char text[];
} ends;

/* Every byte on, changed by as much as the input says. */
static int pass(void *arg) {
  const ends *e = arg;
  size_t size = 65536;
  unsigned char *block = malloc(size);
  if (!block) return WA_ENOMEM;
  int st;
  while ((st = wa_read(e->in, block, size)) > 0) {
    unsigned add = (unsigned)atoi(e->text);
    if (add)
      for (int i = 0; i < st; i++) block[i] = (unsigned char)(block[i] + add);
    st = wa_write_all(e->out, block, (size_t)st);
    if (st < 0) break;
  }
  free(block);
  return st;
}
WA_TASK(pass);

/* How many bytes came, and their sum. */
static int sum(void *arg) {
  const ends *e = arg;
  unsigned char block[1000];
  double total = 0;
  int st;
  while ((st = wa_read(e->in, block, sizeof block)) > 0)
    for (int i = 0; i < st; i++) total += block[i];
  return st < 0 ? st : wa_return_number(total);
}
WA_TASK(sum);

/* The first line, and no more of it. */
static int head(void *arg) {
  const ends *e = arg;
  char c;
  int st;
  while ((st = wa_read(e->in, &c, 1)) > 0 && c != '\n') {
    st = wa_write_all(e->out, &c, 1);
    if (st < 0) break;
  }
  return st < 0 ? st : WA_OK;
}
WA_TASK(head);

/* Writes the input again and again, until nobody wants it any more; closes it on its way out, which takes some turns. */
static int produce(void *arg) {
  const ends *e = arg;
  int st;
  do st = wa_write_all(e->out, e->text, strlen(e->text));
  while (st == WA_OK);
  wa_close(e->out);
  for (int i = 0; i < 20; i++) wa_sleep(WA_MS(1));
  return st;
}
WA_TASK(produce);

/* Says a word, ends the output, and goes on for a while. */
static int say(void *arg) {
  const ends *e = arg;
  int st = wa_write_all(e->out, e->text, strlen(e->text));
  if (st == WA_OK) st = wa_close(e->out);
  return st < 0 ? st : wa_sleep(WA_MS(50));
}
WA_TASK(say);

/* Two descriptors by their numbers: what comes from the first goes to the second, which is then closed. */
static int copy(void *arg) {
  char *rest;
  int in = (int)strtol(arg, &rest, 10), out = (int)strtol(rest, NULL, 10), st;
  char block[256];
  while ((st = wa_read(in, block, sizeof block)) > 0 && (st = wa_write_all(out, block, (size_t)st)) == WA_OK) {}
  wa_close(in);
  wa_close(out);
  return st;
}
WA_TASK(copy);

/* The same, by wa_write_eof; what comes after it is refused. */
static int finish(void *arg) {
  const ends *e = arg;
  int st = wa_write_all(e->out, e->text, strlen(e->text));
  if (st == WA_OK) st = wa_write_eof(e->out);
  if (st == WA_OK && wa_write(e->out, "more", 4) != WA_ECLOSED) st = WA_EUSER - 1;
  if (st == WA_OK && wa_write_eof(e->in) != WA_EIO) st = WA_EUSER - 2;
  return st < 0 ? st : wa_sleep(WA_MS(50));
}
WA_TASK(finish);

/* Waits for the first to be writable and the second to be readable, which neither will ever be. */
static int ready(void *arg) {
  char *rest;
  int in = (int)strtol(arg, &rest, 10), out = (int)strtol(rest, NULL, 10);
  int st = wa_fd_writable(in);
  if (st == WA_OK) st = wa_fd_readable(out);
  wa_close(in);
  wa_close(out);
  return st;
}
WA_TASK(ready);

/* Two parts by one call, of which the second finds no room. */
static int parts(void *arg) {
  const ends *e = arg;
  static char first[65536];
  return (int)writev(e->out, (struct iovec[]){{first, sizeof first}, {"more", 4}}, 2);
}
WA_TASK(parts);

/* Ends, and leaves a task behind that writes, or reads, until it can't. */
static int write_on(void *arg) {
  static char block[65536];
  int st;
  do st = wa_write_all((int)(intptr_t)arg, block, sizeof block);
  while (st == WA_OK);
  return st;
}
static int read_on(void *arg) {
  char block[8];
  int st;
  do st = wa_read((int)(intptr_t)arg, block, sizeof block);
  while (st > 0);
  return st;
}
static int leave(void *arg) {
  const ends *e = arg;
  wa_release(wa_spawn(write_on, (void *)(intptr_t)e->out));
  wa_release(wa_spawn(read_on, (void *)(intptr_t)e->in));
  int st = wa_sleep(WA_MS(20));
  return st < 0 ? st : atoi(e->text);
}
WA_TASK(leave);

/* Makes nothing of a host function that fails between two reads. */
static int carry_on(void *arg) {
  const ends *e = arg;
  char block[8];
  int st;
  while ((st = wa_read(e->in, block, sizeof block)) > 0) wa_await_op("fails", NULL, NULL);
  return st;
}
WA_TASK(carry_on);

static int print(void *arg) { return wa_write_all(1, arg, strlen(arg)); }
WA_TASK(print);

/* A descriptor is closed while it is waited for, and its number is given anew. */
static int reused(void *arg) {
  int fd = (int)*(double *)arg;
  wa_future *f = wa_fd_watch(fd, WA_READABLE);
  wa_sleep(WA_MS(2));
  wa_close(fd);
  wa_release(f);
  wa_data r;
  int st = wa_await_op("reopen", NULL, &r);
  if (st < 0) return st;
  if ((int)r.number != fd) return WA_EUSER;
  wa_timeout t;
  wa_timeout_enter(&t, WA_MS(20));
  return wa_timeout_exit(&t, wa_fd_readable(fd));
}
WA_TASK(reused);
