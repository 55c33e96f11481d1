/* hello: a task is started, runs when the main task waits, and hands a value over. create_task, await, result(). */
#include "wasyncio.h"

#include <stdio.h>

static int greet(void *arg) {
  printf("hello, %s\n", (char *)arg);
  int st = wa_yield();            /* every await is a possible exit: look at its status ... */
  if (st < 0) return st;          /* ... and hand it on */
  return wa_return("a greeting");
}

static int hello(void *arg) {
  (void)arg;
  wa_task *task = wa_spawn(greet, "world");
  printf("spawned, not yet started\n");
  int st = wa_await(task);
  printf("%s, %s\n", wa_status_name(st), (char *)wa_value(task));
  wa_release(task);
  return st;
}

int main(void) { return wa_exit_status(wa_run(hello, NULL)); }

/* Output:
spawned, not yet started
hello, world
WA_OK, a greeting
*/
