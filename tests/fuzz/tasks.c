/* tasks.c: what the fuzz spawns: tasks that use most of the runtime, whatever input they get, and never trap by
 * themselves. */
#include "../../src/wasyncio.h"

#include <stdio.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("fuzz"), import_name(#name)))
IMPORT(called) void call_host(void); /* where the host calls back into the exports */

/* A number from 0 below n, of whatever the host gave. */
static unsigned small(unsigned n) {
  wa_data in = wa_input();
  if (in.type == WA_NUMBER) return in.number >= 0 && in.number < 1e6 ? (unsigned)in.number % n : 0;
  return (unsigned)in.size % n;
}
static wa_time nap(void) { return WA_US(50 * (1 + small(40))); }

static void clean_up(void *arg) {
  (void)arg;
  (void)wa_sleep(WA_US(20));
}

static int echo(void *arg) {
  (void)arg;
  wa_data in = wa_input();
  if (in.type == WA_BYTES) return wa_return_bytes(in.data, in.size);
  if (in.type == WA_TEXT) return wa_return_text(in.data);
  if (in.type == WA_NUMBER) return wa_return_number(in.number);
  return (int)small(100);
}
WA_TASK(echo);

static int sleeper(void *arg) {
  (void)arg;
  wa_defer(clean_up, NULL);
  return wa_sleep(nap());
}
WA_TASK(sleeper);

static int waits(void *arg) {
  (void)arg;
  return wa_sleep(WA_FOREVER);
}
WA_TASK(waits);

static int stubborn(void *arg) {
  (void)arg;
  for (int i = 0; i < 20; i++) (void)wa_sleep(nap());
  return WA_OK;
}
WA_TASK(stubborn);

static int computes(void *arg) {
  (void)arg;
  for (unsigned i = 0; i < 300; i++) {
    int status = wa_checkpoint();
    if (status < 0) return status;
  }
  return WA_OK;
}
WA_TASK(computes);

static int asks(void *arg) {
  (void)arg;
  wa_data in = wa_input(), answer;
  int status = wa_await_op("ask", &in, &answer);
  if (status < 0) return status;
  return answer.type == WA_NUMBER ? wa_return_number(answer.number) : wa_return_bytes(answer.data, answer.size);
}
WA_TASK(asks);

static int calls_back(void *arg) {
  (void)arg;
  call_host();
  int status = wa_yield();
  call_host();
  return status;
}
WA_TASK(calls_back);

static int family(void *arg) {
  wa_group group;
  int status = wa_group_enter(&group);
  if (status < 0) return status;
  for (unsigned i = 0; i <= small(4); i++) {
    wa_task *child = wa_group_spawn(&group, i % 2 ? sleeper : computes, arg);
    if (i == 3 && child) wa_cancel(child, "one of them");
    wa_release(child);
  }
  return wa_group_exit(&group, wa_yield());
}
WA_TASK(family);

static int hurries(void *arg) {
  wa_task *child = wa_spawn(stubborn, arg);
  int status = wa_wait_for(child, nap());
  wa_release(child);
  return status == WA_ETIMEDOUT ? wa_return_text("late") : status;
}
WA_TASK(hurries);

static wa_lock lock;
static int locks(void *arg) {
  (void)arg;
  int status = wa_lock_acquire(&lock);
  if (status < 0) return status;
  call_host();
  status = wa_sleep(nap());
  wa_lock_release(&lock);
  return status;
}
WA_TASK(locks);

static int collects(void *arg) {
  wa_future *all[3] = {wa_spawn(echo, arg), wa_spawn(sleeper, arg), wa_spawn(computes, arg)};
  wa_future *gathered = wa_gather(all, 3, WA_COLLECT);
  int status = wa_await(gathered);
  wa_release(gathered);
  for (int i = 0; i < 3; i++) wa_release(all[i]);
  return status;
}
WA_TASK(collects);

static int cancels_all(void *arg) {
  (void)arg;
  wa_task *child = wa_spawn(waits, NULL);
  wa_yield();
  wa_cancel(child, "by its parent");
  int status = wa_await(child);
  wa_release(child);
  return status == WA_ECANCELED && wa_cancelling(wa_current()) == 0 ? wa_return_number(1) : status;
}
WA_TASK(cancels_all);

static int reads(void *arg) {
  char bytes[16];
  (void)arg;
  int n = wa_read((int)small(5), bytes, sizeof bytes);
  return n < 0 ? n : wa_return_bytes(bytes, (size_t)n);
}
WA_TASK(reads);

static int writes(void *arg) {
  (void)arg;
  wa_timeout limit;
  int status = wa_timeout_enter(&limit, nap());
  if (status < 0) return status;
  return wa_timeout_exit(&limit, wa_fd_writable((int)small(5)));
}
WA_TASK(writes);

static int prints(void *arg) {
  (void)arg;
  printf("%u\n", small(1000));
  return fflush(stdout);
}
WA_TASK(prints);

static int fails(void *arg) {
  (void)arg;
  return WA_EUSER - (int)small(1000);
}
WA_TASK(fails);
