/* search_lines.h: counts the lines that contain a text, as `grep -c -F` does, in data that comes in pieces.
 *
 * The text is a Knuth-Morris-Pratt automaton: how much of it the data just seen ends with is all that has to be known
 * where one piece ends and the next begins. So a text that lies across two pieces is found, and nothing is kept of a
 * piece. A newline ends a line, and so does a 0 byte, as in grep; that way binary files have lines too.
 */
#ifndef SEARCH_LINES_H
#define SEARCH_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct needle {
  const char *text;
  size_t size;
  size_t *fallback; /* after text[0..i] and a mismatch, so much of the text is still matched */
} needle;

typedef struct line_counter {
  size_t matched;   /* so much of the text the line ends with so far */
  bool found;       /* this line is counted already */
  size_t lines;
} line_counter;

static inline bool needle_init(needle *n, const char *text) {
  n->text = text;
  n->size = strlen(text);
  n->fallback = calloc(n->size + 1, sizeof *n->fallback);
  if (!n->fallback) return false;
  for (size_t i = 1, k = 0; i < n->size; i++) {
    while (k > 0 && text[i] != text[k]) k = n->fallback[k - 1];
    if (text[i] == text[k]) k++;
    n->fallback[i] = k;
  }
  return true;
}

static inline bool ends_line(char c) { return c == '\n' || c == 0; }

static inline void count_lines(line_counter *c, const needle *n, const char *data, size_t size) {
  for (const char *at = data, *end = data + size; at < end; at++) {
    if (c->found) {
      while (at < end && !ends_line(*at)) at++; /* the rest of a counted line does not matter */
      if (at == end) return;
      c->found = false;
      continue;
    }
    if (c->matched == 0) { /* nor does what the text can't begin in */
      at = memchr(at, n->text[0], (size_t)(end - at));
      if (!at) return;
    }
    while (c->matched > 0 && *at != n->text[c->matched]) c->matched = n->fallback[c->matched - 1];
    if (*at == n->text[c->matched]) c->matched++;
    if (c->matched == n->size) {
      c->lines++;
      c->found = true;
      c->matched = 0;
    }
  }
}

#endif
