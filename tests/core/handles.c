/* The table of handles, made so small that it fills up: a copy of it, with few places and generations that come round. */
#include "unit.h"

#define INDEX_BITS 6 /* the table begins with half of that */
#define GENERATION_BITS 5 /* and so the handles end here */
#define wa__handle_count small_count
#define wa__handle_of small_handle_of
#define wa__handle_get small_get
#define wa__handle_close small_close
#define wa__handle_void small_void
#define wa__handle_close_all small_close_all
#include "../../src/handles.c"

enum { PLACES = (1 << INDEX_BITS) - 1 }; /* 0 is none */

static void fill(wa_future **futures, uint32_t *handles) {
  for (int i = 0; i < PLACES; i++) handles[i] = small_handle_of(futures[i] = wa_future_new());
}

/* The whole table, whose memory is counted. */
static void empty(wa_future **futures) {
  small_close_all();
  EXPECT_INT(small_count, 0);
  for (int i = 0; i < PLACES; i++) {
    EXPECT_INT(futures[i]->refs, 1);
    wa_release(futures[i]);
  }
  wa__free(places, capacity * sizeof *places);
  places = NULL;
  used = capacity = oldest = latest = 0;
}

TEST(handles_run_out_and_come_back) {
  wa_future *futures[PLACES], *more = wa_future_new();
  uint32_t handles[PLACES];
  fill(futures, handles);
  EXPECT_INT(small_count, PLACES);
  EXPECT_INT(small_handle_of(more), 0);
  EXPECT_CONTAINS(wa_error_text(), "a handle");
  EXPECT_INT(more->refs, 1);
  for (int i = 0; i < PLACES; i++) {
    EXPECT(small_get(handles[i]) == futures[i]);
    EXPECT_INT(small_handle_of(futures[i]), handles[i]);
  }
  EXPECT(small_close(handles[3]));
  uint32_t reused = small_handle_of(more);
  EXPECT(reused != 0 && reused != handles[3]);
  EXPECT(small_get(reused) == more);
  EXPECT(small_get(handles[3]) == NULL);
  EXPECT_CONTAINS(wa_error_text(), "is stale or was never given");
  EXPECT(!small_close(handles[3]));
  empty(futures);
  wa_release(more);
}

/* The oldest free place first: what was given back last is the last to be used again. */
TEST(handles_of_free_places_in_their_order) {
  wa_future *futures[PLACES];
  uint32_t handles[PLACES], again[PLACES];
  fill(futures, handles);
  for (int i = PLACES; i--;) EXPECT(small_close(handles[i]));
  for (int i = 0; i < PLACES; i++) again[i] = small_handle_of(futures[i]);
  for (int i = 0; i < PLACES; i++) EXPECT_INT(again[i] & INDEX_MASK, handles[PLACES - 1 - i] & INDEX_MASK);
  empty(futures);
}

TEST(handles_are_stale_until_their_generations_come_round) {
  wa_future *futures[PLACES];
  uint32_t handles[PLACES];
  fill(futures, handles);
  uint32_t place = handles[0] & INDEX_MASK, first = 0;
  for (int i = 0; i < 100; i++) {
    uint32_t before = futures[0]->handle;
    EXPECT(small_close(before));
    uint32_t handle = small_handle_of(futures[0]);
    EXPECT(handle != 0 && handle != before);
    EXPECT_INT(handle & INDEX_MASK, place);
    EXPECT(small_get(before) == NULL);
    if (i == 0) first = handle;
    if (i > 0) EXPECT_INT(handle == first, i % ((1 << GENERATION_BITS) - 1) == 0);
  }
  empty(futures);
}

TEST(handles_that_nobody_gave) {
  wa_future *futures[PLACES];
  uint32_t handles[PLACES];
  fill(futures, handles);
  for (uint32_t place = 0; place <= INDEX_MASK; place++) {
    EXPECT(small_get(place) == NULL); /* there is no generation 0 */
    EXPECT(small_get(UINT32_MAX - place) == NULL);
  }
  empty(futures);
}
