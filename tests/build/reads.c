/* A program that waits for a descriptor: with it comes every export that docs/abi.md promises. */
#include "wasyncio.h"

int reads(void *arg) {
  (void)arg;
  return wa_fd_readable(0);
}
WA_TASK(reads);
