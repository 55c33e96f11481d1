/* component.c: the exports of wasyncio.wit over those of docs/abi.md: what makes a reactor a component.
 *
 *     component model: strings, lists, variants -> canonical ABI: pointers into memory of cabi_realloc's -> wax_...
 *                      results                  <- a record here, read before the next call        <------'
 *
 * Laws
 *   - Arguments belong to the callee, so each is freed or given on; results are read at once, so one record does.
 *   - What leaves as a string is UTF-8, whatever C put there: an engine ends the instance over anything else.
 *   - Nothing waits for what the world does not have: operations fail, descriptors are polled, reports go to stderr.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT(name) __attribute__((export_name("wasyncio:runtime/tasks@0.1.0#" name)))
enum { NOTHING, BYTES, TEXT, NUMBER };
enum { SETTLED = 1, STARTED, REPORT = 4, DESCRIPTOR, EVENT_WORDS = 4, EVENT_ID = 1, EVENT_DATA };
enum { REPORT_TEXT = 6 };
enum { EHOST = -8 };
#define POLL_EVERY 5.0 /* ms, while C waits for descriptors */
enum {
  INFO_STATE, INFO_STATUS, INFO_CANCELLING = 3, INFO_TYPE, INFO_DATA, INFO_SIZE, INFO_REASON, INFO_NAME, INFO_SITE,
  INFO_NUMBER
};

/* docs/abi.md */
int32_t wax_init(uint32_t flags, double budget_ms, uint32_t stack_size);
void *wax_alloc(uint32_t size);
int32_t wax_free(void *p);
const void *wax_find(const char *name);
uint32_t wax_spawn(const void *entry, uint32_t type, void *data, uint32_t size, double number, const char *name,
                   uint32_t stack_size, uint32_t flags);
const void *wax_turn(void);
int32_t wax_cancel(uint32_t handle, const char *reason);
const uint32_t *wax_info(uint32_t handle);
int32_t wax_release(uint32_t handle);
int32_t wax_settle(uint32_t operation, int32_t status, uint32_t type, void *data, uint32_t size, double number);
__attribute__((weak)) int32_t wax_poll(double ms); /* of programs that wait for descriptors */
int32_t wax_shutdown(void);
int32_t wax_discard(void);
const char *wax_error(void);

__attribute__((constructor)) static void begin(void) { wax_init(0, 0, 0); }

typedef struct text { const char *data; uint32_t size; } text;

/* How many bytes the character has that begins there; 0: it is none. */
static uint32_t character(const uint8_t *p, uint32_t left) {
  uint8_t first = p[0], low = 0x80, high = 0xbf;
  uint32_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f; /* no surrogates */
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  if (size > left) return 0;
  for (uint32_t i = 1; i < size; i++, low = 0x80, high = 0xbf)
    if (p[i] < low || p[i] > high) return 0;
  return size;
}

/* As it is; or what is no UTF-8 in it replaced, in memory that is good until the next text for the same place in a record. */
enum { FIRST, REASON, NAME, SITE, PLACES };
static text utf8(int place, const char *data, uint32_t size) {
  static char *copies[PLACES];
  const uint8_t *p = (const uint8_t *)data;
  uint32_t at = 0, n;
  while (at < size && (n = character(p + at, size - at))) at += n;
  if (at == size) return (text){data, size};
  free(copies[place]);
  char *out = copies[place] = malloc(3 * (size_t)size);
  if (!out) return (text){"", 0};
  uint32_t length = 0;
  for (at = 0; at < size; at += n ? n : 1) {
    n = character(p + at, size - at);
    memcpy(out + length, n ? data + at : "\xef\xbf\xbd", n ? n : 3);
    length += n ? n : 3;
  }
  return (text){out, length};
}
static text text_of(int place, const char *s) { return s ? utf8(place, s, (uint32_t)strlen(s)) : (text){"", 0}; }

