/* realloc.c: for a command that is to be a component. The adapter keeps its state in the program's memory. Without this
 * it grows that by a page of its own, which the malloc of older WASI C libraries (Debian's) takes for its own, too. */
#include <stdlib.h>

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size);
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  (void)align; /* up to 8, as malloc gives */
  void *p = realloc(old, size);
  if (!p) __builtin_trap(); /* the contract knows no other way to say it */
  return p;
}
