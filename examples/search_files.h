/* search_files.h: the four things that the search asks of its host, each an await. Two hosts, one contract:
 *
 *     list_folder   hands each entry to `found`: its kind ('f' file, 'd' folder, 'l' link, '?' other) and its name
 *     open_file     fills the source, whose id is -1 until then
 *     read_file     the next piece of at most 64 KiB is in source->data and size; a size of 0: the end
 *     close_file    gives the file back; its id is -1 again
 *
 * Each returns WA_OK, WA_ECANCELED, or WA_EHOST: then files_error says why, until the next failure. What was opened has
 * its id in the source, whatever open_file returned.
 *   - Emscripten: the functions of search.mjs, which read with promises while other tasks go on.
 *   - WASI: the system calls. They block, so each is preceded by a wa_yield, where the other tasks, the timers and a
 *     cancellation get their turn.
 */
#ifndef SEARCH_FILES_H
#define SEARCH_FILES_H

#include "wasyncio.h"

#include <stdio.h>
#include <string.h>

typedef struct source {
  int id;
  const char *data; /* good until the task's next await */
  size_t size;
} source;

typedef void (*found_fn)(void *ctx, char kind, const char *name);

static char files_error[256];

static void note_error(const char *why) { snprintf(files_error, sizeof files_error, "%s", why ? why : "unknown"); }

#ifdef __EMSCRIPTEN__

static int ask_host(const char *name, wa_data input, wa_data *out) {
  int st = wa_await_op(name, &input, out);
  if (st == WA_EHOST) note_error(out->data);
  return st;
}

/* A path is bytes: not every file's name is a text. */
static wa_data path_data(const char *path) { return (wa_data){.type = WA_BYTES, .data = path, .size = strlen(path)}; }
static wa_data id_data(int id) { return (wa_data){.type = WA_NUMBER, .number = id}; }

/* The host answers with one entry after the other: kind, name, 0. */
static int list_folder(const char *path, found_fn found, void *ctx) {
  wa_data list;
  int st = ask_host("list", path_data(path), &list);
  if (st < 0) return st;
  const char *end = (const char *)list.data + list.size;
  for (const char *at = list.data; at < end; at += strlen(at) + 1) found(ctx, at[0], at + 1);
  return WA_OK;
}

/* The answer and a cancellation may come in one turn: then the await says WA_ECANCELED, and yet the file is open. So
 * the future itself is asked what became of it. */
static int open_file(const char *path, source *s) {
  wa_data input = path_data(path);
  wa_future *opening = wa_start_op("open", &input);
  if (!opening) return WA_ENOMEM;
  int st = wa_await(opening);
  if (wa_status(opening) == WA_OK) s->id = (int)wa_result(opening).number;
  if (st == WA_EHOST) note_error(wa_result(opening).data);
  wa_release(opening);
  return st;
}

static int read_file(source *s) {
  wa_data piece;
  int st = ask_host("read", id_data(s->id), &piece);
  s->data = st == WA_OK ? piece.data : NULL;
  s->size = st == WA_OK ? piece.size : 0;
  return st;
}

static int close_file(source *s) {
  wa_data nothing;
  int st = ask_host("close", id_data(s->id), &nothing);
  if (st == WA_OK) s->id = -1;
  return st;
}

#else

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 65536 };

static int host_error(void) {
  note_error(strerror(errno));
  return WA_EHOST;
}

static char kind_of(const struct dirent *entry) {
  switch (entry->d_type) {
    case DT_REG: return 'f';
    case DT_DIR: return 'd';
    case DT_LNK: return 'l';
    default: return '?';
  }
}

static int list_folder(const char *path, found_fn found, void *ctx) {
  int st = wa_yield();
  if (st < 0) return st;
  DIR *folder = opendir(path);
  if (!folder) return host_error();
  errno = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) found(ctx, kind_of(entry), entry->d_name);
    errno = 0;
  }
  if (errno) st = host_error();
  closedir(folder);
  return st;
}

static int open_file(const char *path, source *s) {
  int st = wa_yield();
  if (st < 0) return st;
  char *piece = malloc(PIECE);
  if (!piece) return WA_ENOMEM;
  s->id = open(path, O_RDONLY);
  if (s->id < 0) {
    free(piece);
    return host_error();
  }
  s->data = piece;
  return WA_OK;
}

static int read_file(source *s) {
  int st = wa_yield();
  if (st < 0) return st;
  ssize_t n = read(s->id, (char *)s->data, PIECE);
  s->size = n < 0 ? 0 : (size_t)n;
  return n < 0 ? host_error() : WA_OK;
}

static int close_file(source *s) {
  free((char *)s->data);
  int failed = close(s->id);
  s->id = -1;
  return failed ? host_error() : WA_OK;
}

#endif
#endif