/* Which handles the other side has: a bit for each index. */
static uint8_t *held;
static uint32_t held_size;
static void hold(uint32_t handle, bool is_held) {
  uint32_t index = handle & 0x3fffff, at = index / 8;
  if (at >= held_size) {
    if (!is_held) return;
    uint32_t size = 2 * at + 64;
    held = realloc(held, size);
    if (!held) __builtin_trap();
    memset(held + held_size, 0, size - held_size);
    held_size = size;
  }
  held[at] = (uint8_t)(is_held ? held[at] | 1 << index % 8 : held[at] & ~(1 << index % 8));
}
static bool is_held(uint32_t handle) {
  uint32_t index = handle & 0x3fffff;
  return index / 8 < held_size && held[index / 8] >> index % 8 & 1;
}

/* A result's tag, and the sentence of an error. */
typedef struct answer {
  uint8_t is_error;
  union { uint32_t number; bool flag; text error; };
} answer;

/* Every allocation that the canonical ABI asks for is data for the runtime, or a name: both come from wax_alloc, which
 * puts a 0 behind it. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size);
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)align; /* to 8: nothing here wants more */
  void *p = wax_alloc(size);
  if (!p) __builtin_trap(); /* the contract knows no other way to say it */
  if (old) memcpy(p, old, old_size < size ? old_size : size), wax_free(old);
  return p;
}

static const answer *refused(void) {
  static answer a;
  a = (answer){.is_error = 1, .error = text_of(FIRST, wax_error())};
  return &a;
}

/* A text from the other side; NULL if it is empty, because its pointer may then be any number: jco's is 1. */
static char *given(char *text, uint32_t size) {
  if (size) text[size] = 0;
  else wax_free(text);
  return size ? text : NULL;
}

/* Of the name's bytes as many as there is room for. */
static const answer *unknown(const char *name) {
  static answer a;
  static char sentence[160];
  strcpy(sentence, "no task is named '");
  strncat(sentence, name ? name : "", sizeof sentence - 24);
  strcat(sentence, "'");
  a = (answer){.is_error = 1, .error = text_of(FIRST, sentence)};
  return &a;
}

EXPORT("spawn") const answer *component_spawn(char *name, uint32_t name_size, uint32_t type, uint64_t word,
                                              uint32_t size) {
  static answer a;
  name = given(name, name_size);
  const void *entry = wax_find(name);
  double number = 0;
  if (type == NUMBER) memcpy(&number, &word, sizeof number);
  bool owned = type == BYTES || type == TEXT;
  void *data = owned ? (void *)(uintptr_t)word : NULL;
  if (!size || !entry) wax_free(data), data = NULL; /* memory for nothing, too, is memory */
  uint32_t handle = entry ? wax_spawn(entry, type, data, data ? size : 0, number, NULL, 0, 0) : 0;
  const answer *no = entry ? NULL : unknown(name);
  wax_free(name);
  if (!handle) return no ? no : refused();
  hold(handle, true);
  a = (answer){.number = handle};
  return &a;
}

typedef struct turn_record {
  uint8_t has_next;
  double next_ms;
  uint32_t alive;
  const uint32_t *settled;
  uint32_t settled_count;
} turn_record;

/* The world has no functions that C could call. */
static void fail_operation(uint32_t operation) {
  static const char why[] = "a component's host carries out no operations";
  char *data = wax_alloc(sizeof why);
  if (data) memcpy(data, why, sizeof why);
  wax_settle(operation, EHOST, data ? TEXT : NOTHING, data, data ? sizeof why - 1 : 0, 0);
}

static void report(uint32_t handle, const char *const *record) {
  static const char prefix[] = "wasyncio: ";
  text line = text_of(FIRST, record[REPORT_TEXT]);
  bool told = write(2, prefix, sizeof prefix - 1) >= 0 && write(2, line.data, line.size) >= 0 && write(2, "\n", 1) >= 0;
  (void)told; /* there is nobody else to tell */
  if (handle && !is_held(handle)) wax_release(handle); /* made for this report */
}

