/* random.c: xorshift. */
#include "random.h"

static uint64_t state;

static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 16);
}

void random_begin(uint64_t seed) {
  state = (seed * 0x9e3779b97f4a7c15ull) ^ 0xdeadbeefcafef00dull;
  if (!state) state = 1;
  for (int i = 0; i < 5; i++) next(); /* seeds that are alike begin alike */
}

unsigned below(unsigned n) { return next() % n; }

bool chance(unsigned percent) { return below(100) < percent; }

bool wrong(void) { return chance(4); }
