/* propagation: how far a cancellation goes is a choice of verb. A widespread account says that cancelling a parent
 * spares the child that it awaits; in CPython, and here, a plain await passes it on.
 *
 *     wa_await(child)               the child is part of the parent's call: cancelled with it
 *     wa_await(wa_shield(child))    the parent only looks on: the child lives
 *     nobody awaits the child       never touched
 */
#include "wasyncio.h"

#include <stdio.h>

static int child(void *arg) {
  (void)arg;
  return wa_sleep(WA_MS(100));
}

static int awaits(void *arg) { return wa_await(arg); }

static int looks_on(void *arg) {
  wa_future *shield = wa_shield(arg);
  int st = wa_await(shield);
  wa_release(shield);
  return st;
}

static int minds_its_own_business(void *arg) {
  (void)arg;
  return wa_sleep(WA_S(1));
}

static int run(void *arg) {
  (void)arg;
  const wa_task_fn parents[] = {awaits, looks_on, minds_its_own_business};
  const char *names[] = {"awaits it", "shields it", "leaves it alone"};
  for (int i = 0; i < 3; i++) {
    wa_task *c = wa_spawn(child, NULL), *p = wa_spawn(parents[i], c);
    wa_sleep(WA_MS(10));
    wa_cancel(p, "not needed any more");
    int parent_status = wa_await(p);
    int child_status = wa_await(c);
    printf("the parent %s: parent %s, child %s\n", names[i], wa_status_name(parent_status),
           wa_status_name(child_status));
    wa_release(p);
    wa_release(c);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
the parent awaits it: parent WA_ECANCELED, child WA_ECANCELED
the parent shields it: parent WA_ECANCELED, child WA_OK
the parent leaves it alone: parent WA_ECANCELED, child WA_OK
*/
