/* Locks, events, conditions, semaphores, barriers: zeroed ones, wrong uses, and waiters that are cancelled. */
#include "unit.h"

/* ---- lock -------------------------------------------------------------------------------------------------------- */

typedef struct turn {
  wa_lock *lock;
  const char *name;
  wa_time hold;
} turn;

static int takes_turn(void *arg) {
  turn *t = arg;
  int status = wa_lock_acquire(t->lock);
  if (status < 0) return status;
  note("%s", t->name);
  status = wa_sleep(t->hold);
  wa_lock_release(t->lock);
  return status;
}

TASK_TEST(lock_zeroed_is_free_and_first_come_first_served) {
  wa_lock lock = {0};
  turn turns_of[] = {{&lock, "a", WA_MS(1)}, {&lock, "b", WA_MS(1)}, {&lock, "c", WA_MS(1)}};
  wa_task *tasks[3];
  EXPECT(!wa_lock_locked(&lock));
  EXPECT_STATUS(wa_lock_acquire(&lock), WA_OK);
  EXPECT(wa_lock_locked(&lock));
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn(takes_turn, &turns_of[i]);
  turns(1);
  EXPECT_STATUS(wa_lock_release(&lock), WA_OK);
  for (int i = 0; i < 3; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
  EXPECT_TRACE("a b c");
  EXPECT(!wa_lock_locked(&lock));
}

TASK_TEST(lock_that_nobody_holds_is_not_released) {
  wa_lock lock;
  wa_lock_init(&lock);
  EXPECT_MISUSE(wa_lock_release(&lock), "wa_lock_release: nobody holds the lock");
  wa_lock_acquire(&lock);
  EXPECT_STATUS(wa_lock_release(&lock), WA_OK);
  EXPECT_MISUSE(wa_lock_release(&lock), "nobody holds the lock");
}

TASK_TEST(lock_waiter_cancelled_after_it_was_woken_passes_it_on) {
  wa_lock lock = {0};
  turn a = {&lock, "a", 0}, b = {&lock, "b", 0};
  wa_lock_acquire(&lock);
  wa_task *first = wa_spawn(takes_turn, &a), *second = wa_spawn(takes_turn, &b);
  turns(1);
  wa_lock_release(&lock);
  wa_cancel(first, NULL);
  EXPECT_STATUS(finish(first), WA_ECANCELED);
  EXPECT_STATUS(finish(second), WA_OK);
  EXPECT_TRACE("b");
}

/* ---- event ------------------------------------------------------------------------------------------------------- */

static int waits_event(void *event) { return wa_event_wait(event); }

TASK_TEST(event_zeroed_is_not_set_and_wakes_all) {
  wa_event event = {0};
  wa_task *a = wa_spawn(waits_event, &event), *b = wa_spawn(waits_event, &event);
  turns(1);
  EXPECT(!wa_event_is_set(&event));
  wa_event_set(&event);
  wa_event_set(&event);
  EXPECT(wa_event_is_set(&event));
  EXPECT_STATUS(wa_event_wait(&event), WA_OK);
  wa_event_clear(&event);
  EXPECT(!wa_event_is_set(&event));
  EXPECT_STATUS(finish(a), WA_OK);
  EXPECT_STATUS(finish(b), WA_OK);
  wa_event_init(&event);
  a = wa_spawn(waits_event, &event);
  turns(1);
  wa_cancel(a, "no more");
  EXPECT_STATUS(wa_await(a), WA_ECANCELED);
  EXPECT_TEXT(wa_reason(a), "no more");
  wa_release(a);
  wa_event_set(&event);
}

/* ---- condition --------------------------------------------------------------------------------------------------- */

static int waits_condition(void *arg) {
  wa_condition *c = arg;
  int status = wa_condition_acquire(c);
  if (status < 0) return status;
  status = wa_condition_wait(c);
  note("%s%s", wa_status_name(status), wa_lock_locked(c->lock ? c->lock : &c->own) ? "" : ":unlocked");
  wa_condition_release(c);
  return status;
}

TASK_TEST(condition_zeroed_has_a_lock_of_its_own) {
  wa_condition c = {0};
  wa_task *tasks[3];
  for (int i = 0; i < 3; i++) tasks[i] = wa_spawn(waits_condition, &c);
  turns(1);
  EXPECT_MISUSE(wa_condition_notify(&c, 1), "wa_condition_notify: nobody holds the condition's lock");
  EXPECT_MISUSE(wa_condition_notify_all(&c), "nobody holds the condition's lock");
  EXPECT_MISUSE(wa_condition_wait(&c), "wa_condition_wait: nobody holds the condition's lock");
  wa_condition_acquire(&c);
  EXPECT_STATUS(wa_condition_notify(&c, 0), WA_OK);
  EXPECT_STATUS(wa_condition_notify(&c, 2), WA_OK);
  wa_condition_release(&c);
  wa_sleep(WA_MS(1));
  EXPECT_TRACE("WA_OK WA_OK");
  wa_cancel(tasks[2], NULL);
  EXPECT_STATUS(wa_await(tasks[2]), WA_ECANCELED);
  EXPECT_TRACE("WA_ECANCELED");
  for (int i = 0; i < 3; i++) wa_release(tasks[i]);
}

TASK_TEST(condition_shares_a_lock) {
  wa_lock lock = {0};
  wa_condition c;
  wa_condition_init(&c, &lock);
  wa_task *t = wa_spawn(waits_condition, &c);
  turns(1);
  EXPECT(!wa_lock_locked(&lock));
  EXPECT_STATUS(wa_lock_acquire(&lock), WA_OK);
  EXPECT_STATUS(wa_condition_notify_all(&c), WA_OK);
  wa_cancel(t, NULL);
  wa_sleep(WA_MS(3));
  EXPECT(!wa_done(t)); /* it wants the lock back before it hears of anything */
  wa_lock_release(&lock);
  EXPECT_STATUS(finish(t), WA_ECANCELED);
  EXPECT_TRACE("WA_ECANCELED");
}

static bool is_three(void *n) { return *(int *)n == 3; }
typedef struct counted {
  wa_condition c;
  int n;
} counted;
static int waits_for_three(void *arg) {
  counted *x = arg;
  wa_condition_acquire(&x->c);
  int status = wa_condition_wait_for(&x->c, is_three, &x->n);
  note("%d", x->n);
  wa_condition_release(&x->c);
  return status;
}

TASK_TEST(condition_waits_for_a_predicate) {
  counted x = {0};
  wa_task *t = wa_spawn(waits_for_three, &x);
  turns(1);
  for (int i = 0; i < 3; i++) {
    wa_condition_acquire(&x.c);
    x.n++;
    wa_condition_notify_all(&x.c);
    wa_condition_release(&x.c);
    turns(3);
  }
  EXPECT_STATUS(finish(t), WA_OK);
  EXPECT_TRACE("3");
}

/* ---- semaphores -------------------------------------------------------------------------------------------------- */

TASK_TEST(semaphore_counts) {
  wa_semaphore s;
  EXPECT_MISUSE(wa_semaphore_init(&s, -1), "wa_semaphore_init: value is -1; expected 0 or more");
  EXPECT_STATUS(wa_semaphore_init(&s, 2), WA_OK);
  EXPECT_STATUS(wa_semaphore_acquire(&s), WA_OK);
  EXPECT(!wa_semaphore_locked(&s));
  EXPECT_STATUS(wa_semaphore_acquire(&s), WA_OK);
  EXPECT(wa_semaphore_locked(&s));
  for (int i = 0; i < 3; i++) EXPECT_STATUS(wa_semaphore_release(&s), WA_OK);
  for (int i = 0; i < 3; i++) EXPECT_STATUS(wa_semaphore_acquire(&s), WA_OK);
  EXPECT(wa_semaphore_locked(&s));
}

static int acquires(void *semaphore) { return wa_semaphore_acquire(semaphore); }

TASK_TEST(semaphore_zeroed_has_no_value_and_a_cancelled_waiter_passes_the_wake_up_on) {
  wa_semaphore s = {0};
  wa_task *a = wa_spawn(acquires, &s), *b = wa_spawn(acquires, &s);
  turns(1);
  wa_semaphore_release(&s);
  wa_cancel(a, NULL);
  EXPECT_STATUS(finish(a), WA_ECANCELED);
  EXPECT_STATUS(finish(b), WA_OK);
  EXPECT(wa_semaphore_locked(&s));
}

TASK_TEST(semaphore_newcomers_queue_behind_who_was_woken_and_has_not_run) {
  wa_semaphore s = {0};
  wa_task *first = wa_spawn(acquires, &s);
  turns(1);
  wa_semaphore_release(&s);
  wa_semaphore_release(&s);
  EXPECT(wa_semaphore_locked(&s));
  wa_task *second = wa_spawn_with(acquires, &s, &(wa_task_options){.eager = true});
  EXPECT(!wa_done(second));
  EXPECT_STATUS(finish(first), WA_OK);
  EXPECT_STATUS(finish(second), WA_OK);
}

TASK_TEST(semaphore_bounded_is_not_released_above_its_bound) {
  wa_bounded_semaphore s;
  EXPECT_MISUSE(wa_bounded_semaphore_init(&s, -2), "value is -2");
  EXPECT_STATUS(wa_bounded_semaphore_init(&s, 1), WA_OK);
  EXPECT_MISUSE(wa_bounded_semaphore_release(&s), "wa_bounded_semaphore_release: released too many times");
  EXPECT_STATUS(wa_bounded_semaphore_acquire(&s), WA_OK);
  EXPECT(wa_bounded_semaphore_locked(&s));
  EXPECT_STATUS(wa_bounded_semaphore_release(&s), WA_OK);
  EXPECT(!wa_bounded_semaphore_locked(&s));
}

/* ---- barrier ----------------------------------------------------------------------------------------------------- */

static int waits_barrier(void *barrier) {
  int index = -1, status = wa_barrier_wait(barrier, &index);
  return status < 0 ? status : index;
}

TASK_TEST(barrier_lets_all_through_together_and_is_used_again) {
  wa_barrier b;
  EXPECT_MISUSE(wa_barrier_init(&b, 0), "wa_barrier_init: parties is 0; expected at least 1");
  EXPECT_STATUS(wa_barrier_init(&b, 3), WA_OK);
  for (int round = 0; round < 2; round++) {
    wa_task *first = wa_spawn(waits_barrier, &b), *second = wa_spawn(waits_barrier, &b);
    wa_sleep(WA_MS(1));
    EXPECT_INT(wa_barrier_waiting(&b), 2);
    EXPECT_STATUS(wa_barrier_wait(&b, NULL), WA_OK);
    EXPECT_STATUS(finish(first), 0);
    EXPECT_STATUS(finish(second), 1);
    EXPECT_INT(wa_barrier_waiting(&b), 0);
  }
  EXPECT(!wa_barrier_broken(&b));
}

TASK_TEST(barrier_of_one_never_waits) {
  wa_barrier b;
  int index = -1;
  wa_barrier_init(&b, 1);
  EXPECT_STATUS(wa_barrier_wait(&b, &index), WA_OK);
  EXPECT_INT(index, 0);
}

TASK_TEST(barrier_reset_and_abort_break_it_for_those_inside) {
  wa_barrier b;
  wa_barrier_init(&b, 2);
  wa_task *t = wa_spawn(waits_barrier, &b);
  wa_sleep(WA_MS(1));
  EXPECT_STATUS(wa_barrier_reset(&b), WA_OK);
  EXPECT_STATUS(finish(t), WA_EBROKEN);
  EXPECT(!wa_barrier_broken(&b));
  t = wa_spawn(waits_barrier, &b);
  wa_sleep(WA_MS(1));
  EXPECT_STATUS(wa_barrier_abort(&b), WA_OK);
  EXPECT_STATUS(finish(t), WA_EBROKEN);
  EXPECT(wa_barrier_broken(&b));
  EXPECT_STATUS(wa_barrier_wait(&b, NULL), WA_EBROKEN);
  EXPECT_STATUS(wa_barrier_reset(&b), WA_OK);
  EXPECT(!wa_barrier_broken(&b));
}

TASK_TEST(barrier_reset_while_nobody_is_inside_leaves_it_as_it_is) {
  wa_barrier b;
  wa_barrier_init(&b, 2);
  EXPECT_STATUS(wa_barrier_reset(&b), WA_OK);
  wa_task *t = wa_spawn(waits_barrier, &b);
  wa_sleep(WA_MS(1));
  EXPECT_STATUS(wa_barrier_wait(&b, NULL), WA_OK);
  EXPECT_STATUS(finish(t), 0);
}
