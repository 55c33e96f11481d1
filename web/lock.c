/* lock.c: three tasks want one lock, and wait in line for it. Abort the one that holds it: the next gets it. */
#include "demo.h"

static wa_lock printer;

static int prints(void *arg) {
  (void)arg;
  for (int page = 1; page <= 8; page++) {
    say(-1, "waits for the printer");
    int status = wa_lock_acquire(&printer);
    if (status < 0) return status;

    say(-1, "prints page %d", page);
    status = wa_sleep(WA_MS(600));
    wa_lock_release(&printer); /* also when it was cancelled */
    if (status < 0) return status;
  }
  return WA_OK;
}

int lock(void *arg) {
  (void)arg;
  wa_group group;
  int status = wa_group_enter(&group);
  if (status < 0) return status;
  static const char *const names[] = {"Ada", "Grace", "Barbara"};
  for (int i = 0; i < 3; i++)
    wa_release(wa_group_spawn_with(&group, prints, NULL, &(wa_task_options){.name = part_name(names[i])}));
  status = wa_group_exit(&group, WA_OK);
  return status < 0 ? status : wa_return_text("24 pages");
}
WA_TASK(lock);
