/* base.h: what every file of the runtime stands on: the public contract, a few macros, errors with a sentence.
 *
 * Law: a wrong call gives a status and a sentence, never a trap. The sentence is made here and nowhere else.
 */
#ifndef WA_BASE_H
#define WA_BASE_H

#define WA_NO_SITES 1 /* inside the runtime the suspending functions are themselves, not their macros */
#include "wasyncio.h"

#define wa__likely(x) __builtin_expect(!!(x), 1)
#define wa__unlikely(x) __builtin_expect(!!(x), 0)
#define wa__container(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define WA__COLD __attribute__((noinline, cold))

/* Writes a sentence: %s a text, %d an int, %u an unsigned, %l a wa_time in milliseconds. Always ends it with a
 * 0 byte; returns its length. A printf of our own, because libc's is larger than the whole runtime. */
size_t wa__format(char *out, size_t size, const char *format, ...);

/* Notes the sentence for wa_error_text and returns the status. */
int wa__misuse(const char *format, ...) WA__COLD;
int wa__no_memory(const char *what) WA__COLD;

/* Memory in exact sizes, with free lists: pool.c. NULL without memory; not zeroed. */
void *wa__alloc(size_t size);
void wa__free(void *memory, size_t size);
extern size_t wa__bytes; /* that live objects use */

#endif
