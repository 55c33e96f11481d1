/* glue.c: a program with Emscripten's own glue: its file system, and JavaScript of its own. */
#include <emscripten.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasyncio.h>

EM_JS(int, twice, (int n), { return 2 * n; })
EM_JS(void, note, (const char *text), { (Module.notes = Module.notes || []).push(UTF8ToString(text)); })
EM_JS(void, complain, (void), { throw new RangeError("from EM_JS"); })

/* Writes the input to a file, line by line, with a wait after each; then reads it back. */
static int copy(void *arg) {
  FILE *file = fopen("/tmp/copy", "w");
  if (!file) return WA_EUSER - 1;
  int st = WA_OK;
  for (char *line = strtok(arg, "\n"); line && st == WA_OK; line = strtok(NULL, "\n")) {
    fprintf(file, "%d %s\n", twice((int)strlen(line)), line);
    st = wa_sleep(WA_MS(1));
  }
  fclose(file);
  if (st != WA_OK) note("cleaned up");
  char text[256];
  file = fopen("/tmp/copy", "r");
  size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[size] = 0;
  return st == WA_OK ? wa_return_text(text) : st;
}
WA_TASK(copy);

/* What the host gives goes to a file, from memory that has grown meanwhile under the glue's views. */
static int store(void *arg) {
  wa_data out;
  int st = wa_await_op("fetch", NULL, &out);
  if (st != WA_OK) return st;
  char *block = malloc(out.size + (24 << 20));
  if (!block) return WA_ENOMEM;
  memcpy(block, out.data, out.size);
  FILE *file = fopen(arg, "w");
  fwrite(block, 1, out.size, file);
  fclose(file);
  free(block);
  return WA_OK;
}
WA_TASK(store);

/* errno comes from the glue. */
static int missing(void *arg) {
  FILE *file = fopen(arg, "r");
  if (file) fclose(file);
  printf("%s\n", file ? "found" : strerror(errno));
  return WA_OK;
}
WA_TASK(missing);

static int compute(void *arg) {
  (void)arg;
  int st;
  while ((st = wa_checkpoint()) == WA_OK) {}
  return st;
}
WA_TASK(compute);

static int throwing(void *arg) {
  (void)arg;
  complain();
  return WA_OK;
}
WA_TASK(throwing);

EM_JS(int, call_back, (int ms), { return Module._waits_below(ms); })
EMSCRIPTEN_KEEPALIVE int waits_below(int ms) { return wa_sleep(WA_MS(ms)); }
static int calls_back(void *arg) {
  (void)arg;
  int status = call_back(5);
  return wa_sleep(WA_MS(1)) == WA_OK && status == WA_EMISUSE ? 7 : 8;
}
WA_TASK(calls_back);
