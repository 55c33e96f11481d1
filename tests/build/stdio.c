/* stdio over a function of the program's own, which awaits; others run meanwhile. OWN: which one. */
#include "wasyncio.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int slowly(void) { return wa_sleep(WA_MS(5)); }

#ifdef OWN_fread
/* What awaits is behind a pointer, as in a program with a file system of its own. */
static int (*volatile wait)(void) = slowly;

size_t fread(void *restrict to, size_t size, size_t n, FILE *restrict file) {
  (void)file;
  if (wait() < 0) return 0;
  memset(to, 'd', size * n);
  return n;
}
#else
ssize_t read(int fd, void *to, size_t size) {
  (void)fd;
  if (slowly() < 0) return -1;
  memset(to, 'd', size);
  return (ssize_t)size;
}
#endif

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
  char text[4] = "";
#ifdef OWN_fread
  size_t got = fread(text, 1, 3, stdin);
#else
  size_t got = fgets(text, 4, stdin) ? 3 : 0;
#endif
  wa_await(other);
  wa_release(other);
  printf("%d %s %d\n", (int)got, text, count);
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_run(first, NULL);
}
