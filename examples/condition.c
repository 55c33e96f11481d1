/* condition: waits, under a lock, until something is true. asyncio.Condition. A cancelled wait has the lock again when
 * it returns, as any other: so the release below is right in every case. */
#include "wasyncio.h"

#include <stdio.h>

static wa_condition changed;
static int balance;

static bool enough(void *arg) { return balance >= *(int *)arg; }

static int withdraw(void *arg) {
  int amount = *(int *)arg;
  int st = wa_condition_acquire(&changed);
  if (st < 0) return st;
  st = wa_condition_wait_for(&changed, enough, &amount);
  if (st == WA_OK) balance -= amount;
  printf("%3d ms: withdraw %d: %s, balance %d\n", (int)(wa_now() / WA_MS(1)), amount, wa_status_name(st), balance);
  wa_condition_release(&changed);
  return st;
}

static int run(void *arg) {
  (void)arg;
  static int amounts[] = {30, 50, 1000};
  wa_condition_init(&changed, NULL);
  wa_task *tasks[3];
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn(withdraw, &amounts[i]);
  for (int i = 0; i < 4; i++) {
    wa_sleep(WA_MS(10));
    if (wa_condition_acquire(&changed) < 0) break;
    balance += 25;
    wa_condition_notify_all(&changed);
    wa_condition_release(&changed);
  }
  wa_yield();
  wa_cancel(tasks[2], "never");
  int st = wa_wait(tasks, 3, WA_ALL_COMPLETED, WA_FOREVER);
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
  return st;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
 20 ms: withdraw 30: WA_OK, balance 20
 40 ms: withdraw 50: WA_OK, balance 20
 40 ms: withdraw 1000: WA_ECANCELED, balance 20
*/
