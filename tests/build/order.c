/* Two tasks in turn, with a local whose address was taken: prints "abababab". A switch that an optimizer spoilt prints
 * something else ("aaaabbbb"), and does not trap. */
#include "../../src/wasyncio.h"

#include <stdio.h>

static void put(const char *letter) { putchar(*letter); }

static int worker(void *arg) {
  char letter = *(const char *)arg;
  for (int i = 0; i < 4; i++) {
    put(&letter);
    int status = wa_yield();
    if (status != WA_OK) return status;
  }
  return WA_OK;
}

static int both(void *arg) {
  (void)arg;
  wa_task *a = wa_spawn(worker, "a"), *b = wa_spawn(worker, "b");
  wa_await(a);
  return wa_await(b);
}

int main(void) {
  int status = wa_run(both, NULL);
  putchar('\n');
  return -status;
}
