/* compute.c: code that cannot suspend, in exports that JavaScript calls. Compiled twice: with the runtime, through
 * asyncify and the stack check; and alone, without either.
 */
#include "sha256.h"

/* Nothing is known of memory from here on: what follows can't be computed once for all rounds. */
#define FORGET() __asm__ volatile("" ::: "memory")
#define EXPORT(name) __attribute__((export_name(#name)))

static uint8_t bytes[1 << 16];

/* Bits: a megabyte hashed, count times. */
EXPORT(compute_sha256) double compute_sha256(int count) {
  sha256 hash;
  sha256_init(&hash);
  for (int i = 0; i < count * 16; i++) {
    bytes[i & 0xffff]++;
    for (uint32_t at = 0; at < sizeof bytes; at += 64) sha256_block(&hash, bytes + at);
  }
  return hash.state[0];
}

/* Calls, with an array on the C stack: the ways to place eight queens. */
__attribute__((noinline)) int place(const int8_t *above, int row) {
  int8_t here[8];
  int found = 0;
  for (int column = 0; column < 8; column++) {
    int free = 1;
    for (int r = 0; r < row; r++) {
      int away = above[r] - column;
      free &= away != 0 && away != row - r && away != r - row;
      here[r] = above[r];
    }
    if (!free) continue;
    here[row] = (int8_t)column;
    found += row == 7 ? 1 : place(here, row + 1);
  }
  return found;
}
EXPORT(compute_queens) double compute_queens(int count) {
  static int8_t none[8];
  double found = 0;
  for (int i = 0; i < count; i++) {
    FORGET();
    found += place(none, 0);
  }
  return found;
}

/* Floating point and memory: products of two matrices. */
enum { SIDE = 64 };
static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
EXPORT(compute_matrix) double compute_matrix(int count) {
  for (int i = 0; i < SIDE; i++)
    for (int k = 0; k < SIDE; k++) a[i][k] = i == k, b[i][k] = i ^ k;
  for (int round = 0; round < count; round++) {
    FORGET();
    for (int i = 0; i < SIDE; i++)
      for (int k = 0; k < SIDE; k++) {
        double sum = 0;
        for (int j = 0; j < SIDE; j++) sum += a[i][j] * b[j][k];
        c[i][k] = sum;
      }
    b[0][0] = c[0][0] + 1;
  }
  return c[0][0];
}
