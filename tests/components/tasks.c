/* The tasks of a component: what its host starts, cancels, and hears the results of. */
#include "../../src/wasyncio.h"

static int echo(void *arg) {
  (void)arg;
  wa_data in = wa_input();
  if (in.type == WA_BYTES) return wa_return_bytes(in.data, in.size);
  if (in.type == WA_TEXT) return wa_return_text(in.data);
  if (in.type == WA_NUMBER) return wa_return_number(in.number);
  return 77;
}
WA_TASK(echo);

static int cleans_up(void *arg) {
  (void)arg;
  int status = wa_sleep(WA_FOREVER);
  wa_sleep(WA_MS(5));
  return status;
}
WA_TASK(cleans_up);

static int naps(void *arg) {
  int status = wa_sleep(WA_MS(*(double *)arg));
  return status < 0 ? status : wa_return_number(*(double *)arg);
}
WA_TASK(naps);

static int swallows(void *arg) { return (void)arg, (void)wa_sleep(WA_FOREVER), WA_OK; }
WA_TASK(swallows);

/* Its child swallows the cancellation, and is reported: the other side never had its handle. */
static int has_a_glutton(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn(swallows, NULL);
  (void)wa_yield();
  wa_cancel(child, "why");
  int status = wa_await(child);
  wa_release(child);
  return status;
}
WA_TASK(has_a_glutton);

static int computes(void *arg) {
  (void)arg;
  for (;;) {
    int status = wa_checkpoint();
    if (status < 0) return status;
  }
}
WA_TASK(computes);

/* What is no UTF-8: the component model has no strings but of that. */
static int says_bytes(void *arg) {
  (void)arg;
  return wa_return_text("abc\xff\xfe \xe2\x98\x83 \xed\xa0\x80 \xf5 \xc3");
}
WA_TASK(says_bytes);

static int cancelled_by_bytes(void *arg) {
  (void)arg;
  wa_cancel(wa_current(), "\x80 why");
  return wa_yield();
}
WA_TASK(cancelled_by_bytes);

/* What a world without functions, and with an empty stdin, has to answer. */
static int asks(void *arg) {
  (void)arg;
  wa_data answer;
  int status = wa_await_op("ask", NULL, &answer);
  return status == WA_EHOST && answer.type == WA_TEXT ? wa_return_text(answer.data) : status;
}
WA_TASK(asks);

static int reads(void *arg) {
  (void)arg;
  char byte;
  int status = wa_fd_readable(0);
  return status < 0 ? status : 10 + (int)wa_read(0, &byte, 1);
}
WA_TASK(reads);

static int fails(void *arg) { return (void)arg, WA_EUSER - 7; }
static int leaves_a_failure(void *arg) {
  (void)arg;
  wa_release(wa_spawn_with(fails, NULL, &(wa_task_options){.name = "unloved \xff"}));
  return wa_yield();
}
WA_TASK(leaves_a_failure);
