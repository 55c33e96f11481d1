/* line.c: a stream, line by line: asyncio's StreamReader.readline.
 *
 *     buffer:  [ taken | a line \n another \n the begin of a th ]  <-- wa_read
 *                      begin                  scanned           end
 *
 * Laws
 *   - A line is handed out where it was read; it is valid until the next call.
 *   - What a cancelled wait had read stays in the buffer: nothing is lost, the next call goes on with it.
 */
#include "io.h"

#include <string.h>

#define LIMIT 65536 /* of asyncio's streams */
#define FIRST 256 /* of the buffer: a stream that fills it in one read has more to give, so it doubles up to MOST */
#define MOST 16384
/* Some hosts (wasmtime before 47, -S preview2=n) read stdin 8192 bytes ahead, and their poll does not see what they keep
 * behind: a read of as many bytes leaves them nothing to keep. */
#define STDIN_ROOM 8192

void wa_lines_init(wa_lines *l, int fd, size_t max) {
  if (wa__given(l, "wa_lines_init")) *l = (wa_lines){.fd = fd, .max = max ? max : LIMIT};
}

void wa_lines_close(wa_lines *l) {
  if (!wa__given(l, "wa_lines_close")) return;
  if (l->reading) {
    wa__misuse("wa_lines_close: a task waits for the next line of descriptor %d", l->fd);
    return;
  }
  wa__free(l->buffer, l->capacity);
  wa_lines_init(l, l->fd, l->max);
}

/* Room for what is read next, and for a 0 byte. */
static bool reserve(wa_lines *l) {
  if (l->begin) {
    memmove(l->buffer, l->buffer + l->begin, l->end - l->begin);
    l->end -= l->begin;
    l->scanned -= l->begin;
    l->begin = 0;
  }
  size_t least = l->end + (l->fd ? 1 : STDIN_ROOM) + 1;
  if (least <= l->capacity && !(l->filled && l->capacity < MOST)) return true;
  size_t capacity = l->capacity ? l->capacity * 2 : FIRST;
  while (capacity < least) capacity *= 2;
  char *grown = wa__alloc(capacity);
  if (!grown) return false;
  if (l->end) memcpy(grown, l->buffer, l->end);
  wa__free(l->buffer, l->capacity);
  l->buffer = grown;
  l->capacity = capacity;
  return true;
}

enum { NONE_YET = 2 };

static int hand_out(wa_lines *l, size_t size) {
  l->line = l->buffer + l->begin;
  l->size = size && l->line[size - 1] == '\r' ? size - 1 : size;
  l->line[l->size] = 0;
  l->begin = l->scanned;
  return 1;
}

/* Without the carriage return, which may be the first half of the line's end. */
static bool fits(const wa_lines *l, size_t size) {
  return size - (size && l->buffer[l->begin + size - 1] == '\r') <= l->max;
}

static WA__COLD int too_long(wa_lines *l) {
  l->begin = l->scanned;
  l->overrun = true;
  return wa__misuse("wa_lines_next: a line of descriptor %d is longer than %u bytes; it is left out", l->fd, l->max);
}

/* 1: a line; 0: no more; NONE_YET: read on; or an error. */
static __attribute__((noinline)) int take(wa_lines *l) {
  while (l->scanned < l->end) {
    if (l->buffer[l->scanned++] != '\n') continue;
    size_t size = l->scanned - 1 - l->begin;
    bool rest = l->skipping; /* of one that was too long */
    l->skipping = false;
    if (rest) l->begin = l->scanned;
    else return fits(l, size) ? hand_out(l, size) : too_long(l);
  }
  size_t size = l->end - l->begin;
  if (l->skipping) l->begin = l->end;
  else if (l->ended && size && fits(l, size)) return hand_out(l, size);
  else if (!fits(l, size)) return l->skipping = true, too_long(l);
  if (l->ended) return 0;
  return reserve(l) ? NONE_YET : wa__no_memory("a line");
}

int wa_lines_next(wa_lines *l) {
  if (!l) return wa__misuse("wa_lines_next: lines is NULL; expected a wa_lines");
  if (l->reading) return wa__misuse("wa_lines_next: another task waits for the next line of descriptor %d", l->fd);
  l->overrun = false;
  const char *site = wa__site;
  int st = wa__need_task("wa_lines_next") ? wa__checkpoint_at(site) : WA_EMISUSE;
  if (st < 0) return st;
  for (;;) {
    st = take(l);
    if (st != NONE_YET) return st;
    l->reading = true;
    wa__site = site;
    st = wa__io_read("wa_lines_next", l->fd, l->buffer + l->end, l->capacity - l->end - 1);
    l->reading = false;
    if (st < 0) return st;
    if (!st) l->ended = true;
    l->filled = l->end + (size_t)st + 1 == l->capacity;
    l->end += (size_t)st;
  }
}
