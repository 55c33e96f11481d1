/* error.c: names of statuses, and the sentence that belongs to the latest wrong call. */
#include "base.h"

#include <stdarg.h>

static char error_text[256];

const char *wa__outside;

const char *wa_error_text(void) {
  if (wa__outside) wa__misuse("%s: called outside of a task; only a task can wait", wa__outside);
  return error_text;
}

const char *wa_status_name(int status) {
  static const char *const names[] = {
      "WA_OK",       "WA_ECANCELED", "WA_ETIMEDOUT", "WA_EGROUP", "WA_EMISUSE",   "WA_ENOMEM", "WA_ESHUTDOWN", "WA_EBROKEN",
      "WA_EHOST",    "WA_EDEADLOCK", "WA_ESTACK",    "WA_ETRAP",  "WA_EDISCARDED", "WA_EAGAIN", "WA_EPENDING",
      "WA_ECLOSED",  "WA_EIO"};
  if (status >= 0) return names[0];
  if (status <= WA_EUSER) return "WA_EUSER";
  if (status < WA_EIO) return "WA_E?";
  return names[-status];
}

static char *put_number(char *p, char *end, uint64_t n) {
  char digits[20];
  int k = 0;
  do digits[k++] = (char)('0' + n % 10);
  while (n /= 10);
  while (k && p < end) *p++ = digits[--k];
  return p;
}

static char *put_text(char *p, char *end, const char *text) {
  while (*text && p < end) *p++ = *text++;
  return p;
}

static char *put_signed(char *p, char *end, int64_t n) {
  if (n < 0 && p < end) *p++ = '-';
  return put_number(p, end, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

/* One argument by its letter. */
static char *put(char *p, char *end, char letter, int64_t arg) {
  if (letter == 's') return put_text(p, end, (const char *)(intptr_t)arg);
  return put_signed(p, end, letter == 'l' ? arg / WA_MS(1) : arg);
}

size_t wa__format(char *out, size_t size, const char *format, ...) {
  char *p = out, *end = out + size - 1;
  va_list args;
  va_start(args, format);
  for (; *format && p < end; format++) {
    if (*format != '%') *p++ = *format;
    else if (*++format == 's') p = put(p, end, 's', (int64_t)(intptr_t)va_arg(args, const char *));
    else if (*format == 'd') p = put(p, end, 'd', va_arg(args, int));
    else if (*format == 'u') p = put(p, end, 'u', va_arg(args, unsigned));
    else if (*format == 'l') p = put(p, end, 'l', va_arg(args, wa_time));
  }
  va_end(args);
  *p = 0;
  return (size_t)(p - out);
}

int wa__misused(const char *format, int64_t a, int64_t b, int64_t c) {
  wa__outside = NULL;
  const int64_t args[] = {a, b, c}, *arg = args;
  char *p = error_text, *end = error_text + sizeof error_text - 1;
  for (; *format && p < end; format++) {
    if (*format != '%') *p++ = *format;
    else p = put(p, end, *++format, *arg++);
  }
  *p = 0;
  return WA_EMISUSE;
}

void wa__lacking(const char *call) { wa__misuse("%s: NULL was given", call); }

int wa__no_memory(const char *what) {
  wa__outside = NULL;
  wa__format(error_text, sizeof error_text, "no memory for %s", what);
  return WA_ENOMEM;
}
