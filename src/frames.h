/* frames.h: where a suspended segment's wasm frames are. See frames.c. */
#ifndef WA_FRAMES_H
#define WA_FRAMES_H

#include "fiber.h"

/* What toolchain/asyncify.mjs makes one instruction or two of. */
void wa__fiber_frames(char *position, char *end);
char *wa__fiber_position(void);

extern wa__segment *wa__fiber_aimed; /* whose frames are read or written */
/* Where the records of s begin when it suspends. */
void wa__fiber_aim(wa__segment *s);
/* Where they end, for a rewind, which reads them from there. */
static inline void wa__fiber_read(wa__segment *s) {
  wa__fiber_aimed = s;
  wa__fiber_frames(s->save + s->used, s->save + s->used);
}
/* After an unwind: what it wrote becomes the save area of s, in exact size. false without memory. */
bool wa__fiber_save_frames(wa__segment *s);
void wa__fiber_free_frames(wa__segment *s);

#endif
