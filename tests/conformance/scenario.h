/* scenario.h: a scenario as the driver holds it, and what its files know of one another.
 *
 *     parse.c    text -> words, bodies, nodes        run.c      bodies and blocks: who catches what, and when
 *     trace.c    outcomes and events -> text         tasks.c, waits.c, sync.c   each op: one call of the API
 *     value.c    outcomes; what a word stands for    arena.c    the memory of one scenario
 *     main.c     one scenario after the other, and a leak check
 *
 * Law: only wasyncio.h is used, and nothing of a scenario outlives it: its memory is one arena, its references
 * to tasks are the jobs', its other references are in `kept`.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "wasyncio.h"

#define UNIT WA_MS(1) /* one step of a scenario's clock */

/* ---- the tree ------------------------------------------------------------------------------------------ */

typedef struct word word; /* one for each spelling, so that a name is looked up once, by the parser */
typedef struct node node;
typedef struct job job;
typedef struct object object;
typedef struct scenario scenario;

struct word {
  const char *text;
  node *body;     /* the body of that name */
  object *object; /* the object of that name */
  job *slot;      /* the task last spawned into the slot of that name */
  int error;      /* what `raise` of that name raises */
  word *next;     /* the word before it in the scenario */
  word *bucket;   /* the next one of the same hash */
};

/* How a block or an op ended. A negative status is being raised. */
typedef struct outcome {
  int status;
  bool leaving;      /* `return` on its way out of the body */
  const char *value; /* of ok(VALUE); NULL: plain ok */
  const char *shown; /* what an op prints in place of ok: until the next op only */
  const int *errors; /* the members of a WA_EGROUP */
  size_t count;
} outcome;

/* What lies around a node within its body. */
typedef struct scope {
  wa_timeout *timeout;   /* the innermost; NULL: none */
  wa_group *group;
  const outcome *caught; /* by the innermost `except` */
} scope;

enum { MANY = INT16_MAX }; /* words of a line at most */

typedef struct op {
  const char *name;
  int min, max; /* how many words follow it */
  outcome (*run)(job *self, const scope *around, const node *n);
  enum { PLAIN, QUIET, BLOCK } kind; /* printed with its outcome; sees to that itself; goes up to `end` */
} op;

struct node {
  const op *op;
  word **words; /* as written, the name first */
  int count;
  node *next;
  node *body, *handler, *cleanup; /* of a block: its nodes, those of `except` and of `finally` */
  const word *catches; /* the class of `except`; NULL: there is none */
  bool finally;        /* there is a `finally`, be it empty */
};

/* ---- what runs ----------------------------------------------------------------------------------------- */

struct job { /* a task of the scenario, by its order of creation */
  scenario *scenario;
  word *slot;
  const node *body;
  wa_task *task; /* owned, so that everybody can use it to the end of the scenario */
  job *next;
};

typedef struct kept { /* a reference that an op owns; in a list, for a task that is ended in the middle of an op */
  wa_future *future;
  struct kept *next;
} kept;

struct scenario {
  const char *name;
  word *words;
  object *objects;
  job *jobs, **jobs_end;
  kept *kept;
  bool stuck; /* WA_REPORT_DEADLOCK came */
};

typedef struct text { /* grows; always ends with a 0 byte */
  char *data;
  size_t size, capacity;
} text;

/* ---- arena.c, main.c ---------------------------------------------------------------------------------- */

/* Zeroed memory until the end of the scenario. Ends the program when there is none. */
void *arena(size_t size);
void arena_free(void);
_Noreturn void fail(const char *what, const char *detail);

/* ---- parse.c ------------------------------------------------------------------------------------------- */

/* Reads the scenario that starts at *text and moves *text behind it. NULL: the text is over. */
scenario *parse(char **text);
word *find_word(scenario *s, const char *text);

/* ---- objects: sync.c ----------------------------------------------------------------------------------- */

enum { FUTURE = 1, EVENT, LOCK, SEMAPHORE, QUEUE, CONDITION, BARRIER };

struct object {
  int kind;
  word **words; /* of its line: object KIND NAME ... */
  object *next;
  union {
    wa_future *future;
    wa_event event;
    wa_lock lock;
    wa_semaphore semaphore;
    wa_queue queue;
    wa_condition condition;
    wa_barrier barrier;
  };
};

/* Its kind, and how many words its line has; 0 for an unknown one. */
int object_kind(const char *name, int *count);
void objects_open(scenario *s);
void objects_close(scenario *s);

/* ---- value.c ------------------------------------------------------------------------------------------- */

outcome outcome_of(int status);                            /* without detail */
outcome outcome_from(const wa_future *future, int status); /* what awaiting the future gave */
outcome outcome_of_group(const wa_group *group);           /* left with WA_EGROUP */
/* Data that an op prints in place of ok; a negative count is a status. */
outcome show(const text *data);
outcome show_count(const char *before, int64_t n, const char *after);
/* An empty text that lasts until the next op. */
text *scratch(void);

int64_t number_of(const word *w);
int count_of(const word *w);
int choice_of(const word *w, const char *const *names); /* which of them it is; there is no other */
wa_time time_of(const word *w); /* N units, or `-`: WA_FOREVER */
/* What a name stands for now: the running task, the task in a slot, a future. NULL: an unset slot. */
wa_future *look_up(const job *self, const word *w);
/* The same for the words from the given one on. NULL if one of them is unset. */
wa_future **look_up_all(const job *self, const node *n, int from, size_t *count);
/* The object that the op's first word names. */
object *object_in(const node *n, int kind);

/* An op's own reference, for as long as the op takes, or until the scenario ends it. */
kept *keep(job *self, wa_future *future);
void give_up(kept *k);

/* ---- the ops, each table up to an entry without a name ------------------------------------------------- */

#define OP(f) static outcome f(job *self, const scope *around, const node *n)
#define UNUSED ((void)self, (void)around, (void)n)

extern const op blocks[];    /* run.c */
extern const op task_ops[];  /* tasks.c */
extern const op wait_ops[];  /* waits.c */
extern const op sync_ops[];  /* sync.c */

/* ---- run.c --------------------------------------------------------------------------------------------- */

int run_body(void *job);
job *new_job(scenario *s, word *slot, const word *body);
void add_job(job *j, wa_task *task); /* the task is there: into the slot, and among the `final` lines */

/* ---- trace.c ------------------------------------------------------------------------------------------- */

void put(text *t, const char *s);
void put_number(text *t, int64_t n);
void put_outcome(text *t, const outcome *o);

void trace_op(const job *j, const node *n, const outcome *o); /* OP ARGS -> OUTCOME; NULL: OP ARGS */
void trace_end(const job *j, const node *n, const outcome *o); /* end SCOPE ARGS -> OUTCOME */
void trace_event(const job *j, const char *what, const char *separator, const outcome *o); /* o may be NULL */
void trace_scenario(const scenario *s);
void trace_shutdown(uint32_t count);
void trace_deadlock(void);
void trace_final(const scenario *s);
void trace_flush(void);

#endif
