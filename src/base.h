/* base.h: what every file of the runtime stands on: the public contract, a few macros, errors with a sentence.
 *
 * Law: a wrong call gives a status and a sentence, never a trap. The sentence is made here and nowhere else.
 */
#ifndef WA_BASE_H
#define WA_BASE_H

#include "fault.h"
#define WA_NO_SITES 1 /* inside the runtime the suspending functions are themselves, not their macros */
#include "wasyncio.h"

#define wa__likely(x) __builtin_expect(!!(x), 1)
#define wa__unlikely(x) __builtin_expect(!!(x), 0)
#define wa__container(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define WA__COLD __attribute__((noinline, cold))

/* Writes a sentence: %s a text, %d an int, %u an unsigned, %l a wa_time in milliseconds. Always ends it with a
 * 0 byte; returns its length. A printf of our own, because libc's is larger than the whole runtime. */
size_t wa__format(char *out, size_t size, const char *format, ...);

/* Notes the sentence for wa_error_text and returns WA_EMISUSE: wa__misuse(format, up to three texts or numbers), %s a text,
 * %d a number, %l a wa_time in milliseconds. Not variadic: variable arguments lie in the caller's C stack frame, and a
 * function that suspends must have none, or each task that waits in it keeps a C stack. */
#define wa__misuse(...) WA__PICK(__VA_ARGS__, WA__M3, WA__M2, WA__M1, WA__M0, 0)(__VA_ARGS__)
#define WA__PICK(a, b, c, d, macro, ...) macro
#define WA__M0(format) wa__misused(format, 0, 0, 0)
#define WA__M1(format, a) wa__misused(format, WA__ARG(a), 0, 0)
#define WA__M2(format, a, b) wa__misused(format, WA__ARG(a), WA__ARG(b), 0)
#define WA__M3(format, a, b, c) wa__misused(format, WA__ARG(a), WA__ARG(b), WA__ARG(c))
#define WA__ARG(x) _Generic((x), char *: wa__text_arg, const char *: wa__text_arg, default: wa__number_arg)(x)
static inline int64_t wa__text_arg(const char *text) { return (int64_t)(intptr_t)text; }
static inline int64_t wa__number_arg(int64_t number) { return number; }
int wa__misused(const char *format, int64_t a, int64_t b, int64_t c) WA__COLD;
int wa__no_memory(const char *what) WA__COLD;

/* Whether a call that has no status to give was given its object; else its sentence is noted. */
void wa__lacking(const char *call) WA__COLD;
static inline bool wa__given(const void *object, const char *call) {
  if (wa__unlikely(!object)) wa__lacking(call);
  return object != NULL;
}
/* The latest wrong call is this one, made where no task runs: its sentence is made when asked for. NULL: another is. */
extern const char *wa__outside;

/* Memory in exact sizes, with free lists: pool.c. NULL without memory; not zeroed. */
void *wa__alloc(size_t size);
void wa__free(void *memory, size_t size);
extern size_t wa__bytes; /* that live objects use */

#endif
