/* error.c: names of statuses, and the sentence that belongs to the latest wrong call. */
#include "base.h"

#include <stdarg.h>

static char error_text[256];

const char *wa_error_text(void) { return error_text; }

const char *wa_status_name(int status) {
  static const char *const names[] = {
      "WA_OK",       "WA_ECANCELED", "WA_ETIMEDOUT", "WA_EGROUP", "WA_EMISUSE",   "WA_ENOMEM", "WA_ESHUTDOWN", "WA_EBROKEN",
      "WA_EHOST",    "WA_EDEADLOCK", "WA_ESTACK",    "WA_ETRAP",  "WA_EDISCARDED", "WA_EAGAIN", "WA_EPENDING"};
  if (status >= 0) return names[0];
  if (status <= WA_EUSER) return "WA_EUSER";
  if (status < WA_EPENDING) return "WA_E?";
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

static size_t format_va(char *out, size_t size, const char *format, va_list args) {
  char *p = out, *end = out + size - 1;
  for (; *format && p < end; format++) {
    if (*format != '%') {
      *p++ = *format;
      continue;
    }
    int64_t number = 0;
    const char *text;
    switch (*++format) {
      case 's':
        for (text = va_arg(args, const char *); *text && p < end; text++) *p++ = *text;
        continue;
      case 'd': number = va_arg(args, int); break;
      case 'u': number = va_arg(args, unsigned); break;
      case 'l': number = va_arg(args, wa_time) / WA_MS(1); break;
    }
    if (number < 0) *p++ = '-';
    p = put_number(p, end, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
  }
  *p = 0;
  return (size_t)(p - out);
}

size_t wa__format(char *out, size_t size, const char *format, ...) {
  va_list args;
  va_start(args, format);
  size_t n = format_va(out, size, format, args);
  va_end(args);
  return n;
}

int wa__misuse(const char *format, ...) {
  va_list args;
  va_start(args, format);
  format_va(error_text, sizeof error_text, format, args);
  va_end(args);
  return WA_EMISUSE;
}

int wa__no_memory(const char *what) {
  wa__format(error_text, sizeof error_text, "no memory for %s", what);
  return WA_ENOMEM;
}
