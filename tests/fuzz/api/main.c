/* main.c: so many random programs of the C API, legal and illegal calls mixed, each from a seed:
 *
 *     program FIRST COUNT [same] [hashes] [verbose] [abort]
 *       same     without what is another on another host: failing memory, descriptors
 *       hashes   prints for each program its seed and the hash of all that it saw
 *       verbose  prints what each does
 *       abort    ends by abort where it finds a fault
 *
 * What it finds wrong: a call that is refused and was right, or the other way round (oracle.h); a wake-up that was lost (stuck.h);
 * a contradiction in what is observable; something left at the end (program.c); whatever a sanitizer finds; a program that never
 * ends; and, by its caller (api.mjs), a program that does not do the same on every host.
 *
 * Layers: random, record, memory; actors, oracle, stuck; objects; the families of calls and the listener (families.h); program. */
#include "program.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __wasm__
static void watch_begin(void) {}
static void watch_program(void) {} /* the caller's */
#else
#include <signal.h>
#include <unistd.h>

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* A record in a task's frame is to lie where another one lay, not in a frame that ASan makes up; and stacks, which are large, are
 * not to be kept for long, which takes more time than all else. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_stack_use_after_return=0:quarantine_size_mb=16"; }

static void on_alarm(int signal) {
  (void)signal;
  fault("it does not end");
}

static void watch_begin(void) {
  signal(SIGALRM, on_alarm);
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(record_last_words);
}

static void watch_program(void) { alarm(20); }
#endif

int main(int argc, char **argv) {
  bool same = false, hashes = false;
  for (int i = 3; i < argc; i++) {
    same |= !strcmp(argv[i], "same");
    hashes |= !strcmp(argv[i], "hashes");
    verbose |= !strcmp(argv[i], "verbose");
    aborts |= !strcmp(argv[i], "abort");
  }
  if (argc < 3) return fprintf(stderr, "usage: program FIRST COUNT [same] [hashes] [verbose] [abort]\n"), 2;
  uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
  watch_begin();
  for (uint64_t seed = first; seed < first + count; seed++) {
    watch_program();
    program(seed, same);
    if (hashes) printf("%llu %016llx\n", (unsigned long long)seed, (unsigned long long)record_hash());
  }
  printf("%llu programs\n", (unsigned long long)count);
  return 0;
}
