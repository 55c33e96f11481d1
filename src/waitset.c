/* waitset.c: waiting for some of several futures, without taking them over: asyncio.wait.
 *
 *     task: slot  <--settled by-- a, b, c (callbacks of the futures), or the task's own timer
 *
 * Law: the wait cancels nothing and changes nothing; when it is over, no callback of it is left anywhere.
 */
#include "task.h"
#include "watch.h"

typedef struct waitset {
  wa__scope scope;
  wa__task *task;
  uint32_t n, left;
  int when;
  wa__watch watches[];
} waitset;

static size_t size_of(size_t n) { return sizeof(waitset) + n * sizeof(wa__watch); }

static void on_completion(wa__callback *callback) {
  wa__watch *watch = wa__container(callback, wa__watch, callback);
  waitset *set = watch->owner;
  wa_future *f = watch->future;
  set->left--;
  bool failed = f->state == WA__FINISHED && f->status < 0;
  if (failed && set->left && set->when == WA_FIRST_EXCEPTION) f->seen = true; /* CPython doesn't look at the last */
  if (set->left && set->when != WA_FIRST_COMPLETED && !(set->when == WA_FIRST_EXCEPTION && failed)) return;
  if (set->task->slot != WA__SLOT_PENDING) return;
  wa__slot_settle(set->task, WA__SLOT_DONE);
}

static void drop(wa__scope *scope) {
  waitset *set = wa__container(scope, waitset, scope);
  wa__watch_end(set->watches, set->n);
  wa__scope_leave(scope);
  wa__free(set, size_of(set->n));
}

int wa_wait(wa_future *const *futures, size_t n, int when, wa_time timeout) {
  wa__task *t = wa__need_task("wa_wait");
  if (!t || !wa__check_all("wa_wait", futures, n)) return WA_EMISUSE;
  if (!n) return wa__misuse("wa_wait: n is 0; expected at least one future");
  if (when < WA_FIRST_COMPLETED || when > WA_ALL_COMPLETED)
    return wa__misuse("wa_wait: when is %d; expected WA_FIRST_COMPLETED, WA_FIRST_EXCEPTION or WA_ALL_COMPLETED", when);
  if (timeout < 0) return wa__misuse("wa_wait: timeout is %d ns; expected 0 or more", timeout);
  waitset *set = wa__alloc(size_of(n));
  if (!set) return wa__no_memory("a wait");
  *set = (waitset){.task = t, .n = (uint32_t)n, .when = when};
  wa__scope_enter(t, &set->scope, drop, NULL);
  t->slot = WA__SLOT_PENDING;
  wa__slot_timer(t, timeout);
  set->left = wa__watch_begin(set->watches, futures, n, on_completion, set);
  int st = wa__wait_slot(t);
  drop(&set->scope);
  return st;
}
