/* listener.c: hears the reports, and does in them what it may. */
#include "families.h"
#include "random.h"

#include <string.h>

bool listening;
static int marker;

/* The one that the runtime would look at next, perhaps. */
static void release_futures(void) {
  for (int n = (int)below(8); n > 0; n--) release_future();
}

static void listen(const wa_report *report, void *ctx) {
  if (ctx != &marker) fault("a listener got another's ctx");
  if (listening) fault("a listener was called inside of itself");
  if (!strlen(report->text)) fault("a report without a text");
  place before = callback_begins("report");
  note("%s (%s)", report->text, report->site);
  if (report->kind == WA_REPORT_DEADLOCK) quiet_check();
  listening = true;
  if (!over && !comparing) {
    look_at(report->task);
    if (chance(5)) keep_future(wa_retain(report->task));
    if (chance(20)) release_futures();
    moves((int)below(3));
  }
  listening = false;
  callback_ends(before);
}

void listener_begin(void) {
  listening = false;
  wa_on_report(listen, &marker);
}
