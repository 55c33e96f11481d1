/* What the tests of the package build and run. */
#include "wasyncio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int echo(void *arg) {
  int st = wa_sleep(WA_MS(5));
  return st < 0 ? st : wa_return_text(arg ? arg : "nothing");
}
WA_TASK(echo);

int twice(void *arg) { return wa_return_number(2 * strtod(arg, NULL)); }
WA_TASK(twice);

int bytes(void *arg) { return wa_return_bytes(arg, strlen(arg)); }
WA_TASK(bytes);

int fail(void *arg) {
  (void)arg;
  return WA_EUSER - 3;
}
WA_TASK(fail);

int ask(void *arg) {
  wa_data input = {.type = WA_TEXT, .data = arg, .size = strlen(arg)}, answer;
  int st = wa_await_op("answer", &input, &answer);
  return st < 0 ? st : wa_return_text(answer.data);
}
WA_TASK(ask);

int patient(void *arg) {
  (void)arg;
  puts("waiting");
  int st = wa_sleep(WA_S(1000));
  wa_uncancellable_enter();
  wa_sleep(WA_MS(20));
  wa_uncancellable_exit();
  printf("cleaned up (%s)\n", wa_reason(wa_current()));
  return st;
}
WA_TASK(patient);

int stubborn(void *arg) {
  (void)arg;
  puts("waiting");
  for (;;) wa_sleep(WA_S(1000));
}
WA_TASK(stubborn);

int several(void *arg) {
  (void)arg;
  wa_group g;
  int st = wa_group_enter(&g);
  if (st != WA_OK) return st;
  for (int i = 0; i < 2; i++) wa_release(wa_group_spawn(&g, fail, NULL));
  return wa_group_exit(&g, WA_OK);
}
WA_TASK(several);

int says_first(void *arg) {
  printf("the sum is ");
  return twice(arg);
}
WA_TASK(says_first);

static int refuses_to_end(void *arg) {
  (void)arg;
  for (;;) wa_sleep(WA_S(1000));
}

int leaves_one_behind(void *arg) {
  (void)arg;
  wa_release(wa_spawn(refuses_to_end, NULL));
  wa_yield();
  return wa_return_text("the result");
}
WA_TASK(leaves_one_behind);
