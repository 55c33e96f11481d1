/* Waiters that are ended without clean-up in the same iteration in which they were woken: the next one gets what they were woken
 * for. `first` waits, ignoring that it is told to stop; `next` stands behind it; the test gives way at 5 ms, and then, in the same
 * iteration, the grace of `first` is over. */
#include "unit.h"

static wa_lock lock;
static wa_semaphore semaphore;
static wa_condition condition;
static wa_event event;
static wa_queue queue;
static wa_task *first;

static int stops_first(void *arg) { return (void)arg, wa_stop_within(first, WA_MS(5), true); }

static void (*gives_way)(void);
static int gives_way_at_5_ms(void *arg) {
  (void)arg;
  wa_sleep(WA_MS(5));
  gives_way();
  return WA_OK;
}

static void ends_first_at_5_ms(wa_task_fn waits, void (*gives)(void)) {
  gives_way = gives;
  first = wa_spawn_with(waits, "first", &(wa_task_options){.name = "first"});
  turns(1);
  wa_task *giver = wa_spawn(gives_way_at_5_ms, NULL), *stopper = wa_spawn(stops_first, NULL);
  turns(2); /* told to stop, `first` waits again */
  wa_task *next = wa_spawn_with(waits, "next", &(wa_task_options){.name = "next"});
  EXPECT_STATUS(wa_wait_for(next, WA_MS(50)), WA_OK);
  EXPECT_INT(wa_now(), WA_MS(5));
  EXPECT_STATUS(wa_await(first), WA_EDISCARDED);
  EXPECT_STATUS(finish(stopper), WA_ETIMEDOUT);
  EXPECT_STATUS(finish(giver), WA_OK);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_TRACE("next");
  wa_release(next);
  wa_release(first);
}

static int locks(void *name) {
  while (wa_lock_acquire(&lock) < 0) continue;
  note("%s", (char *)name);
  wa_lock_release(&lock);
  return WA_OK;
}
static void unlocks(void) { wa_lock_release(&lock); }

TASK_TEST(discarded_with_a_lock_in_reach) {
  wa_lock_acquire(&lock);
  ends_first_at_5_ms(locks, unlocks);
  EXPECT(!wa_lock_locked(&lock));
}

/* Then the lock is left to `first` to pass on, which has heard of a second request and never runs again. */
static void cancels_first_and_unlocks(void) {
  wa_cancel(first, NULL);
  wa_lock_release(&lock);
}

TASK_TEST(discarded_with_a_lock_in_reach_and_cancelled_again) {
  wa_lock_acquire(&lock);
  ends_first_at_5_ms(locks, cancels_first_and_unlocks);
  EXPECT(!wa_lock_locked(&lock));
}

static int takes_permit(void *name) {
  while (wa_semaphore_acquire(&semaphore) < 0) continue;
  note("%s", (char *)name);
  return WA_OK;
}
static void gives_permit(void) { wa_semaphore_release(&semaphore); }

TASK_TEST(discarded_with_a_permit) {
  wa_semaphore_init(&semaphore, 0);
  ends_first_at_5_ms(takes_permit, gives_permit);
  EXPECT(wa_semaphore_locked(&semaphore));
}

static int gets(void *name) {
  void *item;
  while (wa_queue_get(&queue, &item) < 0) continue;
  note("%s", (char *)name);
  return WA_OK;
}
static void puts_one(void) { wa_queue_put_nowait(&queue, &queue); }

TASK_TEST(discarded_with_an_item_in_reach) {
  wa_queue_init(&queue, 0);
  ends_first_at_5_ms(gets, puts_one);
  EXPECT(wa_queue_empty(&queue));
  wa_queue_close(&queue);
}

static int puts_more(void *name) {
  while (wa_queue_put(&queue, name) < 0) continue;
  note("%s", (char *)name);
  return WA_OK;
}
static void gets_one(void) { wa_queue_get_nowait(&queue, &(void *){NULL}); }

TASK_TEST(discarded_with_room_in_reach) {
  wa_queue_init(&queue, 1);
  puts_one();
  ends_first_at_5_ms(puts_more, gets_one);
  EXPECT_INT(wa_queue_size(&queue), 1);
  wa_queue_close(&queue);
}

static int waits_for_notice(void *name) {
  while (wa_condition_acquire(&condition) < 0) continue;
  while (wa_condition_wait(&condition) < 0) continue;
  note("%s", (char *)name);
  return wa_condition_release(&condition);
}
static void notifies_one(void) {
  wa_condition_acquire(&condition);
  wa_condition_notify(&condition, 1);
  wa_condition_release(&condition);
}

TASK_TEST(discarded_with_a_notice) {
  wa_condition_init(&condition, NULL);
  ends_first_at_5_ms(waits_for_notice, notifies_one);
  EXPECT(!wa_condition_locked(&condition));
}

/* Of two who wait for the condition `first` is notified; the test has the lock, and ends it while it waits for that. */
static void ends_first_before_it_has_the_lock(wa_lock *own) {
  wa_condition_init(&condition, own);
  first = wa_spawn_with(waits_for_notice, "first", &(wa_task_options){.name = "first"});
  wa_task *next = wa_spawn(waits_for_notice, "next");
  turns(1);
  EXPECT_STATUS(wa_condition_acquire(&condition), WA_OK);
  EXPECT_STATUS(wa_condition_notify(&condition, 1), WA_OK);
  EXPECT_STATUS(wa_stop_within(first, WA_MS(5), true), WA_ETIMEDOUT);
  EXPECT_STATUS(finish(first), WA_EDISCARDED);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_STATUS(wa_condition_release(&condition), WA_OK);
  EXPECT_STATUS(wa_wait_for(next, WA_MS(50)), WA_OK);
  EXPECT_TRACE("next");
  EXPECT(!wa_condition_locked(&condition));
  wa_release(next);
}

TASK_TEST(discarded_between_a_notice_and_the_lock) { ends_first_before_it_has_the_lock(NULL); }

TASK_TEST(discarded_between_a_notice_and_a_lock_of_the_programs) { ends_first_before_it_has_the_lock(&lock); }

static int waits_for_event(void *name) {
  while (wa_event_wait(&event) < 0) continue;
  note("%s", (char *)name);
  return WA_OK;
}
static void sets(void) { wa_event_set(&event); }

TASK_TEST(discarded_with_an_event) {
  wa_event_init(&event);
  ends_first_at_5_ms(waits_for_event, sets);
}

static wa_barrier barrier;
static int enters(void *name) {
  int st;
  do st = wa_barrier_wait(&barrier, NULL);
  while (st == WA_ECANCELED);
  if (st == WA_OK) note("%s", (char *)name);
  return st;
}

/* Whoever is ended in it is no longer one of the parties. */
TASK_TEST(discarded_in_a_barrier) {
  wa_barrier_init(&barrier, 2);
  first = wa_spawn_with(enters, "first", &(wa_task_options){.name = "first"});
  turns(1);
  EXPECT_STATUS(wa_stop_within(first, WA_MS(1), true), WA_ETIMEDOUT);
  EXPECT_STATUS(finish(first), WA_EDISCARDED);
  TAKE_REPORT(WA_REPORT_UNGRACEFUL);
  EXPECT_INT(wa_barrier_waiting(&barrier), 0);
  wa_task *second = wa_spawn(enters, "second");
  wa_sleep(WA_MS(1));
  EXPECT_TRACE("");
  wa_task *third = wa_spawn(enters, "third");
  EXPECT_STATUS(finish(second), WA_OK);
  EXPECT_STATUS(finish(third), WA_OK);
  EXPECT_TRACE("third second");
}
