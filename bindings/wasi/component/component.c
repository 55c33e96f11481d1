/* component.c: the exports of wasyncio.wit over those of docs/abi.md: what makes a reactor a component.
 *
 *     component model: strings, lists, variants -> canonical ABI: pointers into memory of cabi_realloc's -> wax_...
 *                      results                  <- a record here, read before the next call        <------'
 *
 * Law: arguments belong to the callee, so each is freed or given on; results are read at once, so one record does.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name("wasyncio:runtime/tasks@0.1.0#" name)))
enum { NOTHING, BYTES, TEXT, NUMBER };
enum { SETTLED = 1, EVENT_WORDS = 4 };
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
int32_t wax_shutdown(void);
int32_t wax_discard(void);
const char *wax_error(void);

__attribute__((constructor)) static void begin(void) { wax_init(0, 0, 0); }

typedef struct text { const char *data; uint32_t size; } text;
static text text_of(const char *s) { return (text){s ? s : "", s ? (uint32_t)strlen(s) : 0}; }

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
  a = (answer){.is_error = 1, .error = text_of(wax_error())};
  return &a;
}

EXPORT("spawn") const answer *component_spawn(char *name, uint32_t name_size, uint32_t type, uint64_t word,
                                              uint32_t size) {
  static answer a;
  name[name_size] = 0;
  const void *entry = wax_find(name);
  double number = 0;
  if (type == NUMBER) memcpy(&number, &word, sizeof number);
  bool owned = type == BYTES || type == TEXT;
  void *data = owned ? (void *)(uintptr_t)word : NULL;
  if (!size) wax_free(data), data = NULL; /* memory for nothing, too, is memory */
  uint32_t handle = wax_spawn(entry, type, data, data ? size : 0, number, NULL, 0, 0);
  wax_free(name);
  if (!handle) return refused();
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

EXPORT("turn") const turn_record *component_turn(void) {
  static turn_record out;
  static uint32_t *settled, capacity;
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
  for (uint32_t i = 0; i < words[3]; i++)
    if (events[i * EVENT_WORDS] == SETTLED) settled[out.settled_count++] = events[i * EVENT_WORDS + 1];
  out.settled = settled;
  return &out;
}

EXPORT("cancel") const answer *component_cancel(uint32_t task, char *reason, uint32_t size) {
  static answer a;
  reason[size] = 0;
  int32_t st = wax_cancel(task, size ? reason : NULL);
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
    out.error = text_of(wax_error());
    return &out;
  }
  out.state = (uint8_t)info[INFO_STATE];
  out.status = (int32_t)info[INFO_STATUS];
  out.cancelling = (int32_t)info[INFO_CANCELLING];
  out.result.type = (uint8_t)info[INFO_TYPE];
  if (info[INFO_TYPE] == NUMBER) memcpy(&out.result.number, info + INFO_NUMBER, sizeof(double));
  else out.result.data = (text){(const char *)(uintptr_t)info[INFO_DATA], info[INFO_SIZE]};
  out.reason = text_of((const char *)(uintptr_t)info[INFO_REASON]);
  out.name = text_of((const char *)(uintptr_t)info[INFO_NAME]);
  out.site = text_of((const char *)(uintptr_t)info[INFO_SITE]);
  return &out;
}

EXPORT("release") const answer *component_release(uint32_t task) {
  static const answer done;
  return wax_release(task) < 0 ? refused() : &done;
}

EXPORT("shutdown") uint32_t component_shutdown(void) { return (uint32_t)wax_shutdown(); }
EXPORT("discard") uint32_t component_discard(void) { return (uint32_t)wax_discard(); }
