/* record.c: see record.h. */
#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

place here;
bool verbose, aborts;
static uint64_t seed, hash;

void record_begin(uint64_t s) {
  seed = s;
  hash = 1;
  here = (place){0};
}

uint64_t record_hash(void) { return hash; }

static void add(uint64_t x) {
  hash = (hash ^ x) * 0x100000001b3ull;
  hash ^= hash >> 29;
}

void note(const char *format, ...) {
  char text[240];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  add((uint64_t)wa_now());
  add((uint64_t)here.who);
  for (const char *c = text; *c; c++) add((unsigned char)*c);
  if (verbose) fprintf(stderr, "%3d %*s%s\n", here.who, 2 * here.depth, "", text);
}

void record_last_words(void) { fprintf(stderr, "in the program of seed %llu\n", (unsigned long long)seed); }

_Noreturn void fault(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "seed %llu: ", (unsigned long long)seed);
  vfprintf(stderr, format, args);
  fprintf(stderr, " (the latest sentence: %s)\n", wa_error_text());
  va_end(args);
  if (aborts) abort();
  _Exit(1);
}
