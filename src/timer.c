/* timer.c: deadlines on one heap.
 *
 *     idle --set--> in the heap --time--> in the ready queue --loop--> run, idle
 *                       '--cancel--> idle <--cancel--'
 *
 * Law: what is due becomes ready in the order of the deadlines, and equal ones in the order they were set.
 */
#include "timer.h"
#include "heap.h"

static wa__heap heap;

int wa__due_set(wa__due *due, wa_time when) {
  if (!wa__heap_reserve(&heap)) return wa__no_memory("a timer");
  wa__heap_push(&heap, when, &due->position);
  return WA_OK;
}

void wa__due_cancel(wa__due *due) {
  if (due->position != WA__HEAP_NOWHERE) wa__heap_remove(&heap, &due->position);
  else wa__list_unlink(&due->handle.link);
}

wa_time wa__due_next(void) { return heap.size ? heap.entries[0].key : WA_FOREVER; }

void wa__due_fire(wa_time now, wa__list *ready) {
  while (heap.size && heap.entries[0].key <= now) {
    wa__due *due = wa__container(heap.entries[0].position, wa__due, position);
    wa__heap_remove(&heap, &due->position);
    wa__list_push(ready, &due->handle.link);
  }
}

uint32_t wa__due_count(void) { return heap.size; }

void wa__due_trim(void) {
  if (!heap.size) wa__heap_close(&heap);
}
