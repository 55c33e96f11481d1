/* error.c: names of statuses, and the sentence that belongs to the latest wrong call. */
#include "base.h"

static char error_text[7 * WA__TEXT_MOST + 112], *error_end; /* the longest names seven tasks: wait.c's cycle */

const char *wa__outside;
void (*wa__misuse_heard)(const char *sentence);
#if !WA__SMALL
const wa_task *wa__said_of;
#endif

/* A sentence, with the name of the task whose call it is about. */
static void begin(const wa_task *t) {
  wa__outside = NULL;
#if !WA__SMALL
  wa__said_of = t;
#endif
  error_end = error_text;
  if (t) error_end += wa__format(error_text, sizeof error_text, "task '%s': ", wa_name(t));
}

const char *wa_error_text(void) {
  const char *call = wa__outside;
  if (call) { /* nobody's, whoever asks now */
    begin(NULL);
    wa__format(error_text, sizeof error_text, "%s: called outside of a task; only a task can call it", call);
  }
  return error_text;
}

/* Where each name begins in one text: a byte, where a pointer has four (30 bytes of gzip in all). */
#define STATUSES(DO)                                                                                              \
  DO(WA_OK) DO(WA_ECANCELED) DO(WA_ETIMEDOUT) DO(WA_EGROUP) DO(WA_EMISUSE) DO(WA_ENOMEM) DO(WA_ESHUTDOWN)         \
  DO(WA_EBROKEN) DO(WA_EHOST) DO(WA_EDEADLOCK) DO(WA_ESTACK) DO(WA_ETRAP) DO(WA_EDISCARDED) DO(WA_EAGAIN)         \
  DO(WA_EPENDING) DO(WA_ECLOSED) DO(WA_EIO)
#define TEXT(name) char name[sizeof #name];
#define NAME(name) #name,
#define BEGINNING(name) [-name] = offsetof(struct names, name),
static const struct names { STATUSES(TEXT) } names = {STATUSES(NAME)};
static const uint8_t beginnings[] = {STATUSES(BEGINNING)};

const char *wa_status_name(int status) {
  if (status <= WA_EUSER) return "WA_EUSER";
  if (status < WA_EIO) return "WA_E?";
  return (const char *)&names + beginnings[status < 0 ? -status : 0];
}

/* Of a longer text the beginning, as whole characters of UTF-8. */
static char *put_text(char *p, char *end, const char *text) {
  for (const char *most = text + WA__TEXT_MOST; *text && p < end && (text < most || (*text & 0xc0) == 0x80);) *p++ = *text++;
  return p;
}

static char *put_number(char *p, char *end, int64_t number) {
  char text[24], *digit = text + sizeof text;
  uint64_t n = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  *--digit = 0;
  do *--digit = (char)('0' + n % 10);
  while (n /= 10);
  if (number < 0) *--digit = '-';
  return put_text(p, end, digit);
}

size_t wa__formatted(char *out, size_t size, const char *format, int64_t a, int64_t b, int64_t c, int64_t d) {
  const int64_t args[] = {a, b, c, d}, *next = args;
  char *p = out, *end = out + size - 1;
  for (; *format && p < end; format++) {
    if (*format != '%') {
      *p++ = *format;
      continue;
    }
    if (*++format <= '9') next = &args[*format++ - '0'];
    int64_t arg = *next++;
    p = *format == 's' ? put_text(p, end, (const char *)(intptr_t)arg)
                       : put_number(p, end, *format == 'l' ? arg / WA_MS(1) : arg);
  }
  *p = 0;
  return (size_t)(p - out);
}

int wa__misused(const char *format, int64_t a, int64_t b, int64_t c) {
  begin(wa_current());
  return wa__misused_more(format, a, b, c);
}

int wa__misused_more(const char *format, int64_t a, int64_t b, int64_t c) {
  error_end += wa__formatted(error_end, (size_t)(error_text + sizeof error_text - error_end), format, a, b, c, 0);
  if (wa__misuse_heard) wa__misuse_heard(error_text);
  return WA_EMISUSE;
}

void wa__note_sentence(const char *sentence) {
  begin(NULL);
  while (error_end < error_text + sizeof error_text - 1 && *sentence) *error_end++ = *sentence++;
  *error_end = 0;
}

void wa__lacking(const char *call) { wa__misuse("%s: NULL was given", call); }

int wa__no_memory(const char *what) {
  wa__misuse("no memory for %s", what);
  return WA_ENOMEM;
}
