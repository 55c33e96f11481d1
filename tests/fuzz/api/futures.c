/* futures.c: futures that the program makes and settles, and all that can be read of one. */
#include "families.h"
#include "random.h"

#include <string.h>

static volatile unsigned sink; /* what was read; so that a sanitizer sees each byte of it */

static void read_text(const char *text) { sink += (unsigned)strlen(text); }

static void read_data(wa_data d) {
  if (d.type == WA_BYTES || d.type == WA_TEXT)
    for (size_t i = 0; i < d.size; i++) sink += ((const unsigned char *)d.data)[i];
  if (d.type == WA_TEXT) read_text(d.data);
}

static void read_errors(const wa_future *f) {
  int errors[4];
  size_t n = wa_errors(f, errors, COUNT(errors));
  for (size_t i = 0; i < n && i < COUNT(errors); i++)
    if (errors[i] >= 0) fault("wa_errors gave %d", errors[i]);
}

void look_at(wa_future *f) {
  if (!f) return;
  read_text(wa_name(f));
  read_text(wa_site(f));
  read_text(wa_reason(f));
  read_data(wa_result(f));
  read_errors(f);
  (void)wa_value(f);
  bool done = wa_done(f), cancelled = wa_cancelled(f);
  if (cancelled && !done) fault("a future is cancelled and not done");
  if (!chance(40)) return; /* else its error counts as seen */
  int status = wa_status(f);
  note("it is %d", status);
  if (!done && status != WA_EPENDING) fault("a future is not done, and its status is %d", status);
  if (cancelled && status != WA_ECANCELED) fault("a future is cancelled, and its status is %d", status);
}

static void makes(void) {
  note("wa_future_new");
  keep_future(wa_future_new());
}

/* Tasks, gathers and shields settle themselves: which it is, nobody keeps book of. */
static void resolves(void) {
  wa_future *f = future_or_null();
  (void)CALL_PERHAPS("wa_resolve", !f || wa_done(f), wa_resolve(f, &here));
}

static void rejects(void) {
  wa_future *f = future_or_null();
  int status = chance(80) ? WA_EUSER - (int)below(5) : ONE_OF(int, 0, 1, WA_EPENDING, INT32_MIN, WA_ECANCELED);
  bool no_error = status >= 0 || status == WA_EPENDING || status == INT32_MIN;
  (void)CALL_PERHAPS("wa_reject", !f || wa_done(f) || no_error, wa_reject(f, status));
}

static void retains(void) {
  note("wa_retain");
  keep_future(wa_retain(future_or_null()));
}

static void looks(void) { look_at(any_future()); }

static void told(void *ctx, wa_future *f) {
  place before = callback_begins("done");
  if (ctx != &sink) fault("a callback of wa_when_done got another's ctx");
  if (!wa_done(f)) fault("a callback of wa_when_done heard of a future that is not done");
  if (!over) {
    look_at(f);
    moves((int)below(4));
  }
  callback_ends(before);
}

static void asks(void) {
  wa_future *f = future_or_null();
  bool null = wrong();
  (void)CALL("wa_when_done", !f || null, wa_when_done(f, null ? NULL : told, (void *)&sink));
}

static void cancels(void) {
  wa_future *f = future_or_null();
  oracle_listen("wa_cancel");
  bool took = wa_cancel(f, chance(50) ? NULL : "a reason");
  note("it took it: %d", took);
  if (!f) oracle_refused("wa_cancel");
}

static void counts_requests(void) {
  wa_future *f = future_or_null();
  (void)CALL_PERHAPS("wa_cancelling", !f, wa_cancelling(f));
  if (chance(40)) (void)CALL_PERHAPS("wa_uncancel", !f, wa_uncancel(f));
}

#define LOOK_AT_NOTHING(call) (oracle_listen(#call), (void)call(NULL), oracle_refused(#call))
static void looks_at_nothing(void) {
  if (!wrong()) return;
  LOOK_AT_NOTHING(wa_done);
  LOOK_AT_NOTHING(wa_cancelled);
  LOOK_AT_NOTHING(wa_status);
  LOOK_AT_NOTHING(wa_value);
  LOOK_AT_NOTHING(wa_reason);
  oracle_listen("wa_errors");
  if (wa_errors(NULL, NULL, 0)) fault("NULL has errors");
  oracle_refused("wa_errors");
}

void move_futures(void) {
  static void (*const table[])(void) = {makes, resolves, resolves, rejects, retains, release_future, looks,
                                        asks, asks, cancels, cancels, counts_requests, looks_at_nothing};
  MOVE_ONE(table);
}
