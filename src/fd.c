/* fd.c: who waits for which descriptor.
 *
 *     a task: wait --> [ fd 7: readers a b | writers c ] --ready--> a goes on
 *                          |           |
 *        this program polls: one       a host that owns the loop: an event says "7: 1|2" (the interest), and its
 *        subscription a side           answer wax_fd_ready uses the interest up that it answers
 *
 * Laws
 *   - A wait is one future. Whatever ends it (ready, cancelled, closed, released) takes it out of its side at once.
 *   - One who waits is woken for one readiness, the earliest first: what the descriptor has may be enough for one only,
 *     and another who then read it would block. Who is left is looked at again.
 *   - A record lives only while somebody waits, or while the host has not been told that nobody does any more.
 */
#include "fd.h"
#include "host.h"
#include "host_fd.h"

#include <errno.h>

typedef struct watch {
  wa_future future;
  wa__list link; /* in its side's waiters, while it is pending */
  wa__descriptor *of;
  wa__side *side;
  int fd;
  bool inner; /* of a call that goes on with the descriptor when it wakes */
} watch;

/* Those of calls that were told "ready" and have not run since: a close in between is theirs to hear, or they would go on
 * with whatever has the number by then. */
static wa__list woken;

enum { INITIAL = 16 }; /* buckets, without an allocation */
static wa__descriptor *initial[INITIAL], **buckets = initial;
static uint32_t bucket_count = INITIAL, count;
wa__list wa__watched;
uint32_t wa__fd_woken;

/* ---- the table: by number ---------------------------------------------------------------------------------------- */

/* Neighbouring numbers spread by 2^32 over the golden ratio. */
static wa__descriptor **bucket_of(int fd) { return &buckets[((uint32_t)fd * 2654435769u >> 7) & (bucket_count - 1)]; }

wa__descriptor *wa__fd_find(int fd) {
  wa__descriptor *d = *bucket_of(fd);
  while (d && d->sides[0].fd != fd) d = d->next;
  return d;
}

static void rehash(uint32_t size) {
  wa__descriptor **old = buckets, **grown = size == INITIAL ? initial : wa__alloc(size * sizeof *grown);
  uint32_t old_count = bucket_count;
  if (!grown) return; /* longer chains do as well */
  for (uint32_t i = 0; i < size; i++) grown[i] = NULL;
  buckets = grown;
  bucket_count = size;
  for (uint32_t i = 0; i < old_count; i++) {
    for (wa__descriptor *d = old[i], *next; d; d = next) {
      next = d->next;
      d->next = *bucket_of(d->sides[0].fd);
      *bucket_of(d->sides[0].fd) = d;
    }
  }
  if (old != initial) wa__free(old, old_count * sizeof *old);
}

static wa__descriptor *find_or_make(int fd) {
  wa__descriptor *d = wa__fd_find(fd);
  if (d || !(d = wa__alloc(sizeof *d))) return d;
  *d = (wa__descriptor){.sides = {{.fd = fd, .what = WA_READABLE}, {.fd = fd, .what = WA_WRITABLE}}};
  if (++count > bucket_count * 2) rehash(bucket_count * 4);
  d->next = *bucket_of(fd);
  *bucket_of(fd) = d;
  return d;
}

void wa__fd_drop_if_idle(wa__descriptor *d) {
  if (d->changed || d->told || !wa__list_empty(&d->sides[0].waiters) || !wa__list_empty(&d->sides[1].waiters)) return;
  wa__descriptor **at = bucket_of(d->sides[0].fd);
  while (*at != d) at = &(*at)->next;
  *at = d->next;
  wa__free(d, sizeof *d);
  if (!--count && buckets != initial) rehash(INITIAL);
}

/* ---- the waits --------------------------------------------------------------------------------------------------- */

static void leave(watch *w) {
  wa__list_unlink(&w->link);
  if (wa__list_empty(&w->side->waiters)) {
    wa__list_unlink(&w->side->watched);
    wa__fd_waits--;
  }
  wa__fd_changed(w->of);
}

static bool cancel(wa_future *f, wa__detail *reason) {
  leave(wa__container(f, watch, future));
  wa__future_finish(f, WA__CANCELLED, WA_ECANCELED, NULL, reason);
  return true;
}

static size_t clean(wa_future *f) {
  watch *w = wa__container(f, watch, future);
  if (wa__pending(f)) leave(w);
  else wa__list_unlink(&w->link);
  return sizeof *w;
}

static const wa__kind kind = {.cancel = cancel, .clean = clean};

