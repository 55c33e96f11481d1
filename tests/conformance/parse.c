/* parse.c: the text of a scenario -> its tree. Every word is interned, so that a slot, a body and an object are
 * one step away from each place that names them. A mistake in the text ends the program with its line number.
 */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

enum { BUCKETS = 256 };

typedef struct reader {
  char *text;
  int line; /* of the scenario */
  scenario *scenario;
  word **words; /* of the current line */
  int count, room;
} reader;

static word *buckets[BUCKETS]; /* of the scenario that was read last */
static int next_error;

word *find_word(scenario *s, const char *text) {
  uint32_t hash = 2166136261u;
  for (const char *c = text; *c; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
  word **bucket = &buckets[hash % BUCKETS];
  for (word *w = *bucket; w; w = w->bucket)
    if (!strcmp(w->text, text)) return w;

  word *w = arena(sizeof *w);
  w->text = text;
  w->error = !strcmp(text, "misuse") ? WA_EMISUSE
             : !strcmp(text, "shutdown") ? WA_ESHUTDOWN
             : !strcmp(text, "broken")   ? WA_EBROKEN
                                         : --next_error;
  w->next = s->words;
  s->words = w;
  w->bucket = *bucket;
  return *bucket = w;
}

static bool is(const word *w, const char *text) { return !strcmp(w->text, text); }

static _Noreturn void wrong(const reader *r, const char *what) {
  char place[64];
  snprintf(place, sizeof place, "line %d of scenario %.32s", r->line, r->scenario ? r->scenario->name : "?");
  fail(what, place);
}

/* Moves to the next line that has words. */
static void skip_blank(reader *r) {
  for (;;) {
    r->text += strspn(r->text, " \t\r");
    if (*r->text == '#') r->text += strcspn(r->text, "\n");
    if (*r->text != '\n') return;
    r->text++;
    r->line++;
  }
}

static void add_word(reader *r, word *w) {
  if (r->count == MANY) wrong(r, "too many words");
  if (r->count == r->room) {
    r->room = r->room ? 2 * r->room : 32;
    word **words = arena((size_t)r->room * sizeof *words);
    for (int i = 0; i < r->count; i++) words[i] = r->words[i];
    r->words = words;
  }
  r->words[r->count++] = w;
}

/* Cuts the next line that has words into them. False: the text is over. */
static bool next_line(reader *r) {
  skip_blank(r);
  char *line = r->text, *end = line + strcspn(line, "\n");
  r->text = *end ? end + 1 : end;
  r->line++;
  *end = 0;
  line[strcspn(line, "#")] = 0;
  r->count = 0;
  for (char *w = strtok(line, " \t\r"); w; w = strtok(NULL, " \t\r")) add_word(r, find_word(r->scenario, w));
  return r->count > 0;
}

static bool starts_scenario(reader *r) {
  skip_blank(r);
  return !strncmp(r->text, "scenario", 8) && (r->text[8] == ' ' || r->text[8] == '\t');
}

static word **keep_words(const reader *r) {
  word **words = arena((size_t)r->count * sizeof *words);
  memcpy(words, r->words, (size_t)r->count * sizeof *words);
  return words;
}

static const op *find_op(const char *name) {
  static const op *const tables[] = {blocks, task_ops, wait_ops, sync_ops};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    for (const op *o = tables[i]; o->name; o++)
      if (!strcmp(o->name, name)) return o;
  return NULL;
}

/* Reads nodes up to the line that no node can start with; that line stays in r->words. */
static node *nodes(reader *r);

static void block_ends(reader *r, node *n) {
  if (is(n->words[0], "try")) {
    if (is(r->words[0], "except") && r->count == 2) {
      n->catches = r->words[1];
      choice_of(n->catches, (const char *[]){"cancelled", "timeout", "error", "any", NULL});
      n->handler = nodes(r);
    }
    if (is(r->words[0], "finally") && r->count == 1) {
      n->finally = true;
      n->cleanup = nodes(r);
    }
  }
  if (!r->count || !is(r->words[0], "end")) wrong(r, "expected `end`");
}

static bool closes(const word *w) { return is(w, "end") || is(w, "except") || is(w, "finally"); }

static node *nodes(reader *r) {
  node *first = NULL, **last = &first;
  while (next_line(r) && !closes(r->words[0])) {
    node *n = *last = arena(sizeof *n);
    last = &n->next;
    n->words = keep_words(r);
    n->count = r->count;
    n->op = find_op(n->words[0]->text);
    if (!n->op) wrong(r, "no such op");
    if (n->count - 1 < n->op->min || n->count - 1 > n->op->max) wrong(r, "wrong number of words");
    if (n->op->kind != BLOCK) continue;
    n->body = nodes(r);
    block_ends(r, n);
  }
  return first;
}

static void object_line(reader *r) {
  object *o = arena(sizeof *o);
  int count = 0;
  if (r->count > 2) o->kind = object_kind(r->words[1]->text, &count);
  if (!o->kind || r->count != count) wrong(r, "expected `object KIND NAME ...`");
  o->words = keep_words(r);
  o->words[2]->object = o;
  o->next = r->scenario->objects;
  r->scenario->objects = o;
}

static void body_block(reader *r) {
  node *b = arena(sizeof *b);
  word *name = r->words[1];
  if (r->count != 2) wrong(r, "expected `body NAME`");
  b->words = keep_words(r);
  b->body = nodes(r);
  block_ends(r, b);
  name->body = b;
}

scenario *parse(char **text) {
  memset(buckets, 0, sizeof buckets);
  next_error = WA_EUSER;
  scenario *s = arena(sizeof *s);
  s->jobs_end = &s->jobs;
  s->name = "?";
  reader r = {.text = *text, .scenario = s};
  if (!next_line(&r)) return NULL;
  if (!is(r.words[0], "scenario") || r.count != 2) wrong(&r, "expected `scenario NAME`");
  s->name = r.words[1]->text;
  r.line = 1;
  while (!starts_scenario(&r) && next_line(&r)) {
    if (is(r.words[0], "object")) object_line(&r);
    else if (is(r.words[0], "body")) body_block(&r);
    else wrong(&r, "expected `object`, `body` or `scenario`");
  }
  if (!find_word(s, "main")->body) wrong(&r, "expected a body `main`");
  *text = r.text;
  return s;
}
