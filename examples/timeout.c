/* timeout: a deadline over a stretch of code, whatever it awaits. async with asyncio.timeout(delay). Deadlines nest,
 * and one that hears good news can move. */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int steps(int n) {
  int st = WA_OK;
  for (int i = 0; i < n && st == WA_OK; i++) st = wa_sleep(WA_MS(40));
  return st;
}

static int one(int n) {
  wa_timeout t;
  int st = wa_timeout_enter(&t, WA_MS(100));
  if (st < 0) return st;
  st = steps(n);
  return wa_timeout_exit(&t, st); /* makes WA_ETIMEDOUT of this deadline's own WA_ECANCELED, and of no other */
}

static int moved(void) {
  wa_timeout t;
  int st = wa_timeout_enter(&t, WA_MS(100));
  if (st < 0) return st;
  st = steps(2);
  if (st == WA_OK) st = wa_timeout_reschedule(&t, WA_MS(100)); /* from now */
  if (st == WA_OK) st = steps(2);
  return wa_timeout_exit(&t, st);
}

static int nested(void) {
  wa_timeout outer, inner;
  int st = wa_timeout_enter(&outer, WA_MS(60));
  if (st < 0) return st;
  st = wa_timeout_enter(&inner, WA_S(1));
  if (st == WA_OK) st = wa_timeout_exit(&inner, steps(9));
  printf("%3d ms: inner scope: %s, expired %d\n", ms(), wa_status_name(st), wa_timeout_expired(&inner));
  st = wa_timeout_exit(&outer, st);
  printf("%3d ms: outer scope: %s, expired %d\n", ms(), wa_status_name(st), wa_timeout_expired(&outer));
  return st;
}

static int run(void *arg) {
  (void)arg;
  int st = one(2);
  printf("%3d ms: in time: %s\n", ms(), wa_status_name(st));
  st = one(3);
  printf("%3d ms: too late: %s\n", ms(), wa_status_name(st));
  st = moved();
  printf("%3d ms: the deadline moved: %s\n", ms(), wa_status_name(st));
  nested();
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 80 ms: in time: WA_OK
180 ms: too late: WA_ETIMEDOUT
340 ms: the deadline moved: WA_OK
400 ms: inner scope: WA_ECANCELED, expired 0
400 ms: outer scope: WA_ETIMEDOUT, expired 1
*/