wa_future *wa__fd_watch(int fd, int what, bool inner) {
  watch *w = wa__alloc(sizeof *w);
  wa__descriptor *d = w ? find_or_make(fd) : NULL;
  if (!d) {
    wa__free(w, sizeof *w);
    return wa__no_memory("a wait for a descriptor"), NULL;
  }
  wa__kinds[WA__FD] = &kind;
  wa__block_for = wa__fd_wait;
  wa__future_init(&w->future, WA__FD);
  w->of = d;
  w->fd = fd;
  w->inner = inner;
  w->link.next = NULL;
  w->side = &d->sides[what == WA_WRITABLE];
  if (wa__list_empty(&w->side->waiters)) {
    wa__fd_waits++;
    wa__list_push(&wa__watched, &w->side->watched);
  }
  wa__list_push(&w->side->waiters, &w->link);
  wa__fd_changed(d);
  return &w->future;
}

wa_future *wa_fd_watch(int fd, int what) {
  int its_kind;
  if (fd < 0) return wa__misuse("wa_fd_watch: fd is %d; expected 0 or more", fd), NULL;
  if (what != WA_READABLE && what != WA_WRITABLE)
    return wa__misuse("wa_fd_watch: what is %d; expected WA_READABLE or WA_WRITABLE", what), NULL;
  if (wa__host_fd_kind(fd, &its_kind) == EBADF) return wa__misuse("wa_fd_watch: descriptor %d is not open", fd), NULL;
  return wa__fd_watch(fd, what, false);
}

/* The earliest of that side, if anybody waits. The record may be gone after. */
static bool wake_first(int fd, int side, int status) {
  wa__descriptor *d = wa__fd_find(fd);
  wa__list *first = d ? wa__list_first(&d->sides[side].waiters) : NULL;
  if (!first) return false;
  watch *w = wa__container(first, watch, link);
  leave(w);
  if (w->inner) wa__list_push(&woken, &w->link);
  w->future.seen = status == WA_ECLOSED; /* whoever closes a descriptor knows that its waits end */
  wa__future_finish(&w->future, WA__FINISHED, status, NULL, NULL);
  wa__fd_woken++;
  return true;
}

bool wa__fd_ready(int fd, int what) { return wake_first(fd, what == WA_WRITABLE, WA_OK); }

void wa__fd_bad(int fd) {
  wa__misuse("descriptor %d is waited for and is not open", fd);
  wa__fd_wake_all(fd, WA_EMISUSE);
}

void wa__fd_wake_all(int fd, int status) {
  for (int side = 0; side < 2; side++)
    while (wake_first(fd, side, status)) {}
  WA__LIST_EACH(link, &woken) {
    watch *w = wa__container(link, watch, link);
    if (w->fd == fd) w->future.status = status;
  }
}

/* ---- a program that waits by itself ------------------------------------------------------------------------------ */

#define LOOK_EVERY WA_US(100)
#define LOOK_AT_LEAST WA_MS(8)

/* A loop that is never idle looks at the latest every LOOK_AT_LEAST; more often only if that takes a tenth of the time at most. */
static void plan_next_look(wa_time took, wa_time now) {
  static wa_time cost;
  if (took >= 0) cost = took;
  wa_time pause = cost > LOOK_AT_LEAST / 10 ? LOOK_AT_LEAST : cost * 10;
  wa__fd_look = now + (pause > LOOK_EVERY ? pause : LOOK_EVERY);
}

/* One that is not open makes some engines refuse the whole poll; and so does one that cannot be waited for like that, which
 * counts as ready: the read or write tells. */
static bool end_bad(void) {
  WA__LIST_EACH(link, &wa__watched) {
    const wa__side *side = wa__container(link, wa__side, watched);
    int fd = side->fd, what = side->what, its_kind;
    if (wa__host_fd_kind(fd, &its_kind) == EBADF) wa__fd_bad(fd);
    else if (wa__host_refuses(fd, what)) wa__fd_ready(fd, what);
    else continue;
    return true; /* the list has changed: another is found by the next poll */
  }
  return false;
}

/* Without memory for the poll: each by itself, without waiting. */
static int look_at_each(wa_time until) {
  uint32_t before = wa__fd_woken;
  WA__LIST_EACH(link, &wa__watched) {
    const wa__side *side = wa__container(link, wa__side, watched);
    if (wa__host_ready(side->fd, side->what)) wa__fd_ready(side->fd, side->what);
  }
  if (wa__fd_woken != before) return WA_OK;
  wa_time soon = wa__host_now() + WA_MS(5);
  return wa__host_wait(until < soon ? until : soon);
}

int wa__fd_wait(wa_time until) {
  if (until == WA_FOREVER && !wa__fd_waits) return wa__host_wait(until);
  wa_time began = wa__host_now();
  int error = wa__host_poll(until);
  if (error == ENOMEM) return look_at_each(until);
  wa_time now = wa__host_now();
  plan_next_look(until <= began ? now - began : -1, now);
  if (!error || error == EINTR || (error != ENOSYS && end_bad())) return WA_OK;
  if (error == ENOSYS) return wa__misuse("wa_run: this host cannot wait for descriptors (errno %d)", error);
  return wa__misuse("wa_run: waiting for descriptors failed (errno %d)", error);
}
