/* runtime.c: giving up the turn, the clock, the configuration, the loop itself, counts, statuses, the trace. */
#include "actors.h"
#include "families.h"
#include "random.h"

static void yields(void) { (void)WAIT("wa_yield", false, wa_yield()); }

static void sleeps(void) {
  wa_time t = time_or_wrong();
  (void)WAIT("wa_sleep", t < 0, wa_sleep(t));
}

/* Elsewhere than in a task it need not look at where it is. */
static void checks(void) { (void)CALL_PERHAPS("wa_checkpoint", false, wa_checkpoint()); }

static void spins(void) {
  wa_time t = wrong() ? -1 : chance(90) ? WA_US(below(1500)) : WA_MS(200);
  (void)CALL("wa_spin", t < 0, wa_spin(t));
}

/* Refused while there are tasks, and in a wa_run. */
static void configures(void) {
  wa_config config = {.virtual_clock = true, .stack_size = usual_stack, .debug = chance(10)};
  bool is_wrong = chance(20);
  if (is_wrong && chance(50)) config.grace = -1;
  else if (is_wrong) config.stack_size = 3;
  wa_counts c;
  wa_count(&c);
  (void)CALL_PERHAPS("wa_configure", is_wrong || c.tasks, wa_configure(&config));
}

/* Outside of the loop a callback may run it, too: a visitor, say. But not an eager task that was spawned there. */
void run_loop(void) {
  if (running || here.who) {
    (void)CALL("wa_run", true, wa_run(no_more, NULL));
  } else if (!comparing && !listening) {
    actor *a = actor_new();
    if (a) run(body, a);
  }
}

static void counts(void) {
  wa_counts c;
  wa_count(&c);
  note("%u tasks, %u futures, %u timers, %u operations", c.tasks, c.futures, c.timers, c.operations);
  oracle_listen("wa_count");
  wa_count(NULL);
  oracle_refused("wa_count");
}

/* Of a wrong call wa_exit_status prints the sentence. */
static void names_status(void) {
  int status = chance(50) ? any_status() : -(int)below(1200);
  if (status == WA_EMISUSE) return;
  int code = wa_exit_status(status);
  note("%s, for a shell %d", wa_status_name(status), code);
  if (code < 0 || code > 125 || (status >= 0) != (code < 64)) fault("wa_exit_status made %d of %d", code, status);
}

static void starts_trace(void) {
  size_t capacity = wrong() ? 0 : 1 + below(40);
  if (chance(30)) (void)CALL("wa_trace_start", !capacity, wa_trace_start(capacity));
}

static void reads_trace(void) {
  wa_trace_record records[8];
  size_t most = below(COUNT(records) + 1), n = wa_trace_read(records, most);
  if (n > most) fault("wa_trace_read gave %u records, of at most %u", (unsigned)n, (unsigned)most);
  for (size_t i = 0; i < n; i++) note("%d of %s at %s", (int)records[i].kind, records[i].name, records[i].site);
  note("%u were lost", wa_trace_lost());
  if (chance(10)) wa_trace_stop();
  if (!wrong()) return;
  oracle_listen("wa_trace_read");
  wa_trace_read(NULL, 3);
  oracle_refused("wa_trace_read");
}

void move_runtime(void) {
  static void (*const table[])(void) = {yields, yields, yields, yields, sleeps, sleeps, sleeps, sleeps, checks, checks, spins,
                                        spins, configures, run_loop, counts, names_status, starts_trace, reads_trace};
  MOVE_ONE(table);
}
