/* trace.c: what happens, as lines of text, written once for each scenario. */
#include "scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static text output;

void put(text *t, const char *s) {
  size_t n = strlen(s);
  if (t->capacity - t->size <= n) {
    t->capacity = 2 * t->capacity + n + 1;
    t->data = realloc(t->data, t->capacity);
    if (!t->data) fail("no memory", "for the trace");
  }
  memcpy(t->data + t->size, s, n + 1);
  t->size += n;
}

void put_number(text *t, int64_t n) {
  char digits[24];
  snprintf(digits, sizeof digits, "%" PRId64, n);
  put(t, digits);
}

static const scenario *current; /* whose words name the errors */

static void put_error(text *t, int status) {
  const char *name = status == WA_EMISUSE ? "misuse"
                     : status == WA_ESHUTDOWN ? "shutdown"
                     : status == WA_EBROKEN   ? "broken"
                                              : wa_status_name(status);
  if (status < WA_EUSER)
    for (const word *w = current->words; w; w = w->next)
      if (w->error == status) name = w->text;
  put(t, "error(");
  put(t, name);
  put(t, ")");
}

static void put_status(text *t, int status) {
  switch (status) {
    case WA_ECANCELED: put(t, "cancelled"); break;
    case WA_ETIMEDOUT: put(t, "timeout"); break;
    case WA_EPENDING:
    case WA_EDISCARDED: put(t, "pending"); break; /* the loop was over before the task was */
    default: put_error(t, status);
  }
}

void put_outcome(text *t, const outcome *o) {
  if (o->status == WA_EGROUP) {
    put(t, "group[");
    for (size_t i = 0; i < o->count; i++) {
      if (i) put(t, " ");
      put_status(t, o->errors[i]);
    }
    put(t, "]");
  } else if (o->status < 0) {
    put_status(t, o->status);
  } else if (o->shown) {
    put(t, o->shown);
  } else {
    put(t, "ok");
    if (!o->value) return;
    put(t, "(");
    put(t, o->value);
    put(t, ")");
  }
}

static void put_time(void) {
  put_number(&output, wa_now() / UNIT);
  put(&output, " ");
}

static void put_start(const job *j) {
  put_time();
  put(&output, j->slot->text);
  put(&output, " ");
}

static void put_words(const node *n) {
  for (int i = 0; i < n->count; i++) {
    if (i) put(&output, " ");
    put(&output, n->words[i]->text);
  }
}

void trace_op(const job *j, const node *n, const outcome *o) {
  put_start(j);
  put_words(n);
  if (o) {
    put(&output, " -> ");
    put_outcome(&output, o);
  }
  put(&output, "\n");
}

void trace_end(const job *j, const node *n, const outcome *o) {
  put_start(j);
  put(&output, "end ");
  put_words(n);
  put(&output, " -> ");
  put_outcome(&output, o);
  put(&output, "\n");
}

void trace_event(const job *j, const char *what, const char *separator, const outcome *o) {
  put_start(j);
  put(&output, what);
  if (o) {
    put(&output, separator);
    put_outcome(&output, o);
  }
  put(&output, "\n");
}

void trace_scenario(const scenario *s) {
  current = s;
  put(&output, "== ");
  put(&output, s->name);
  put(&output, "\n");
}

void trace_shutdown(uint32_t count) {
  put_time();
  put(&output, "shutdown ");
  put_number(&output, count);
  put(&output, "\n");
}

void trace_deadlock(void) {
  put_time();
  put(&output, "deadlock\n");
}

void trace_final(const scenario *s) {
  for (const job *j = s->jobs; j; j = j->next) {
    outcome o = outcome_from(j->task, wa_status(j->task));
    put(&output, "final ");
    put(&output, j->slot->text);
    put(&output, " ");
    put_outcome(&output, &o);
    put(&output, "\n");
  }
}

void trace_flush(void) {
  fwrite(output.data, 1, output.size, stdout);
  fflush(stdout);
  output.size = 0;
}
