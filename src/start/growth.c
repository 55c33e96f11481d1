/* growth.c: a standalone wasm asks its host for WASI only. Emscripten's libc also tells the host when memory has grown; here
 * the host sees that by itself, from the buffer, so the message ends inside the wasm. */
#ifdef __EMSCRIPTEN__
#include <stddef.h>

void emscripten_notify_memory_growth(size_t memory_index);
void emscripten_notify_memory_growth(size_t memory_index) { (void)memory_index; }
#else
/* Each target's libraries are made from the same files. */
typedef int wa__nothing;
#endif
