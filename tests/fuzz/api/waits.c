/* waits.c: waiting for one future, for several, within a time; operations of a host that this program has not. */
#include "families.h"
#include "random.h"

/* A task that waits for itself, or in a circle, is refused, too. */
static bool is_pending(const void *f) { return !wa_done(f); }

static void awaits(void) {
  wa_future *f = future_or_null();
  waiting before = stuck_note((waiting){f ? is_pending : NULL, f});
  (void)WAIT_PERHAPS("wa_await", !f, wa_await(f));
  stuck_note(before);
}

static void waits_for(void) {
  wa_future *f = future_or_null();
  wa_time limit = time_or_wrong();
  bool is_wrong = !f || limit < 0;
  const char *name = is_wrong || !here.may_wait ? "wa_wait_for" : "wa_"; /* the wait's own sentence names wa_await */
  (void)WAIT_PERHAPS(name, is_wrong, wa_wait_for(f, limit));
}

static void stops(void) {
  wa_future *f = future_or_null();
  wa_time grace = chance(40) ? 0 : time_or_wrong();
  (void)WAIT_PERHAPS("wa_stop_within", !f || grace < 0, wa_stop_within(f, grace, chance(50)));
}

static void waits_for_several(void) {
  wa_future *all[MOST];
  bool missing;
  size_t n = some_futures(all, &missing);
  int when = wrong() ? (int)below(8) - 2 : 1 + (int)below(3);
  wa_time limit = time_or_wrong();
  bool is_wrong = missing || !n || limit < 0 || when < WA_FIRST_COMPLETED || when > WA_ALL_COMPLETED;
  (void)WAIT("wa_wait", is_wrong, wa_wait(all, n, when, limit));
}

static wa_data any_input(void) {
  return (wa_data){.type = (wa_type)below(5), .data = chance(80) ? "data" : NULL, .size = below(5), .number = 1};
}

static void starts_operation(void) {
  wa_data input = any_input();
  bool null = wrong();
  oracle_listen("wa_start_op");
  wa_future *f = wa_start_op(null ? NULL : "fetch", chance(50) ? &input : NULL);
  if (null && f) fault("an operation without a name began");
  if (null) oracle_refused("wa_start_op");
  keep_future(f);
}

static void awaits_operation(void) {
  wa_data input = {.type = WA_TEXT, .data = "text", .size = 4}, result = {.type = WA_TEXT, .data = "not set", .size = 7};
  bool null = wrong();
  int status = WAIT("wa_await_op", null, wa_await_op(null ? NULL : "fetch", chance(50) ? &input : NULL, &result));
  if (status >= 0) fault("an operation of no host gave %d", status);
  if (status == WA_EHOST && result.data) note("the host said %.40s", (const char *)result.data);
}

void move_waits(void) {
  static void (*const table[])(void) = {awaits, awaits, waits_for, stops, waits_for_several, waits_for_several,
                                        starts_operation, awaits_operation};
  MOVE_ONE(table);
}
