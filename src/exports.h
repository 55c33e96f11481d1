/* exports.h: the records that a host reads; docs/abi.md has their offsets. */
#ifndef WA_EXPORTS_H
#define WA_EXPORTS_H

#include "events.h"

#define WAX(name) __attribute__((export_name("wax_" #name))) /* not static: emitted whether or not C calls it */

const wa__entry *wax_find(const char *name);
int32_t wax_room(void);

typedef struct wa__state_record {
  double next_ms;
  const wa__event_record *events;
  uint32_t count;
  uint32_t alive;
  int32_t status;
} wa__state_record;

typedef struct wa__info_record {
  uint32_t state;
  int32_t status;
  uint32_t flags;
  int32_t cancelling;
  uint32_t type;
  const void *data;
  uint32_t size;
  const char *reason, *name, *site;
  double number;
  double cancel_age_ms;
  const void *errors;
  uint32_t error_count;
} wa__info_record;

typedef struct wa__report_record {
  uint32_t kind;
  int32_t status;
  uint32_t count;
  const char *site;
  double age_ms;
  const char *text, *name;
} wa__report_record;

enum { WA__TRACE_CHUNK = 64 };
typedef struct wa__trace_chunk {
  uint32_t count, lost;
  struct {
    double time_ms;
    uint32_t task, by, kind;
    int32_t status;
    const char *name, *site;
  } events[WA__TRACE_CHUNK];
} wa__trace_chunk;

static inline double wa__ms(wa_time t) { return (double)t / 1e6; }
/* Below 0, not finite, or beyond any date: for ever. */
static inline wa_time wa__from_ms(double t) { return t >= 0 && t < 9e12 ? (wa_time)(t * 1e6) : WA_FOREVER; }

/* news.c */
void wa__news_start(void);
void wa__news_listen(void);    /* to the reports, in place of the program's listener */
extern bool wa__news_untold;   /* some ends are not told yet, for want of memory */
void wa__news_tell_late(void); /* those, as far as there is memory now */

#endif
