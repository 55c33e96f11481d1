/* A FILE whose writing is a function of the program's own, which awaits: others run meanwhile. */
#define _GNU_SOURCE
#include "wasyncio.h"

#include <stdio.h>

static size_t written;

static ssize_t write_slowly(void *cookie, const char *bytes, size_t size) {
  (void)cookie, (void)bytes;
  written += size;
  return wa_sleep(WA_MS(5)) == WA_OK ? (ssize_t)size : -1;
}

static int ticks(void *arg) {
  for (int i = 0; i < 3; i++) {
    wa_sleep(WA_MS(2));
    ++*(int *)arg;
  }
  return WA_OK;
}

static int first(void *arg) {
  (void)arg;
  int count = 0;
  wa_task *other = wa_spawn(ticks, &count);
  FILE *file = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_slowly});
  setvbuf(file, NULL, _IONBF, 0);
  int printed = fprintf(file, "hello %d world %s\n", 42, "x");
  fclose(file);
  wa_await(other);
  wa_release(other);
  printf("%d %d %d %d\n", printed, (int)written, count, wa_now() >= WA_MS(6));
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_run(first, NULL);
}
