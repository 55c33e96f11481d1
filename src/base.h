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
/* The small library (-Os, -Oz) goes without what weighs more than its programs miss. */
#ifdef __OPTIMIZE_SIZE__
#define WA__SMALL 1
#else
#define WA__SMALL 0
#endif
/* Of functions in headers: inline where speed counts; where size does, one copy, into which the optimizer merges each file's. */
#if WA__SMALL
#define WA__INLINE static __attribute__((noinline, unused))
#define WA__HOT static inline
#else
#define WA__INLINE static inline
/* Where a call more is felt: a hundredth of a task spawned and awaited. */
#define WA__HOT static inline __attribute__((always_inline))
#endif

/* Writes a sentence: wa__format(out, size, format, up to three texts or numbers), %s a text, its beginning if it is long, %d or
 * %u a number, %l a wa_time in milliseconds. A digit says which argument, whatever came before: %0s is the first, and what has
 * no digit then goes on from there. A fourth, up to %3s, only wa__formatted takes: report.c calls it. Always ends it with a
 * 0 byte; returns its length. A printf of our own, because libc's is larger than the whole runtime. */
enum { WA__TEXT_MOST = 80 }; /* bytes of a %s, which may be a name of any length: the sentence is to be read to its end */
#define wa__format(out, size, ...) wa__formatted(out, size, WA__ARGS(__VA_ARGS__), 0)
/* Notes the sentence for wa_error_text and returns WA_EMISUSE: wa__misuse(format, up to three texts or numbers). */
#define wa__misuse(...) wa__misused(WA__ARGS(__VA_ARGS__))
/* The same, at the end of the sentence that is there. */
#define wa__misuse_more(...) wa__misused_more(WA__ARGS(__VA_ARGS__))
/* Not variadic: variable arguments lie in the caller's C stack frame, and a function that suspends must have none, or each task
 * that waits in it keeps a C stack. */
size_t wa__formatted(char *out, size_t size, const char *format, int64_t a, int64_t b, int64_t c, int64_t d) WA__COLD;
/* One that was made elsewhere, whole. */
void wa__note_sentence(const char *sentence) WA__COLD;
int wa__misused(const char *format, int64_t a, int64_t b, int64_t c) WA__COLD;
int wa__misused_more(const char *format, int64_t a, int64_t b, int64_t c) WA__COLD;
/* Is told each sentence; NULL: nobody is. */
extern void (*wa__misuse_heard)(const char *sentence);
extern const wa_task *wa__said_of; /* the task that the sentence names; not in the small library */
#define WA__ARGS(...) WA__PICK(__VA_ARGS__, WA__A3, WA__A2, WA__A1, WA__A0, 0)(__VA_ARGS__)
#define WA__PICK(format, a, b, c, macro, ...) macro
#define WA__A0(format) format, 0, 0, 0
#define WA__A1(format, a) format, WA__ARG(a), 0, 0
#define WA__A2(format, a, b) format, WA__ARG(a), WA__ARG(b), 0
#define WA__A3(format, a, b, c) format, WA__ARG(a), WA__ARG(b), WA__ARG(c)
#define WA__ARG(x) _Generic((x), char *: wa__text_arg, const char *: wa__text_arg, default: wa__number_arg)(x)
static inline int64_t wa__text_arg(const char *text) { return (int64_t)(intptr_t)text; }
static inline int64_t wa__number_arg(int64_t number) { return number; }
int wa__no_memory(const char *what) WA__COLD;
/* No status: of a wait that has begun, and is not over. A body that returns this number has returned the next one. */
enum { WA__PARKED = INT32_MIN };
static inline int wa__status_of(int returned) { return returned == WA__PARKED ? WA__PARKED + 1 : returned; }
/* What an operation, a future or a group may fail with. */
static inline bool wa__is_error(int status) { return status < 0 && status != WA_EPENDING && status != WA__PARKED; }

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
