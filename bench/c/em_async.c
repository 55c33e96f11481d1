/* em_async.c: EM_ASYNC_JS, Emscripten's way to await a promise: one suspended call at a time in the whole program. */
#include <emscripten.h>

EM_ASYNC_JS(double, promise, (void), { return await Module.settled; });
EM_ASYNC_JS(double, increment, (double x), { return x + 1; });

static double start, end, check;

EMSCRIPTEN_KEEPALIVE void promises(int count) {
  check = 0;
  start = emscripten_get_now();
  for (int i = 0; i < count; i++) check += promise();
  end = emscripten_get_now();
}
EMSCRIPTEN_KEEPALIVE void calls(int count) {
  check = 0;
  start = emscripten_get_now();
  for (int i = 0; i < count; i++) check = increment(check);
  end = emscripten_get_now();
}
EMSCRIPTEN_KEEPALIVE double took(void) { return (end - start) * 1e6; }
EMSCRIPTEN_KEEPALIVE double checked(void) { return check; }
