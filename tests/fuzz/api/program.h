/* program.h: one random program. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

/* Runs it. same_everywhere: without what is another on another host: failing memory and descriptors. */
void program(uint64_t seed, bool same_everywhere);

#endif
