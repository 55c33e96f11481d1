/* search.c: searches many files at once for a text; each file is a task of its own.
 *
 *     node examples/search.mjs TEXT FOLDER... [--first] [--timeout MS]
 *     wasmtime run --dir FOLDER dist/examples/search.wasm [--control] TEXT FOLDER... [--first] [--timeout MS]
 *
 *     search -- find_files            all files below the folders, sorted by path
 *        |----- search_files          a group with one task per file; OPEN_AT_ONCE of them have their file open
 *        |         '-- search_file    waits for its slot, reads piece by piece; leave_file, however it ends
 *        '----- show_progress         on stderr, until search cancels it
 *
 * Every file's task can be stopped at each of its awaits, by three things: the first hit (--first) cancels the other
 * files' tasks; the deadline (--timeout) and Ctrl-C cancel the search, and the group passes that on. In Node, Ctrl-C
 * aborts an AbortController; under wasmtime it ends the whole engine, but with --control (docs/io.md) a line on stdin
 * cancels: `cancel FOLDER/FILE` that file, and the rest go on; `cancel all` the search.
 *
 * The last line adds up: files = searched + cancelled (+ unreadable, if there are any).
 *     searched    read to its end; with --first, also the file of the first hit
 *     cancelled   stopped before that, perhaps before it was opened
 *     closed      its task has ended and holds nothing open: always all files
 *
 * The exit status is grep's: 0 with hits, 1 without, 2 after an error; and 124 when the time was up, as timeout(1)
 * has it. A link is not followed (it may lead round in a circle); that is said on stderr, as is every other omission.
 */
#define _POSIX_C_SOURCE 200809L /* strdup */

#include "search_files.h"
#include "search_lines.h"
#include "wasyncio.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPEN_AT_ONCE = 64, TIME_IS_UP = 124, TROUBLE = 2 };
enum outcome { STOPPED, SEARCHED, UNREADABLE };

typedef struct file {
  char *path;
  struct job *job;
  wa_task *task; /* NULL: the search was stopped before it began */
  source source;
  line_counter counter;
  enum outcome outcome;
  bool has_slot;
} file;

typedef struct list {
  char **items;
  size_t count, capacity;
} list;

typedef struct job {
  needle needle;
  list folders, paths; /* folders: those given, then those found in them */
  const char *folder;  /* the one that is being listed */
  file *files;
  size_t file_count, searched, hits, errors;
  bool first, out_of_memory, line_open;
  wa_time timeout;
  wa_semaphore slots;
} job;

/* ---- what is said on stderr --------------------------------------------------------------------------------- */

static void show(job *j) {
  fprintf(stderr, "\r%zu of %zu files searched, %zu with hits", j->searched, j->file_count, j->hits);
  j->line_open = true;
}

static int show_progress(void *arg) {
  for (;;) {
    int st = wa_sleep(WA_MS(250));
    if (st < 0) return st;
    show(arg);
  }
}

static void end_line(job *j) {
  if (j->line_open) fputc('\n', stderr);
  j->line_open = false;
}

__attribute__((format(printf, 2, 3))) static void say(job *j, const char *format, ...) {
  va_list args;
  va_start(args, format);
  end_line(j);
  vfprintf(stderr, format, args);
  va_end(args);
}

/* ---- one file ------------------------------------------------------------------------------------------------- */

/* The clean-up of search_file: runs however that ends. It may wait, and nothing may interrupt it. */
static void leave_file(void *arg) {
  file *f = arg;
  job *j = f->job;
  wa_uncancellable_enter();
  bool was_open = f->source.id >= 0;
  if (was_open && close_file(&f->source) < 0) {
    say(j, "%s: not closed: %s\n", f->path, files_error);
    j->errors++;
  }
  if (f->has_slot) wa_semaphore_release(&j->slots);
  if (f->outcome == STOPPED) say(j, "%s: cancelled, %s\n", f->path, was_open ? "closed" : "was not open");
  wa_uncancellable_exit();
}

static void cancel_others(file *hit) {
  job *j = hit->job;
  for (size_t i = 0; i < j->file_count; i++)
    if (&j->files[i] != hit) wa_cancel(j->files[i].task, "the first hit was in another file");
}

