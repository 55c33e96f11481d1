/* random.h: what a program does is a function of its seed alone, on every machine. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void random_begin(uint64_t seed);
/* 0 to n - 1. */
unsigned below(unsigned n);
bool chance(unsigned percent);
/* Whether this argument is to be a wrong one: seldom, or nothing would ever happen. */
bool wrong(void);

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof *(array)))
#define ONE_OF(type, ...) (((const type[]){__VA_ARGS__})[below(COUNT(((const type[]){__VA_ARGS__})))])

#endif
