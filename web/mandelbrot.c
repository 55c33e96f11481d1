/* mandelbrot.c: computes on the page's own thread.
 *
 * All it takes is wa_checkpoint in the loop: when the slice is over the page gets its turn, and a click on Abort comes
 * out of it as WA_ECANCELED. */
#include "demo.h"

enum { WIDTH = 300, HEIGHT = 200, LIMIT = 400000 };

/* How many rounds the point takes to leave, LIMIT if it stays; or WA_ECANCELED. */
static int rounds(double re, double im) {
  double x = 0, y = 0;
  for (int n = 0; n < LIMIT; n++) {
    if (n % 1000 == 0) {
      int status = wa_checkpoint();
      if (status < 0) return status;
    }
    double xx = x * x, yy = y * y;
    if (xx + yy > 4) return n;
    y = 2 * x * y + im;
    x = xx - yy + re;
  }
  return LIMIT;
}

int mandelbrot(void *arg) {
  (void)arg;
  unsigned char line[1 + WIDTH];
  for (int y = 0; y < HEIGHT; y++) {
    line[0] = (unsigned char)y;
    for (int x = 0; x < WIDTH; x++) {
      int n = rounds(-2.15 + 3.0 * x / WIDTH, -1.0 + 2.0 * y / HEIGHT);
      if (n < 0) return n;
      line[1 + x] = n == LIMIT ? 0 : (unsigned char)(n < 255 ? 1 + n : 255);
    }
    wa_release(wa_start_op("paint", &(wa_data){.type = WA_BYTES, .data = line, .size = sizeof line}));
    say(100 * (y + 1) / HEIGHT, "line %d of %d", y + 1, HEIGHT);
  }
  return wa_return_text("the picture is complete");
}
WA_TASK(mandelbrot);