/* The descriptors that C waits for. */
static uint32_t *wanted, wanted_count;
static void want(uint32_t fd, bool any) {
  uint32_t i = 0;
  while (i < wanted_count && wanted[i] != fd) i++;
  if (!any && i < wanted_count) wanted[i] = wanted[--wanted_count];
  if (!any || i < wanted_count) return;
  wanted = realloc(wanted, (wanted_count + 1) * sizeof *wanted);
  if (!wanted) __builtin_trap();
  wanted[wanted_count++] = fd;
}

EXPORT("turn") const turn_record *component_turn(void) {
  static turn_record out;
  static uint32_t *settled, capacity;
  if (wanted_count && wax_poll) wax_poll(0);
  const char *state = wax_turn();
  const uint32_t *words = (const uint32_t *)state, *events = (const uint32_t *)(uintptr_t)words[2];
  out = (turn_record){.alive = words[4]};
  memcpy(&out.next_ms, state, sizeof out.next_ms);
  out.has_next = out.next_ms >= 0;
  if (words[3] > capacity) {
    free(settled);
    settled = malloc((capacity = words[3]) * sizeof *settled);
    if (!settled) __builtin_trap();
  }
  bool at_once = false;
  for (const uint32_t *event = events; event < events + words[3] * EVENT_WORDS; event += EVENT_WORDS) {
    uint32_t id = event[EVENT_ID], data = event[EVENT_DATA];
    if (event[0] == SETTLED) settled[out.settled_count++] = id;
    else if (event[0] == STARTED) fail_operation(id), at_once = true;
    else if (event[0] == REPORT) report(id, (const char *const *)(uintptr_t)data);
    else if (event[0] == DESCRIPTOR) want(id, data != 0);
  }
  out.settled = settled;
  double longest = at_once ? 0 : wanted_count ? POLL_EVERY : out.next_ms;
  if (!out.has_next || longest < out.next_ms) out.next_ms = longest;
  out.has_next = out.next_ms >= 0;
  return &out;
}

EXPORT("cancel") const answer *component_cancel(uint32_t task, char *reason, uint32_t size) {
  static answer a;
  reason = given(reason, size);
  int32_t st = wax_cancel(task, reason);
  wax_free(reason);
  if (st < 0) return refused();
  a = (answer){.flag = st == 1};
  return &a;
}

typedef struct info_record {
  uint8_t is_error;
  union {
    text error;
    struct {
      uint8_t state;
      int32_t status, cancelling;
      struct { uint8_t type; union { text data; double number; }; } result;
      text reason, name, site;
    };
  };
} info_record;

EXPORT("look") const info_record *component_look(uint32_t task) {
  static info_record out;
  const uint32_t *info = wax_info(task);
  out = (info_record){0};
  if (!info) {
    out.is_error = 1;
    out.error = text_of(FIRST, wax_error());
    return &out;
  }
  out.state = (uint8_t)info[INFO_STATE];
  out.status = (int32_t)info[INFO_STATUS];
  out.cancelling = (int32_t)info[INFO_CANCELLING];
  out.result.type = (uint8_t)info[INFO_TYPE];
  if (info[INFO_TYPE] == NUMBER) memcpy(&out.result.number, info + INFO_NUMBER, sizeof(double));
  else out.result.data = (text){(const char *)(uintptr_t)info[INFO_DATA], info[INFO_SIZE]};
  if (info[INFO_TYPE] == TEXT) out.result.data = utf8(FIRST, out.result.data.data, out.result.data.size);
  out.reason = text_of(REASON, (const char *)(uintptr_t)info[INFO_REASON]);
  out.name = text_of(NAME, (const char *)(uintptr_t)info[INFO_NAME]);
  out.site = text_of(SITE, (const char *)(uintptr_t)info[INFO_SITE]);
  return &out;
}

EXPORT("release") const answer *component_release(uint32_t task) {
  static const answer done;
  if (wax_release(task) < 0) return refused();
  hold(task, false);
  return &done;
}

EXPORT("shutdown") uint32_t component_shutdown(void) { return (uint32_t)wax_shutdown(); }
/* Every handle is void then, and nothing waits any more. */
EXPORT("discard") uint32_t component_discard(void) {
  if (held) memset(held, 0, held_size);
  wanted_count = 0;
  return (uint32_t)wax_discard();
}
