/* fd_host.c: descriptors for a host that owns the loop; docs/abi.md is the manual.
 *
 *     wax_turn --event "descriptor 7: wanted"--> the host waits as it can --wax_fd_ready(7, which)--> wax_turn
 *     wax_turn --next_ms--> wax_poll(next_ms): the wait itself, inside the guest, for a host with nothing else to wait for
 *
 * Law: an answer uses up the interest that it answers. What is still wanted after the next turn is asked for anew, so a
 * host need not know whether the task has read all there was.
 */
#include "events.h"
#include "exports.h"
#include "fd.h"
#include "host.h"

static wa__descriptor *changed;

static uint32_t interest(const wa__descriptor *d) {
  bool readers = !wa__list_empty(&d->sides[0].waiters), writers = !wa__list_empty(&d->sides[1].waiters);
  return (readers ? WA_READABLE : 0) | (writers ? WA_WRITABLE : 0);
}

/* Just before the host reads: what came and went in between is not its business. */
static void tell(void) {
  for (wa__descriptor *d; (d = changed);) {
    changed = d->next_changed;
    d->changed = false;
    uint32_t mask = interest(d);
    if (mask != d->told && !wa__event_push(WA__EVENT_DESCRIPTOR, (uint32_t)d->sides[0].fd, (void *)(uintptr_t)mask, NULL)) {
      wa__fd_changed(d); /* no memory: at the next turn */
      return;
    }
    d->told = (uint8_t)mask;
    wa__fd_drop_if_idle(d);
  }
  wa__events_late = NULL;
}

/* When there is a host at last: of what the program's constructors wait for. */
static void tell_first(void) {
  WA__LIST_EACH(link, &wa__watched) wa__fd_changed(wa__fd_find(wa__container(link, wa__side, watched)->fd));
  tell();
}

void wa__fd_changed(wa__descriptor *d) {
  if (!wa__events_on) {
    wa__fd_drop_if_idle(d);
    wa__events_late = tell_first;
  } else if (!d->changed) {
    d->changed = true;
    d->next_changed = changed;
    changed = d;
    if (!wa__events_late) wa__events_late = tell;
  }
}

#ifdef __wasm__
WAX(fd_ready) int32_t wax_fd_ready(int32_t fd, uint32_t mask) {
  WAX_ALONE;
  if (!alone) return WA_EMISUSE;
  if (!mask || mask > (WA_READABLE | WA_WRITABLE))
    return wa__misuse("wax_fd_ready: mask is %d; expected 1, 2 or 3", mask);
  wa__descriptor *d = wa__fd_find(fd);
  if (!d) return 0;
  d->told &= (uint8_t)~mask;
  int32_t woken = mask & WA_READABLE ? wa__fd_ready(fd, WA_READABLE) : 0;
  return mask & WA_WRITABLE ? woken + wa__fd_ready(fd, WA_WRITABLE) : woken;
}

WAX(poll) int32_t wax_poll(double ms) {
  WAX_ALONE;
  if (!alone) return WA_EMISUSE;
  if (!(ms >= 0 || ms == -1)) return wa__misuse("wax_poll: expected so many ms, or -1 for no limit");
  wa_time wait = wa__from_ms(ms);
  if (wait == WA_FOREVER && !wa__fd_waits) return wa__misuse("wax_poll: no task waits for a descriptor: it would never return");
  uint32_t before = wa__fd_woken;
  int st = wa__fd_wait(wa__plus(wa__host_now(), wait));
  return st < 0 ? st : (int32_t)(wa__fd_woken - before);
}
#endif
