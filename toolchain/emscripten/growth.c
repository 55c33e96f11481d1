/* A standalone wasm asks its host for WASI only. Emscripten's libc also tells the host when memory has grown; here
 * the host sees that by itself, from the buffer, so the message ends inside the wasm. */
#include <stddef.h>

void emscripten_notify_memory_growth(size_t memory_index);
void emscripten_notify_memory_growth(size_t memory_index) { (void)memory_index; }
