/* eager: an eager task runs to its first await at once, inside wa_spawn_with; one that finds what it needs in a cache
 * is done before it returns, without a turn. eager_start=True. */
#include "wasyncio.h"

#include <stdio.h>

static int lookup(void *arg) {
  const char *name = arg;
  bool cached = name[0] == 'a';
  printf("looking up %s\n", name);
  return cached ? WA_OK : wa_sleep(WA_MS(10));
}

static int run(void *arg) {
  (void)arg;
  const char *names[] = {"alpha", "beta"};
  for (int eager = 0; eager <= 1; eager++) {
    for (int i = 0; i < 2; i++) {
      wa_task *task = wa_spawn_with(lookup, (void *)names[i], &(wa_task_options){.eager = eager});
      printf("%s, %s: %s\n", names[i], eager ? "eager" : "in turn", wa_done(task) ? "done" : "pending");
      int st = wa_await(task);
      wa_release(task);
      if (st < 0) return st;
    }
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
alpha, in turn: pending
looking up alpha
beta, in turn: pending
looking up beta
looking up alpha
alpha, eager: done
looking up beta
beta, eager: pending
*/
