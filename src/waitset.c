/* waitset.c: waiting for some of several futures, without taking them over: asyncio.wait.
 *
 *     task: slot  <--settled by-- node a, node b, node c (callbacks of the futures), or the task's own timer
 *
 * Law: the wait cancels nothing and changes nothing; when it is over, no callback of it is left anywhere.
 */
#include "task.h"

typedef struct node {
  wa__handle handle;
  struct waitset *set;
  wa_future *future;
} node;

typedef struct waitset {
  wa__scope scope;
  wa__task *task;
  uint32_t n, left;
  int when;
  node nodes[];
} waitset;

static size_t size_of(size_t n) { return sizeof(waitset) + n * sizeof(node); }

static void on_completion(wa__handle *handle) {
  node *node = wa__container(handle, struct node, handle);
  waitset *set = node->set;
  wa_future *f = node->future;
  set->left--;
  bool failed = f->state == WA__FINISHED && f->status < 0;
  if (failed && set->left && set->when == WA_FIRST_EXCEPTION) f->seen = true; /* CPython doesn't look at the last */
  if (set->left && set->when != WA_FIRST_COMPLETED && !(set->when == WA_FIRST_EXCEPTION && failed)) return;
  if (set->task->slot != WA__SLOT_PENDING) return;
  wa__slot_settle(set->task, WA__SLOT_DONE);
}

static void drop(wa__scope *scope) {
  waitset *set = wa__container(scope, waitset, scope);
  for (uint32_t i = 0; i < set->n; i++) {
    wa__list_unlink(&set->nodes[i].handle.link);
    wa_release(set->nodes[i].future);
  }
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
  wa__scope_enter(t, &set->scope, drop);
  t->slot = WA__SLOT_PENDING;
  wa__slot_timer(t, timeout);
  for (size_t i = 0; i < n; i++) {
    wa_future *f = futures[i];
    f->refs++;
    set->nodes[i] = (node){.handle = {.run = on_completion}, .set = set, .future = f};
    if (f->mark) continue;
    f->mark = true;
    set->left++;
    wa__future_add(f, &set->nodes[i].handle);
  }
  for (size_t i = 0; i < n; i++) futures[i]->mark = false;
  int st = wa__wait_slot(t);
  drop(&set->scope);
  return st;
}
