/* reunite.c: the last thing before there is no memory: what is free and adjoins is put together.
 *
 *     the pool's lists, block.c's lists  ->  one list, by address  ->  runs  ->  those lists again
 *
 * So memory that was full of one kind of thing, and is free now, serves any other. Law: a program at its limit does not spend its
 * time here: it is tried where an eighth of the memory is free, and after it was in vain not before something was freed, and then,
 * the more often in a row it is in vain, the more rarely.
 */
#include "block.h"

#if WA__REUNITES
/* What was there after the latest. pause: so many requests, at about the same number of bytes, are to be refused first. */
static struct { uintptr_t lists; size_t bytes; uint32_t pause, next_pause; } vain;

static WA__COLD wa__run *merge(wa__run *a, wa__run *b) {
  wa__run *first, **last = &first;
  while (a && b) {
    wa__run **lower = a < b ? &a : &b;
    *last = *lower;
    last = &(*lower)->next;
    *lower = *last;
  }
  *last = a ? a : b;
  return first;
}

/* Lists of 1, 2, 4 ... runs, as the bits of a counter. */
static WA__COLD wa__run *sorted(wa__run *runs) {
  wa__run *bits[32] = {0}, *all = NULL;
  for (wa__run *next; runs; runs = next) {
    next = runs->next;
    runs->next = NULL;
    int i = 0;
    for (; bits[i]; bits[i++] = NULL) runs = merge(bits[i], runs);
    bits[i] = runs;
  }
  for (int i = 0; i < 32; i++) all = merge(bits[i], all);
  return all;
}

static WA__COLD uintptr_t lists(void) { return wa__block_lists(wa__pool_lists(0)); }

static WA__COLD bool worthwhile(void) {
  size_t all = __builtin_wasm_memory_size(0) << 16, much = all / 8;
  if (wa__bytes + much > all || lists() == vain.lists) return false;
  size_t change = wa__bytes > vain.bytes ? wa__bytes - vain.bytes : vain.bytes - wa__bytes;
  return change > much || !vain.pause || !vain.pause--;
}

WA__COLD bool wa__reunite(void) {
  if (!worthwhile()) return false;
  for (wa__run *run = sorted(wa__block_drain(wa__pool_drain(NULL))), *next; run; run = next) {
    size_t size = run->size;
    for (next = run->next; next && (char *)next == (char *)run + size; next = next->next) size += next->size;
    wa__give((char *)run, size);
  }
  return true;
}

WA__COLD void wa__reunite_ended(bool useful) {
  vain.next_pause = useful ? 0 : vain.next_pause < 1024 ? 2 * vain.next_pause + 1 : vain.next_pause;
  vain.pause = vain.next_pause / 2;
  vain.bytes = wa__bytes;
  vain.lists = lists();
}
#endif