static int read_lines(void *arg) {
  file *f = arg;
  job *j = f->job;
  int st = open_file(f->path, &f->source);
  while (st == WA_OK) {
    st = read_file(&f->source);
    if (st < 0 || f->source.size == 0) break;
    count_lines(&f->counter, &j->needle, f->source.data, f->source.size);
    if (!j->first || f->counter.lines == 0) continue;
    f->counter.lines = 1;
    cancel_others(f);
    break;
  }
  if (st == WA_EHOST) { /* no reason to stop the other files: it is said, and counted */
    say(j, "%s: %s\n", f->path, files_error);
    f->outcome = UNREADABLE;
    j->errors++;
    return WA_OK;
  }
  if (st < 0) return st;
  f->outcome = SEARCHED;
  j->searched++;
  j->hits += f->counter.lines > 0;
  return WA_OK;
}

static int search_file(void *arg) {
  file *f = arg;
  int st = wa_defer(leave_file, f);
  if (st == WA_OK) st = wa_semaphore_acquire(&f->job->slots);
  if (st < 0) return st;
  f->has_slot = true;
  return wa_call(read_lines, f); /* a call of its own: a task that waits for its slot needs no C stack for all this */
}

static int search_files(job *j) {
  wa_group group;
  int st = wa_group_enter(&group);
  if (st < 0) return st;
  for (size_t i = 0; st == WA_OK && i < j->file_count; i++) {
    file *f = &j->files[i];
    f->task = wa_group_spawn_with(&group, search_file, f, &(wa_task_options){.name = f->path});
    if (!f->task) st = WA_ENOMEM;
  }
  return wa_group_exit(&group, st);
}

/* ---- which files ------------------------------------------------------------------------------------------------ */

static bool add(list *l, char *item) {
  if (l->count == l->capacity) {
    size_t capacity = l->capacity ? 2 * l->capacity : 64;
    char **items = realloc(l->items, capacity * sizeof *items);
    if (!items) return free(item), false;
    l->items = items;
    l->capacity = capacity;
  }
  if (item) l->items[l->count++] = item;
  return item;
}

static void free_list(list *l) {
  for (size_t i = 0; i < l->count; i++) free(l->items[i]);
  free(l->items);
}

static char *join(const char *folder, const char *name) {
  size_t size = strlen(folder) + strlen(name) + 2;
  char *path = malloc(size);
  const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
  if (path) snprintf(path, size, "%s%s%s", folder, slash, name);
  return path;
}

static void found(void *ctx, char kind, const char *name) {
  job *j = ctx;
  char *path = join(j->folder, name);
  if (path && (kind == 'l' || kind == '?')) {
    say(j, "%s: not searched: %s\n", path, kind == 'l' ? "a link" : "neither a file nor a folder");
    free(path);
  } else if (!add(kind == 'd' ? &j->folders : &j->paths, path)) {
    j->out_of_memory = true;
  }
}

