/* cascade: children that nobody awaits are not cancelled with their parent. Either the parent's clean-up does it, by
 * hand, or the children are members of a group, which does it by its structure. */
#include "wasyncio.h"

#include <stdio.h>

static int ms(void) { return (int)(wa_now() / WA_MS(1)); }

static int child(void *arg) {
  int st = wa_sleep(WA_S(1));
  printf("%3d ms: %s: %s\n", ms(), (char *)arg, wa_status_name(st));
  return st;
}

static void stop_child(void *task) { /* the `finally` of by_hand */
  wa_cancel(task, "the parent is leaving");
  wa_await(task);
  wa_release(task);
}

static int by_hand(void *arg) {
  (void)arg;
  wa_task *task = wa_spawn(child, "child");
  int st = wa_defer(stop_child, task);
  return st < 0 ? st : wa_sleep(WA_S(10));
}

static int with_group(void *arg) {
  (void)arg;
  wa_group group;
  int st = wa_group_enter(&group);
  if (st < 0) return st;
  wa_release(wa_group_spawn(&group, child, "member 1"));
  wa_release(wa_group_spawn(&group, child, "member 2"));
  st = wa_sleep(WA_S(10));
  return wa_group_exit(&group, st); /* cancels the members when st is an error, and waits for them in any case */
}

static int run(void *arg) {
  (void)arg;
  const wa_task_fn parents[] = {by_hand, with_group};
  for (int i = 0; i < 2; i++) {
    wa_task *parent = wa_spawn(parents[i], NULL);
    wa_sleep(WA_MS(10));
    wa_cancel(parent, "enough");
    int st = wa_await(parent);
    printf("%3d ms: parent: %s\n", ms(), wa_status_name(st));
    wa_release(parent);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 10 ms: child: WA_ECANCELED
 10 ms: parent: WA_ECANCELED
 20 ms: member 1: WA_ECANCELED
 20 ms: member 2: WA_ECANCELED
 20 ms: parent: WA_ECANCELED
*/
