/* room.c: whether the host's stack has room for a call.
 *
 *     host, deep in its own functions -> wax_room: needs more of the engine's stack than any call, and changes nothing
 *                                        |-> overflow: the host's error, before anything has begun
 *                                        '-> wax_cancel, ...
 *
 * Law: an overflow in the middle of a change leaves the runtime broken, and a host can't undo it. So a host asks first, wherever
 * its own caller may be deep.
 */
#ifdef __wasm__
#include "exports.h"

/* A frame is as large as what it ever holds at once: here 512 values that no optimizer can join or reorder, in a branch that is
 * never taken; 16 such frames are 64 KB. So they are looked at, in some 40 ns, and not touched. So many, because engines compile
 * a function when it is first called, V8 with 40 KB to spare, or it is an overflow, too. */
bool wa__room_never;

int32_t wa__room(int32_t levels);
__attribute__((naked, used)) int32_t wa__room(__attribute__((unused)) int32_t levels) {
  __asm__(
      "i32.const 0\n"
      "i32.load8_u wa__room_never\n"
      "if i32\n"
      ".rept 512\n"
      "i32.const 0\n"
      "memory.grow 0\n"
      "f64.convert_i32_s\n"
      ".endr\n"
      ".rept 511\n"
      "f64.sub\n"
      ".endr\n"
      "i32.trunc_f64_s\n"
      "else\n"
      "local.get 0\n"
      "if i32\n"
      "local.get 0\n"
      "i32.const 1\n"
      "i32.sub\n"
      "call wa__room\n"
      "i32.const 1\n"
      "i32.add\n"
      "else\n"
      "i32.const 0\n"
      "end_if\n"
      "end_if\n"
      "return\n");
}

WAX(room) int32_t wax_room(void) { return wa__room(15); }
#endif