static int by_path(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int list_folders(job *j) {
  for (size_t i = 0; i < j->folders.count; i++) { /* found adds to them meanwhile */
    j->folder = j->folders.items[i];
    int st = list_folder(j->folder, found, j);
    if (st == WA_EHOST) {
      say(j, "%s: %s\n", j->folder, files_error);
      j->errors++;
    } else if (st < 0) {
      return st;
    }
  }
  return j->out_of_memory ? WA_ENOMEM : WA_OK;
}

/* Also if the listing was stopped: the files found so far count as cancelled. */
static int find_files(job *j) {
  int st = list_folders(j);
  if (j->paths.count) qsort(j->paths.items, j->paths.count, sizeof *j->paths.items, by_path);
  j->files = calloc(j->paths.count + 1, sizeof *j->files);
  if (!j->files) return WA_ENOMEM;
  j->file_count = j->paths.count;
  for (size_t i = 0; i < j->file_count; i++) {
    j->files[i] = (file){.path = j->paths.items[i], .job = j, .source.id = -1};
    if (st < 0) say(j, "%s: cancelled, was not open\n", j->paths.items[i]);
  }
  return st;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static void print_results(const job *j) {
  size_t counts[3] = {0}, closed = 0;
  for (size_t i = 0; i < j->file_count; i++) {
    const file *f = &j->files[i];
    counts[f->outcome]++;
    closed += f->source.id < 0 && (!f->task || wa_done(f->task));
    if (f->outcome == SEARCHED && f->counter.lines > 0) printf("%s: %zu\n", f->path, f->counter.lines);
  }
  printf("files %zu searched %zu cancelled %zu closed %zu", j->file_count, counts[SEARCHED], counts[STOPPED], closed);
  if (counts[UNREADABLE]) printf(" unreadable %zu", counts[UNREADABLE]);
  printf("\n");
  fflush(stdout);
}

static int run_search(job *j) {
  wa_timeout limit;
  wa_task *progress = wa_spawn(show_progress, j);
  int st = wa_timeout_enter(&limit, j->timeout);
  if (st == WA_OK) {
    st = find_files(j);
    if (st == WA_OK) st = search_files(j);
    st = wa_timeout_exit(&limit, st);
  }
  if (progress) wa_cancel(progress, "the search is over");
  wa_release(progress);
  show(j);
  end_line(j);
  if (st < 0) say(j, "stopped: %s\n", wa_status_name(st));
  print_results(j);
  if (st == WA_ETIMEDOUT) return TIME_IS_UP;
  if (st < 0) return st;
  return j->errors ? TROUBLE : j->hits == 0;
}

static int usage(const char *complaint) {
  fprintf(stderr, "search: %s\nusage: search TEXT FOLDER... [--first] [--timeout MS] [--control]\n", complaint);
  return TROUBLE;
}

/* Words before "--" may be options. Fills text, folders, first and timeout. */
static const char *parse(job *j, int argc, char **argv) {
  const char *text = NULL;
  bool options = true;
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    if (options && !strcmp(word, "--")) {
      options = false;
    } else if (options && !strcmp(word, "--first")) {
      j->first = true;
    } else if (options && !strcmp(word, "--timeout")) {
      char *end = "";
      const char *ms = i + 1 < argc ? argv[++i] : "";
      j->timeout = WA_MS(strtoul(ms, &end, 10));
      if (ms[0] < '0' || ms[0] > '9' || *end) return "--timeout takes milliseconds";
    } else if (options && word[0] == '-' && word[1]) {
      return "the options are --first, --timeout MS and, before all, --control; a TEXT beginning with - comes after --";
    } else if (!text) {
      text = word;
    } else if (!*word || !add(&j->folders, strdup(word))) {
      return *word ? "out of memory" : "a FOLDER has a name";
    }
  }
  if (!text || !j->folders.count) return "TEXT and FOLDER are missing";
  if (!*text || strchr(text, '\n')) return "TEXT is a part of a line, not empty";
  return needle_init(&j->needle, text) ? NULL : "out of memory";
}

typedef struct words {
  int count;
  char **items;
} words;

/* The task: returns the exit status, or WA_ECANCELED when it was stopped from outside. */
static int search_words(void *arg) {
  const words *w = arg;
  job j = {.timeout = WA_FOREVER};
  wa_semaphore_init(&j.slots, OPEN_AT_ONCE);
  const char *complaint = parse(&j, w->count, w->items);
  int st = complaint ? usage(complaint) : run_search(&j);
  for (size_t i = 0; i < j.file_count; i++) wa_release(j.files[i].task);
  free(j.files);
  free(j.needle.fallback);
  free_list(&j.paths);
  free_list(&j.folders);
  return st;
}

#ifdef __EMSCRIPTEN__

/* JavaScript hands over the words of its command line, each with a 0 at its end. */
static int search(void *arg) {
  (void)arg;
  wa_data input = wa_input();
  char *items[256], *at = (char *)input.data, *end = at + input.size;
  words w = {0, items};
  for (; at < end && w.count < 256; at += strlen(at) + 1) items[w.count++] = at;
  return at < end ? usage("too many words") : search_words(&w);
}
WA_TASK(search);

#else

static int search_under_control(void *arg) {
  wa_task *control = wa_control(0, 2);
  int st = search_words(arg);
  if (!control) return st;
  wa_cancel(control, NULL);
  wa_await(control);
  wa_release(control);
  return st;
}

int main(int argc, char **argv) {
  bool control = argc > 1 && !strcmp(argv[1], "--control");
  words w = {argc - 1 - control, argv + 1 + control};
  int st = wa_run(control ? search_under_control : search_words, &w);
  return st < 0 ? TROUBLE : st;
}

#endif
