/* frames.c: where a suspended segment's wasm frames are: asyncify's records of them.
 *
 *     they fit exactly where they were   -> there, and nothing is copied: nearly always
 *     there is more, or the first time   -> to the scratch region, which all share, then to a new save area, of exactly their size
 *
 * Law: the position, once frames have been rewound, is where the segment's next ones begin. Whoever runs another segment in between
 * aims it again.
 */
#ifdef __wasm__
#include "frames.h"

/* For the records of one segment. Engines' own stacks (V8 1 MB, wasmtime 512 KB) mostly end first; where not, each frame looks
 * whether its record still fits (toolchain/records.mjs). */
#define SCRATCH_SIZE (1 << 20)
static _Alignas(16) char scratch[SCRATCH_SIZE];
wa__segment *wa__fiber_aimed;

/* What asyncify does, and where it reads and writes. As it stands here for asyncify as it is; where toolchain/asyncify.mjs has
 * been at work, these are globals of the wasm, which no memory is needed for, and each function an instruction or two. */
#define REPLACED(name) __attribute__((noinline, export_name(#name)))
struct wa__frames { char *position, *end; } wa__frames;
static int mode;
REPLACED(wa__fiber_mode) int wa__fiber_mode(void) { return mode; }
REPLACED(wa__fiber_be) void wa__fiber_be(int now) { mode = now; }
REPLACED(wa__fiber_frames) void wa__fiber_frames(char *position, char *end) { wa__frames = (struct wa__frames){position, end}; }
REPLACED(wa__fiber_position) char *wa__fiber_position(void) { return wa__frames.position; }
char *wa__fiber_end(void);
REPLACED(wa__fiber_end) char *wa__fiber_end(void) { return wa__frames.end; }
/* Whether each frame looks for room. Else all go to the scratch region, which is large. */
REPLACED(wa__fiber_in_place) bool wa__fiber_in_place(void) {
  int no = 0;
  __asm__("" : "+r"(no)); /* no compiler is to know */
  return no;
}

void wa__fiber_to_scratch(void) { wa__fiber_frames(scratch, scratch + SCRATCH_SIZE); }
static inline bool in_scratch(void) { return wa__fiber_end() == scratch + SCRATCH_SIZE; }

void wa__fiber_aim(wa__segment *s) {
  wa__fiber_aimed = s;
  if (s->used) wa__fiber_frames(s->save, s->save + s->used);
  else wa__fiber_to_scratch();
}

/* A frame does not fit there: what has been written moves to the scratch region, and the rest follows. */
void wa__fiber_spill(char *position, uint32_t size);
REPLACED(wa__fiber_spill) void wa__fiber_spill(char *position, uint32_t size) {
  const char *save = wa__fiber_aimed->save;
  uint32_t written = (uint32_t)(position - save);
  if (in_scratch() || written + size > SCRATCH_SIZE) __builtin_trap(); /* wa__fiber_recover tells what it was */
  __builtin_memcpy(scratch, save, written);
  wa__fiber_frames(scratch + written, scratch + SCRATCH_SIZE);
}

/* Words, not memory.copy: frames are short, and engines take a call for that instruction. */
static inline void copy_words(char *to, const char *from, uint32_t size) {
  uint64_t *t = (uint64_t *)to;
  const uint64_t *f = (const uint64_t *)from, *end = (const uint64_t *)(from + size);
  for (; f < end; f++) {
    *t++ = *f;
    __asm__ volatile("" ::: "memory"); /* keeps the compiler from making it memory.copy again */
  }
}

static inline uint32_t capacity(uint32_t used) { return (used + 15) & ~15u; }

void wa__fiber_free_frames(wa__segment *s) {
  wa__free(s->save, capacity(s->used));
  s->save = NULL;
  s->used = 0;
}

bool wa__fiber_save_frames(wa__segment *s) {
  bool spilled = in_scratch();
  char *from = spilled ? scratch : s->save;
  uint32_t used = (uint32_t)(wa__fiber_position() - from);
  if (used == s->used) {
    if (spilled) copy_words(s->save, from, used);
    return true;
  }
  char *save = wa__alloc(capacity(used));
  if (save) copy_words(save, from, used);
  wa__fiber_free_frames(s);
  s->save = save;
  s->used = save ? used : 0;
  return save != NULL;
}
#endif
