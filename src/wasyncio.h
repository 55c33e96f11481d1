/** @file wasyncio.h
 * asyncio for C in WebAssembly. This page is the whole public contract.
 *
 *     spawn -> ready -> step --------------> finish -> settle future -> waiters made ready
 *                ^        | await: park
 *                '- wake -'
 *
 *     cancel:  running or ready: noted, the next await returns WA_ECANCELED
 *              parked:           the awaited future is cancelled, and with it the await
 *
 * Conventions
 *   - A status is an int: WA_OK (or a positive count of the program's own), or a negative WA_E... .
 *   - A time is a wa_time: nanoseconds, int64. A negative time is WA_EMISUSE; WA_FOREVER means "no limit".
 *   - "suspends" marks the calls that can give up the turn. They work inside a task only; elsewhere they
 *     return WA_EMISUSE. Each is one future awaited, so where it waits, a cancellation surfaces; where it need not (a free
 *     lock, a future that is done), the next one that does has it, as in asyncio.
 *   - WA_EMISUSE comes with a sentence that names the argument, the task and what was expected:
 *     wa_error_text().
 *   - A task is the future that a fiber settles, so every call that takes a wa_future takes a wa_task.
 *   - Ownership: whoever gets a wa_task * or wa_future * from a call of this library owns one reference and
 *     gives it back with wa_release. A task that runs keeps itself alive, so `wa_release(wa_spawn(f, x))` is
 *     fire and forget. What is never given back lasts as long as the program (or until a host closes the
 *     runtime); wa_count shows it. Whatever keeps a future that it was given (a wait, a gather, a shield, a callback) holds a
 *     reference of its own for as long.
 *   - One runtime per wasm instance, one thread.
 */
#ifndef WASYNCIO_H
#define WASYNCIO_H

/* Whatever warnings a program asks for, they are about itself. */
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this library, as a text. */
#define WA_VERSION "0.1.0"

/* What is in a struct only because its size must be known: the runtime's alone. */
#define WA__PRIVATE(...) __VA_ARGS__

/* C89 has no such word, and GNU's meant the opposite of C99's. */
#ifdef __GNUC_GNU_INLINE__
#define WA__INLINE_WAIT extern __inline__
#else
#define WA__INLINE_WAIT __inline__
#endif

/* ---- statuses ------------------------------------------------------------------------------------------ */

/** The statuses. */
enum {
  WA_OK = 0,          /**< well, or a positive count of the program's own */
  WA_ECANCELED = -1,  /**< CancelledError: the task was asked to stop. Clean up, then return it on. */
  WA_ETIMEDOUT = -2,  /**< TimeoutError: a deadline of wa_wait_for, wa_timeout or wa_completed passed. */
  WA_EGROUP = -3,     /**< ExceptionGroup: members failed; wa_group_errors and wa_errors tell which errors. */
  WA_EMISUSE = -4,    /**< RuntimeError, ValueError: a wrong call; wa_error_text() says what was wrong. */
  WA_ENOMEM = -5,     /**< MemoryError. */
  WA_ESHUTDOWN = -6,  /**< QueueShutDown. */
  WA_EBROKEN = -7,    /**< BrokenBarrierError. */
  WA_EHOST = -8,      /**< a host operation failed, or the host has no such operation. */
  WA_EDEADLOCK = -9,  /**< wa_run: nothing is ready, no timer is set, no operation is in flight; or max_turns is reached. */
  WA_ESTACK = -10,    /**< the task overflowed its stack and was ended without clean-up. */
  WA_ETRAP = -11,     /**< the task hit a wasm trap and was ended without clean-up. */
  WA_EDISCARDED = -12,/**< the task ignored its cancellation and was ended without clean-up. */
  WA_EAGAIN = -13,    /**< QueueEmpty, QueueFull: a _nowait call would have had to wait. */
  WA_EPENDING = -14,  /**< InvalidStateError: the future is not done yet. */
  WA_ECLOSED = -15,   /**< BrokenPipeError, ConnectionResetError: the other side has gone, or wa_close closed it. */
  WA_EIO = -16,       /**< OSError: the host refused; errno says why. */
  WA_EUSER = -1000    /**< a program's own errors are below: WA_EUSER - 1, WA_EUSER - 2, ... down to INT32_MIN + 1 */
};

/** The name of a status, "WA_ECANCELED"; of a program's own, "WA_EUSER"; of a number that is none, "WA_E?". Never NULL. */
const char *wa_status_name(int status);

/** The sentence that belongs to the latest WA_EMISUSE, WA_ENOMEM, WA_ECLOSED or WA_EIO (the runtime's, valid until
 * the next). */
const char *wa_error_text(void);

/* ---- time ---------------------------------------------------------------------------------------------- */

/** Nanoseconds. */
typedef int64_t wa_time;
/** n nanoseconds. */
#define WA_NS(n) ((wa_time)(n))
/** n microseconds. */
#define WA_US(n) ((wa_time)((n) * (wa_time)1000))
/** n milliseconds. */
#define WA_MS(n) ((wa_time)((n) * (wa_time)1000000))
/** n seconds. */
#define WA_S(n) ((wa_time)((n) * (wa_time)1000000000))
/** No limit. */
#define WA_FOREVER ((wa_time)(~(uint64_t)0 >> 1))

/** loop.time(): the runtime's clock, in nanoseconds from an arbitrary start. Stands still on a virtual clock. */
wa_time wa_now(void);

/* ---- the runtime --------------------------------------------------------------------------------------- */

typedef struct wa_future wa_future; /**< a one-shot result: a status, a value, a reason */
typedef struct wa_future wa_task;   /**< a future that a fiber settles */
typedef int (*wa_task_fn)(void *arg); /**< what a task runs: returns a status */

/** How the runtime works. Everything zero is the default. */
typedef struct wa_config {
  bool virtual_clock;    /**< time starts at 0 and jumps to the next timer whenever nothing is ready */
  bool debug;            /**< look at the clock after each step, so that a report of a stall names the very one */
  wa_time turn_budget;   /**< how long a turn runs before the host gets one; 0: WA_MS(8) */
  wa_time stall_after;   /**< report a step that ran longer than this without an await; 0: WA_MS(100) */
  wa_time grace;         /**< report a task that does not end this long after its cancellation; 0: WA_S(5) */
  size_t stack_size;     /**< C stack of a task in bytes; 0: 16384 */
  uint32_t max_turns;    /**< give up (WA_EDEADLOCK) after so many iterations of the loop; 0: never */
} wa_config;

/** Sets the runtime up before its first task. WA_EMISUSE once tasks exist, or for a value out of range. */
int wa_configure(const wa_config *config);

/** asyncio.run(f(arg)): runs f as the main task and returns its status. When f has ended, every task that is
 * left is cancelled and waited for. WA_EDEADLOCK when nothing can ever happen again; WA_EMISUSE inside a
 * task, or on a host that must not be blocked (a browser page): there the host drives the turns. */
int wa_run(wa_task_fn f, void *arg);

/** What a shell is to see of a status: `int main(void) { return wa_exit_status(wa_run(f, NULL)); }`. 0 to 63 as
 * they are, and 63 above; 64 + n for the runtime's error -n (WA_ECANCELED: 65); 96 + n for a program's own
 * WA_EUSER - n, at most 125: WASI knows no higher one. */
int wa_exit_status(int status);

/** Moves a virtual clock on by t, as work that takes so long would. WA_EMISUSE on a real clock. */
int wa_spin(wa_time t);

/** What is alive: for leak checks. All zero after wa_run when every reference was given back. */
typedef struct wa_counts {
  uint32_t tasks;     /**< not finished */
  uint32_t futures;   /**< futures and finished tasks that somebody holds a reference to */
  uint32_t timers;     /**< set, and not due yet */
  uint32_t operations; /**< of the host's, in flight */
  uint32_t handles;    /**< names that the host holds */
  uint32_t stacks;    /**< C stacks that suspended tasks keep */
  size_t bytes;       /**< memory that live objects use */
} wa_counts;
/** Counts what is alive. */
void wa_count(wa_counts *out);

/* ---- tasks --------------------------------------------------------------------------------------------- */

/** How a task works. Everything zero is the default. */
typedef struct wa_task_options {
  const char *name;   /**< for reports; copied. NULL: "task-N" */
  size_t stack_size;  /**< C stack in bytes; 0: the runtime's; at least 256 */
  bool eager;         /**< run to the first suspension at once, inside this call (eager_start=True) */
} wa_task_options;

/** create_task(f(arg)): f will run from the next iteration of the loop on. The caller owns a reference.
 * NULL without memory or for a NULL f. Does not suspend. */
wa_task *wa_spawn(wa_task_fn f, void *arg);
/** The same with options; NULL: the defaults. NULL also for a stack_size that is out of range. */
wa_task *wa_spawn_with(wa_task_fn f, void *arg, const wa_task_options *options);

/** Ends the running task's body with a value: `return wa_return(ptr);`. The value is the program's own; the
 * runtime only passes it on. Returns WA_OK. */
int wa_return(void *value);
/** The same with a copy of the data that the runtime keeps until the task is released; a host reads it as
 * bytes, as a string, as a number. WA_ENOMEM without memory. */
int wa_return_bytes(const void *data, size_t size);
/** The same for a text that ends with a 0 byte. */
int wa_return_text(const char *text);
/** The same for a number. */
int wa_return_number(double number);

/** current_task(): the running task (borrowed), NULL outside of tasks. */
wa_task *wa_current(void);
/** all_tasks(): visits every unfinished task in the order of creation. visit must not suspend. */
void wa_tasks(void (*visit)(wa_task *task, void *ctx), void *ctx);
/** The task's name; "" for a future that is not a task. Valid as long as the task. */
const char *wa_name(const wa_future *task);
/** Where the task waits: "file.c:12"; "" while it runs or before its first await. */
const char *wa_site(const wa_future *task);

/** finally: runs cleanup(arg) when the body of the running task has returned, whatever it returned; last in, first out.
 * cleanup may suspend; a cancellation that it hears of then, and does not take back by wa_uncancel, ends a task whose body
 * succeeded as cancelled. None runs where the body does not return: a task cancelled before its first step; one that is ended
 * without clean-up, by a trap, an overflow, WA_EDISCARDED, or where wa_run ends by WA_EDEADLOCK; one whose fiber finds no memory,
 * to begin or for a wait of its own. WA_EMISUSE outside a task; WA_ENOMEM. */
int wa_defer(void (*cleanup)(void *arg), void *arg);

/** await f(arg): calls f as a segment of its own. The same as a plain call, but a suspension inside f does
 * not unwind the caller again and again: resuming costs the same however deep. Returns f's status; suspends if f does.
 * WA_EMISUSE outside a task, or for a NULL f; WA_ENOMEM, also for want of memory for what f has on its stack when it suspends. */
int wa_call(wa_task_fn f, void *arg);

/* ---- futures ------------------------------------------------------------------------------------------- */

/** Future(): pending until wa_resolve, wa_reject or wa_cancel. The caller owns a reference. NULL: no memory. */
wa_future *wa_future_new(void);
/** set_result. WA_EMISUSE if it is done, or not of wa_future_new: a task, a gather, a shield. */
int wa_resolve(wa_future *future, void *value);
/** set_exception: status must be negative. WA_EMISUSE as for wa_resolve. */
int wa_reject(wa_future *future, int status);

/** One reference more, to give back with wa_release. Returns the future. NULL for NULL. */
wa_future *wa_retain(wa_future *future);
/** Gives a reference back. A task that runs goes on. One too many is refused (wa_error_text) where it would be the last of a
 * future that the runtime still needs; a future that others wait for is theirs, too, and giving back what was not yours takes it
 * from them. */
void wa_release(wa_future *future);

/** done(): whether the outcome is there. */
bool wa_done(const wa_future *future);
/** cancelled(): done, and by cancellation. */
bool wa_cancelled(const wa_future *future);
/** The outcome: WA_OK (or the task's positive status) or an error; WA_EPENDING while not done. */
int wa_status(const wa_future *future);
/** result(): what wa_return or wa_resolve handed over; NULL while not done, or if nothing was. */
void *wa_value(const wa_future *future);
/** The member errors of a future that failed with WA_EGROUP, flattened, in the order they occurred: writes up
 * to max statuses to out and returns how many there are. */
size_t wa_errors(const wa_future *future, int *out, size_t max);
/** Why it was cancelled: the text given to the wa_cancel that ended it; of a task that still runs, to the latest that reached
 * it (one whose wait is cancelled already keeps that reason). Stays, for every reader. "" if none. */
const char *wa_reason(const wa_future *future);
/** add_done_callback: calls done(ctx, future) from the loop once the future is done; in the next iteration, if it is already. The
 * future is there until done returns; ctx is the program's. done must not suspend, and has looked at an error when it has asked for
 * wa_status. What is pending when wa_run ends is cancelled, and done hears of that. WA_EMISUSE for NULL; WA_ENOMEM. */
int wa_when_done(wa_future *future, void (*done)(void *ctx, wa_future *future), void *ctx);

/* ---- waiting ------------------------------------------------------------------------------------------- */

/** await future: suspends until it is done and returns its status; at once, without a turn, if it is done.
 * Cancelling the waiting task cancels the future it waits for. WA_EMISUSE for NULL, for the task itself (as
 * asyncio: after one turn), and for a wait that would close a cycle of tasks. */
WA__INLINE_WAIT int wa_await(wa_future *future);
/** sleep(t): suspends; a t of 0 gives up one turn. */
WA__INLINE_WAIT int wa_sleep(wa_time t);
/** sleep(0): the other ready tasks run first. Suspends. */
WA__INLINE_WAIT int wa_yield(void);
/** The check for a loop that computes: about a nanosecond while there is nothing to do. Returns WA_ECANCELED
 * when the task was cancelled. Suspends when the turn's budget is used up, so that the host can hear a click. */
static __inline__ int wa_checkpoint(void);

/** Task.cancel(msg), Future.cancel(): asks for the end of a task (its next await returns WA_ECANCELED; if it
 * is waiting, at once), cancels a future. reason may be NULL; copied. false if it was already done. */
bool wa_cancel(wa_future *future, const char *reason);
/** cancelling(): the count of requests not taken back. WA_EMISUSE for what is not a task. */
int wa_cancelling(const wa_task *task);
/** Takes one request back: uncancel(). Returns how many are left. WA_EMISUSE for what is not a task. */
int wa_uncancel(wa_task *task);
/** Between enter and exit the running task cannot be interrupted: a cancellation is kept, and surfaces at the
 * first await after exit; only a deadline that is set inside (wa_wait_for, wa_timeout) still expires. Nests. WA_EMISUSE outside a
 * task, or for an exit without enter. */
int wa_uncancellable_enter(void);
/** Ends what the enter before it began. */
int wa_uncancellable_exit(void);

/** shield(future): a future that ends as the given one does, and whose cancellation the given one survives.
 * Done already: the same future. The caller owns a reference. NULL without memory, or for NULL. */
wa_future *wa_shield(wa_future *future);

/** wait_for(future, timeout): its status, or WA_ETIMEDOUT: then the future was cancelled and is gone; a task
 * that takes time to clean up, or that ignores the cancellation, is waited for. WA_ECANCELED if the waiting task was cancelled,
 * and with it the future; WA_ENOMEM. Suspends. */
int wa_wait_for(wa_future *future, wa_time timeout);
/** The bounded stop: cancels the task and waits for its end, for at most grace: its status. A task that still runs
 * then is reported, and ended without clean-up if discard is true: WA_ETIMEDOUT. At once for one that is done; WA_EMISUSE for the
 * running task, and for what is no task; WA_ENOMEM. Suspends. */
int wa_stop_within(wa_task *task, wa_time grace, bool discard);

/** When wa_wait returns. */
enum {
  WA_FIRST_COMPLETED = 1, /**< as soon as one is done */
  WA_FIRST_EXCEPTION = 2, /**< as soon as one has failed, else when all are done */
  WA_ALL_COMPLETED = 3    /**< when all are done */
};
/** wait(futures, timeout, return_when): WA_OK whether or not all are done (ask each with wa_done); cancels
 * nothing. WA_ECANCELED if the waiting task was cancelled. WA_EMISUSE for n == 0; WA_ENOMEM. Suspends. */
int wa_wait(wa_future *const *futures, size_t n, int when, wa_time timeout);

/** A flag of wa_gather. */
enum { WA_COLLECT = 1 /**< wait for all, also if one fails */ };
/** gather(*futures): done when all are; fails as soon as one fails, unless flags has WA_COLLECT
 * (return_exceptions=True). Cancelling it cancels all. Its value is an array of n statuses (int), which
 * lives as long as it does. The caller owns a reference. NULL without memory, or for a NULL member. */
wa_future *wa_gather(wa_future *const *futures, size_t n, int flags);

/** as_completed(futures, timeout): wa_completed_next hands the futures out as they end (borrowed; a repeated
 * one once). WA_OK with *out NULL: no more. WA_ETIMEDOUT: the deadline passed first. Next suspends.
 * Close gives the iterator up; without it the timer stays set, as in CPython, until it fires. It belongs to the task that
 * began it, and is of no use to others once that has ended. */
typedef struct wa_completed { WA__PRIVATE(struct wa__completed *state;) } wa_completed;
/** Begins, with references of its own to the futures. WA_EMISUSE, WA_ENOMEM. */
int wa_completed_init(wa_completed *it, wa_future *const *futures, size_t n, wa_time timeout);
/** Waits for the next that ends. Suspends. */
int wa_completed_next(wa_completed *it, wa_future **out);
/** Gives the iterator up. */
void wa_completed_close(wa_completed *it);

/** async with timeout(delay):
 *     wa_timeout t;
 *     int st = wa_timeout_enter(&t, WA_MS(50));
 *     if (st == WA_OK) { st = work(); st = wa_timeout_exit(&t, st); }
 * When the delay passes inside, the task is cancelled, and exit turns that WA_ECANCELED into WA_ETIMEDOUT.
 * Scopes nest. Exit must be reached by the task that entered: once that has ended, the scope is gone, and no call may
 * name it. The record must stay where it is: a copy is refused. WA_FOREVER: no deadline (yet). */
typedef struct wa_timeout {
  wa_time when; /**< read only: the deadline, by wa_now()'s clock; WA_FOREVER: none */
  WA__PRIVATE(
    wa_task *task;
    struct wa__timeout *timer;
    int32_t cancelling;
    uint32_t state;
  )
} wa_timeout;
/** Begins the scope. WA_EMISUSE outside a task, inside this same scope, and for a negative delay; WA_ENOMEM. */
int wa_timeout_enter(wa_timeout *t, wa_time delay);
/** Moves the deadline to delay from now. WA_EMISUSE before enter, and once it has expired or was left. */
int wa_timeout_reschedule(wa_timeout *t, wa_time delay);
/** Ends the scope: status, or WA_ETIMEDOUT if the deadline ended it. */
int wa_timeout_exit(wa_timeout *t, int status);
/** Whether the deadline has passed inside. */
bool wa_timeout_expired(const wa_timeout *t);

/** async with TaskGroup():
 *     wa_group g;
 *     int st = wa_group_enter(&g);
 *     if (st == WA_OK) { wa_group_spawn(&g, f, x); ...; st = wa_group_exit(&g, st); }
 * Exit waits for every member. The first member that fails cancels the others and the body; exit then returns
 * WA_EGROUP. Spawn returns NULL (and wa_error_text) when the group is finished or shutting down. A task that ends
 * without the exit (it hit a trap, was discarded, or returned) cancels the members, and waits for none. Once the
 * task that entered it has ended, a group is gone, and no call may name it. The record must stay where it is: a copy is
 * refused. Without memory for them, of WA_EGROUP's errors some or all are missing. */
typedef struct wa_group {
  WA__PRIVATE(
    wa_task *parent;
    struct wa__group *state;
    uintptr_t mark;  /* its own place, if it was entered */
    uint32_t errors; /* which they were; 0: none */
  )
} wa_group;
/** Begins the group. WA_EMISUSE outside a task, and inside this same group; WA_ENOMEM. */
int wa_group_enter(wa_group *g);
/** wa_spawn, as a member. The caller owns a reference. */
wa_task *wa_group_spawn(wa_group *g, wa_task_fn f, void *arg);
/** wa_spawn_with, as a member. The caller owns a reference. */
wa_task *wa_group_spawn_with(wa_group *g, wa_task_fn f, void *arg, const wa_task_options *options);
/** Ends the group: waits for every member. status: the body's. Suspends. */
int wa_group_exit(wa_group *g, int status);
/** The errors that wa_group_exit gathered, flattened, as wa_errors does. They stay with the task that left
 * the group until it meets another WA_EGROUP; for others there are none. */
size_t wa_group_errors(const wa_group *g, int *out, size_t max);
/** raise ExceptionGroup(...): `return wa_fail_group(errors, n);`. Returns WA_EGROUP, or WA_ENOMEM. WA_EMISUSE for what is no
 * error. */
int wa_fail_group(const int *errors, size_t n);

/* ---- synchronisation: as asyncio's of the same name. Zeroed memory is a valid lock and event. Each must be there for as
 * long as somebody waits for it: not in the frame of a task that may end before those who wait. (wa_run keeps its main task's
 * until all that was left has ended.) ------------------------------------------------------------------------------ */

typedef struct wa__list { struct wa__list *prev, *next; } wa__list;

/** asyncio.Lock: of one task at a time, the longest waiting first. */
typedef struct wa_lock { WA__PRIVATE(wa__list waiters; bool locked;) } wa_lock;
/** A lock that nobody holds. */
void wa_lock_init(wa_lock *lock);
int wa_lock_acquire(wa_lock *lock);  /**< suspends while it is held */
int wa_lock_release(wa_lock *lock);  /**< WA_EMISUSE if it is not held */
/** Whether a task holds it. */
bool wa_lock_locked(const wa_lock *lock);

/** asyncio.Event: wakes every task that waits for it. */
typedef struct wa_event { WA__PRIVATE(wa__list waiters; bool value;) } wa_event;
/** An event that is not set. */
void wa_event_init(wa_event *event);
/** Sets it, and wakes all who wait. */
void wa_event_set(wa_event *event);
/** Not set from here on. */
void wa_event_clear(wa_event *event);
/** Whether it is set. */
bool wa_event_is_set(const wa_event *event);
int wa_event_wait(wa_event *event);  /**< suspends until it is set */

/** asyncio.Condition: a lock, and waiting for news about what it guards. */
typedef struct wa_condition { WA__PRIVATE(wa_lock *lock; wa_lock own; wa__list waiters;) } wa_condition;
void wa_condition_init(wa_condition *condition, wa_lock *lock);  /**< NULL: a lock of its own */
/** Acquires its lock. Suspends while that is held. */
int wa_condition_acquire(wa_condition *condition);
/** Releases its lock. WA_EMISUSE if that is not held. */
int wa_condition_release(wa_condition *condition);
/** Whether its lock is held. */
bool wa_condition_locked(const wa_condition *condition);
int wa_condition_wait(wa_condition *condition);  /**< suspends; WA_EMISUSE without the lock */
/** Waits until predicate(arg), asked at once and after each notify, is true. Suspends; WA_EMISUSE without the lock, if it has to
 * wait. */
int wa_condition_wait_for(wa_condition *condition, bool (*predicate)(void *arg), void *arg);
int wa_condition_notify(wa_condition *condition, size_t n);  /**< WA_EMISUSE without the lock */
/** Wakes all who wait. WA_EMISUSE without the lock. */
int wa_condition_notify_all(wa_condition *condition);

/** asyncio.Semaphore: of so many tasks at a time. */
typedef struct wa_semaphore { WA__PRIVATE(wa__list waiters, woken; int32_t value;) } wa_semaphore;
int wa_semaphore_init(wa_semaphore *semaphore, int value);  /**< WA_EMISUSE below 0 */
/** Counts down. Suspends while the value is 0. */
int wa_semaphore_acquire(wa_semaphore *semaphore);
/** Counts up, and wakes one who waits. */
int wa_semaphore_release(wa_semaphore *semaphore);
/** Whether an acquire would have to wait. */
bool wa_semaphore_locked(const wa_semaphore *semaphore);

/** asyncio.BoundedSemaphore: one that notices a release too many. */
typedef struct wa_bounded_semaphore { WA__PRIVATE(wa_semaphore semaphore; int32_t bound;) } wa_bounded_semaphore;
/** A value that is also the bound. WA_EMISUSE below 0. */
int wa_bounded_semaphore_init(wa_bounded_semaphore *semaphore, int value);
/** Counts down. Suspends while the value is 0. */
int wa_bounded_semaphore_acquire(wa_bounded_semaphore *semaphore);
int wa_bounded_semaphore_release(wa_bounded_semaphore *semaphore);  /**< WA_EMISUSE above the bound */
/** Whether an acquire would have to wait. */
bool wa_bounded_semaphore_locked(const wa_bounded_semaphore *semaphore);

/** asyncio.Barrier: lets its tasks go on once so many have come. */
typedef struct wa_barrier {
  int32_t parties; /**< read only: how many it waits for */
  WA__PRIVATE(wa_condition condition; int32_t count, state;)
} wa_barrier;
int wa_barrier_init(wa_barrier *barrier, int parties);  /**< WA_EMISUSE below 1 */
int wa_barrier_wait(wa_barrier *barrier, int *index);   /**< index may be NULL; WA_EBROKEN. Suspends */
int wa_barrier_reset(wa_barrier *barrier);              /**< suspends for the barrier's lock */
int wa_barrier_abort(wa_barrier *barrier);              /**< suspends for the barrier's lock */
/** How many tasks wait for the others. */
int wa_barrier_waiting(const wa_barrier *barrier);
/** Whether it was aborted. */
bool wa_barrier_broken(const wa_barrier *barrier);

/** asyncio.Queue, LifoQueue, PriorityQueue. Items are pointers of the program's own. A queue must be closed when it is
 * no longer used. */
typedef struct wa_queue {
  size_t max; /**< read only: so many items fit; 0: unbounded */
  WA__PRIVATE(
    wa__list getters, putters, woken;
    void **items;
    size_t head, size, capacity;
    int (*compare)(const void *a, const void *b);
    size_t unfinished;
    wa_event finished;
    uint8_t kind;
    bool is_shutdown;
  )
} wa_queue;
void wa_queue_init(wa_queue *queue, size_t max);       /**< first in, first out; a max of 0: unbounded */
/** Last in, first out. */
void wa_queue_init_lifo(wa_queue *queue, size_t max);
/** The smallest first. compare, as qsort's, must not suspend. */
void wa_queue_init_priority(wa_queue *queue, size_t max, int (*compare)(const void *a, const void *b));
/** Frees what it holds; refused while a task waits, or was woken and has not run. */
void wa_queue_close(wa_queue *queue);
int wa_queue_put(wa_queue *queue, void *item);         /**< suspends while full; WA_ESHUTDOWN */
int wa_queue_put_nowait(wa_queue *queue, void *item);  /**< WA_EAGAIN if full */
int wa_queue_get(wa_queue *queue, void **item);        /**< suspends while empty; WA_ESHUTDOWN */
int wa_queue_get_nowait(wa_queue *queue, void **item); /**< WA_EAGAIN if empty */
int wa_queue_task_done(wa_queue *queue);               /**< WA_EMISUSE if called too many times */
int wa_queue_join(wa_queue *queue);                    /**< suspends until every item is task_done */
/** Lets no more in; and no more out, if now is true. Who waits gets WA_ESHUTDOWN. */
void wa_queue_shutdown(wa_queue *queue, bool now);
/** How many items are in it. */
size_t wa_queue_size(const wa_queue *queue);
/** Whether none is. */
bool wa_queue_empty(const wa_queue *queue);
/** Whether a put would have to wait. */
bool wa_queue_full(const wa_queue *queue);

/* ---- the host ------------------------------------------------------------------------------------------ */

/** The types of the data that crosses between C and the host. */
typedef enum wa_type {
  WA_NOTHING = 0, /**< no data */
  WA_BYTES = 1,   /**< bytes: a Uint8Array in JavaScript */
  WA_TEXT = 2,    /**< UTF-8: a string */
  WA_NUMBER = 3   /**< a double: a number */
} wa_type;
/** Data, and what it is. */
typedef struct wa_data {
  const void *data;  /**< bytes; a text ends with a 0 byte that size does not count; a number is NULL */
  size_t size;       /**< of the data, in bytes */
  double number;     /**< of a WA_NUMBER */
  wa_type type;      /**< what it is */
} wa_data;

/** Calls the host's function of that name, `host: { name: async (input, { signal }) => ... }` in JavaScript,
 * and waits for it. Cancelling the task aborts that signal. input may be NULL. On WA_OK *result (may be NULL)
 * holds what the function gave; the data lives until the task's next wa_await_op, or end. WA_EHOST: the
 * function threw (result is the message as text), or the host has no such function. A cancellation that comes in the same
 * turn as the answer wins, as in asyncio: what the host gave is lost then. Who must not lose it (an open file) uses
 * wa_start_op, waits, and asks the future. Suspends. */
WA__INLINE_WAIT int wa_await_op(const char *name, const wa_data *input, wa_data *result);
/** The same without waiting: a future whose data is read by wa_result. The caller owns a reference. */
wa_future *wa_start_op(const char *name, const wa_data *input);
/** The data of a finished operation, or of a task that used wa_return_bytes, _text or _number: lives as long
 * as the future. Of a task that ended with the WA_EHOST that an await gave it: what the host said, as text. Type
 * WA_NOTHING if there is none. */
wa_data wa_result(const wa_future *future);

/** What the host gave with its spawn. A task's arg points to the same bytes (for a number, to a double). */
wa_data wa_input(void);
#ifdef __cplusplus
#define WA__NOTHING static_assert(true, "")
#else
#define WA__NOTHING struct wa__entry
#endif
/** Makes a function known to the host under its own name: `WA_TASK(crawl);` after `int crawl(void *arg)`. Once for each name in
 * a program. */
#define WA_TASK(f) \
  __attribute__((__constructor__)) static void wa__register_##f(void) { \
    static wa__entry wa__entry_##f = {#f, f, 0}; \
    wa__register(&wa__entry_##f); \
  } \
  WA__NOTHING

/* ---- descriptors: sockets, pipes, files, the terminal ---------------------------------------------------- */

/* Awaited input and output. Many tasks wait for many descriptors in one poll of the host's; each wait is one
 * future, so a cancellation or a deadline ends it, and then nothing was read or written. A call that need not
 * wait does not suspend, but counts as a wa_checkpoint. Sockets are made non-blocking here; pipes and the
 * terminal, which others share, are left as they are and only touched when they are ready. Two tasks may wait
 * for the same descriptor: each readiness wakes one, the earliest first; wa_lock keeps their data apart.
 * What else goes wrong: WA_ECLOSED, the other side has gone; WA_EIO, with errno; WA_EMISUSE for a descriptor that is
 * not open, outside of a task, and for data that is NULL or of size 0 (but wa_write_all of nothing is done at once, anywhere).
 * wa_error_text() names the call, the descriptor and the task. */

/** What a descriptor can be ready for. */
enum {
  WA_READABLE = 1, /**< a read */
  WA_WRITABLE = 2  /**< a write */
};
/** loop.add_reader, add_writer: a future that is done (WA_OK) when the descriptor is ready for that, one of the
 * two; for wa_wait, wa_gather, wa_wait_for. Cancelling it ends the wait. A peer that has gone counts as ready:
 * the read tells. The caller owns a reference. NULL without memory, for a wrong argument, or if it is not open. */
wa_future *wa_fd_watch(int fd, int what);
/** The same, awaited: WA_OK at once for a file. Suspends. */
int wa_fd_readable(int fd);
/** The same for writing. */
int wa_fd_writable(int fd);

/** loop.sock_recv, StreamReader.read: waits until there is something, and reads at most size bytes. How many, 1
 * or more; 0 at the end of the file, or when the other side has shut down. Suspends. */
int wa_read(int fd, void *data, size_t size);
/** write(2), awaited: how many bytes were taken, 1 or more and perhaps fewer than size. Suspends. */
int wa_write(int fd, const void *data, size_t size);
/** loop.sock_sendall: WA_OK once all is written. After an error nobody knows how much was. Suspends. */
int wa_write_all(int fd, const void *data, size_t size);
/** loop.sock_accept: the next connection's descriptor; whoever gets it closes it. Suspends. */
int wa_accept(int listener);
/** StreamWriter.write_eof: nothing more will be written to this socket; the other side reads that as the end, and can
 * still answer. WA_EIO for what is not a socket. Does not suspend; also outside of tasks. */
int wa_write_eof(int fd);
/** StreamReader.readline: the lines of a stream, such as stdin (descriptor 0).
 *     wa_lines lines;
 *     wa_lines_init(&lines, 0, 0);
 *     while ((st = wa_lines_next(&lines)) > 0) use(lines.line, lines.size);
 *     wa_lines_close(&lines);
 * max: the longest line in bytes; 0: 65536. Next gives 1 and the line, without its line feed (and carriage return) and
 * ended by a 0 byte, valid until the next call; 0 at the end of the stream, whose last line need no line feed; an error
 * as wa_read does; WA_EMISUSE for a line that is too long, which is left out, and while another task waits for the
 * next. A cancelled wait loses nothing. Next suspends. Close frees the buffer, and leaves the descriptor open. */
typedef struct wa_lines {
  char *line;  /**< the latest line */
  size_t size; /**< of the line, in bytes */
  WA__PRIVATE(
    size_t max;
    int fd;
    /* overrun: the latest line was too long; filled: the latest read had all it could hold */
    bool ended, overrun, skipping, reading, filled;
    char *buffer;
    size_t begin, scanned, end, capacity;
  )
} wa_lines;
/** Begins with the lines of fd. */
void wa_lines_init(wa_lines *lines, int fd, size_t max);
/** The next line: 1, 0 at the end, or an error. Suspends. */
int wa_lines_next(wa_lines *lines);
/** Frees the buffer. WA_EMISUSE's sentence, and nothing else, while a task waits for the next line; one that was ended
 * without clean-up in such a wait counts for ever. */
void wa_lines_close(wa_lines *lines);

/** A task that lets somebody outside see and cancel this program's tasks: it reads commands from descriptor `in`, one a
 * line, and answers on `out` (the same, if it is a socket), until `in` ends or the task is cancelled.
 *     list                     a line for each unfinished task: its name, what it does, where it waits
 *     cancel NAME [REASON]     every task of that name; in double quotes one with spaces, or as it was listed
 *     cancel all [REASON]      every task but this one: the main task too, so the program ends
 * After each command comes a line "ok N" (so many tasks), or "error WHY". Task names are those of wa_spawn_with, listed
 * with C's escapes for quotes, backslashes and control characters. The caller owns a reference, and cancels it when the
 * program is to end. NULL without memory. */
wa_task *wa_control(int in, int out);

/** Closes, and ends every wait for it with WA_ECLOSED. Use this, not close(2): the runtime remembers what kind of
 * descriptor a number is. Does not suspend; also outside of tasks. */
int wa_close(int fd);

/* ---- reports: nothing is silent ------------------------------------------------------------------------- */

/** What is reported. */
typedef enum wa_report_kind {
  WA_REPORT_SWALLOWED = 1,  /**< a task got WA_ECANCELED and ended as if nothing had been */
  WA_REPORT_STALLED,        /**< a step ran longer than stall_after without an await: the task's, or, with a count above
                               1, one of so many up to it (debug finds the one) */
  WA_REPORT_UNGRACEFUL,     /**< a task still runs, grace after its cancellation */
  WA_REPORT_UNSEEN,         /**< a task, or another future, failed and was released, and nobody looked at its error;
                               not the end of a wa_fd_watch by wa_close */
  WA_REPORT_STACK,          /**< a task overflowed its stack */
  WA_REPORT_TRAP,           /**< a task hit a trap */
  WA_REPORT_DEADLOCK,       /**< as WA_EDEADLOCK; `count` tasks are left */
  WA_REPORT_SHUTDOWN        /**< the main task ended and `count` others had not */
} wa_report_kind;
/** One of them. */
typedef struct wa_report {
  wa_report_kind kind;/**< what happened */
  wa_task *task;      /**< borrowed; NULL for the last two kinds, and for a future that is no task */
  const char *site;   /**< the await concerned, "file.c:12", or "": of a stalled step the one that ended it, or, if the task has
                         ended, the one before */
  wa_time age;        /**< how long ago the cancellation was asked for; how long the step ran */
  int status;         /**< the task's, if it has ended */
  uint32_t count;     /**< how many, where it is about several */
  const char *text;   /**< the whole, as one sentence */
} wa_report;
/** Sets who hears reports, in place of whoever did. NULL: each goes to stderr as a line (the default outside
 * JavaScript), but for WA_REPORT_SHUTDOWN. listener must not suspend. */
void wa_on_report(void (*listener)(const wa_report *report, void *ctx), void *ctx);

/* ---- traces: what happened when -------------------------------------------------------------------------- */

/** What happens to a task. */
typedef enum wa_trace_kind {
  WA_TRACE_SPAWN = 1, /**< made, by task `by` */
  WA_TRACE_RUN,       /**< a step of it begins */
  WA_TRACE_YIELD,     /**< the step is over, and the task ready again: wa_yield, wa_checkpoint, at `site` */
  WA_TRACE_WAIT,      /**< the step is over, and the task waits, at `site` */
  WA_TRACE_WAKE,      /**< what it waited for is done, by task `by`: it is ready */
  WA_TRACE_CANCEL,    /**< asked to stop, by task `by` */
  WA_TRACE_CLEANUP,   /**< told so, by the await at `site`: what it does from here on is its clean-up */
  WA_TRACE_END        /**< over, with `status` */
} wa_trace_kind;
/** One event of a task. */
typedef struct wa_trace_record {
  wa_time time;       /**< of the runtime's clock */
  uint32_t task;      /**< its number: 1 is the first task of the runtime */
  uint32_t by;        /**< the number of the task that did it; 0: the loop, or the host */
  wa_trace_kind kind; /**< what happened */
  int status;         /**< of an end; else WA_EPENDING */
  const char *name;   /**< the task's */
  const char *site;   /**< "file.c:12"; "" where there is none */
} wa_trace_record;
/** Records events from now on, and keeps the latest `capacity` (1 to 16,777,216) that nobody has read. Meanwhile the
 * clock is looked at after every step. A recording that runs is replaced. WA_EMISUSE, WA_ENOMEM. */
int wa_trace_start(size_t capacity);
/** Takes up to max events, the oldest first, and returns how many. name and site are valid until the next event. */
size_t wa_trace_read(wa_trace_record *out, size_t max);
/** How many events were overwritten, since the start, before anybody read them. */
uint32_t wa_trace_lost(void);
/** Ends the recording, and forgets what was not read. */
void wa_trace_stop(void);

/* ---- private: what the macros and inline functions above need -------------------------------------------- */

typedef struct wa__entry { const char *name; wa_task_fn f; struct wa__entry *next; } wa__entry;
void wa__register(wa__entry *entry);

extern int32_t wa__fuel;         /* checkpoints until the next look at the clock; 0 asks for one now */
extern const char *wa__site;     /* where the running task is about to wait */
int wa__checkpoint(void);

static __inline__ int wa__checkpoint_at(const char *site) {
  if (__builtin_expect(--wa__fuel > 0, 1)) return WA_OK;
  wa__site = site;
  return wa__checkpoint();
}
static __inline__ int wa_checkpoint(void) { return wa__checkpoint_at(""); }

/* The waits that programs do most: a single call into the runtime, which switches right there, so the program's own frame is
 * all that is saved. Whatever the optimizer thinks of it: a frame more costs more time, and bytes. */
int wa__fiber_await(wa_future *future);
int wa__fiber_sleep(wa_time t);
int wa__fiber_yield(void);
/* The input in pieces, and the answer by way of a record of the runtime's: so that nothing of it is on the task's C stack,
 * which the task would have to keep while it waits. literal: the name's text never changes, so where it lies says what it is. */
int wa__fiber_op(const char *name, bool literal, wa_type type, const void *data, size_t size, double number);
extern wa_data wa__answer;
WA__PRIVATE(
  __attribute__((__always_inline__)) WA__INLINE_WAIT int wa_await(wa_future *future);
  __attribute__((__always_inline__)) WA__INLINE_WAIT int wa_sleep(wa_time t);
  __attribute__((__always_inline__)) WA__INLINE_WAIT int wa_yield(void);
  __attribute__((__always_inline__)) WA__INLINE_WAIT int wa_await_op(const char *name, const wa_data *input, wa_data *result);
  __attribute__((__always_inline__)) static __inline__ int wa__await_op(const char *name, bool literal, const wa_data *input,
                                                                       wa_data *result);
)
WA__INLINE_WAIT int wa_await(wa_future *future) { return wa__fiber_await(future); }
WA__INLINE_WAIT int wa_sleep(wa_time t) { return wa__fiber_sleep(t); }
WA__INLINE_WAIT int wa_yield(void) { return wa__fiber_yield(); }
static __inline__ int wa__await_op(const char *name, bool literal, const wa_data *input, wa_data *result) {
  int st = wa__fiber_op(name, literal, input ? input->type : WA_NOTHING, input ? input->data : NULL, input ? input->size : 0,
                        input ? input->number : 0);
  if (result) *result = wa__answer;
  return st;
}
WA__INLINE_WAIT int wa_await_op(const char *name, const wa_data *input, wa_data *result) {
  return wa__await_op(name, 0, input, result);
}

/* Every suspending call notes its place first, so that a task can say where it waits. */
#define WA__STR2(x) #x
#define WA__STR(x) WA__STR2(x)
#ifdef __FILE_NAME__
#define WA__PLACE __FILE_NAME__ ":" WA__STR(__LINE__)
#else
#define WA__PLACE __FILE__ ":" WA__STR(__LINE__)
#endif
/* The place is noted when the arguments are there: what one of them waited for must not stand in its stead. */
#define WA__SITED(name, parameters, arguments) \
  static __inline__ __attribute__((__always_inline__)) int wa__sited_##name parameters { wa__site = site; return name arguments; }
/* Define WA_NO_SITES before the header, and the waits note no place: wa_site is "", and their names are no macros. */
#ifndef WA_NO_SITES
WA__SITED(wa_await, (const char *site, wa_future *future), (future))
WA__SITED(wa_sleep, (const char *site, wa_time t), (t))
WA__SITED(wa_yield, (const char *site), ())
WA__SITED(wa_wait_for, (const char *site, wa_future *future, wa_time timeout), (future, timeout))
WA__SITED(wa_stop_within, (const char *site, wa_task *task, wa_time grace, bool discard), (task, grace, discard))
WA__SITED(wa_wait, (const char *site, wa_future *const *futures, size_t n, int when, wa_time timeout), (futures, n, when, timeout))
WA__SITED(wa_completed_next, (const char *site, wa_completed *it, wa_future **out), (it, out))
WA__SITED(wa_group_exit, (const char *site, wa_group *g, int status), (g, status))
WA__SITED(wa_lock_acquire, (const char *site, wa_lock *lock), (lock))
WA__SITED(wa_event_wait, (const char *site, wa_event *event), (event))
WA__SITED(wa_condition_acquire, (const char *site, wa_condition *condition), (condition))
WA__SITED(wa_condition_wait, (const char *site, wa_condition *condition), (condition))
WA__SITED(wa_condition_wait_for, (const char *site, wa_condition *condition, bool (*predicate)(void *arg), void *arg),
          (condition, predicate, arg))
WA__SITED(wa_semaphore_acquire, (const char *site, wa_semaphore *semaphore), (semaphore))
WA__SITED(wa_bounded_semaphore_acquire, (const char *site, wa_bounded_semaphore *semaphore), (semaphore))
WA__SITED(wa_barrier_wait, (const char *site, wa_barrier *barrier, int *index), (barrier, index))
WA__SITED(wa_barrier_reset, (const char *site, wa_barrier *barrier), (barrier))
WA__SITED(wa_barrier_abort, (const char *site, wa_barrier *barrier), (barrier))
WA__SITED(wa_queue_put, (const char *site, wa_queue *queue, void *item), (queue, item))
WA__SITED(wa_queue_get, (const char *site, wa_queue *queue, void **item), (queue, item))
WA__SITED(wa_queue_join, (const char *site, wa_queue *queue), (queue))
static __inline__ __attribute__((__always_inline__)) int wa__sited_wa_await_op(const char *site, bool literal, const char *name,
                                                                              const wa_data *input, wa_data *result) {
  wa__site = site;
  return wa__await_op(name, literal, input, result);
}
WA__SITED(wa_fd_readable, (const char *site, int fd), (fd))
WA__SITED(wa_fd_writable, (const char *site, int fd), (fd))
WA__SITED(wa_read, (const char *site, int fd, void *data, size_t size), (fd, data, size))
WA__SITED(wa_write, (const char *site, int fd, const void *data, size_t size), (fd, data, size))
WA__SITED(wa_write_all, (const char *site, int fd, const void *data, size_t size), (fd, data, size))
WA__SITED(wa_accept, (const char *site, int listener), (listener))
WA__SITED(wa_lines_next, (const char *site, wa_lines *lines), (lines))
#define wa_checkpoint() wa__checkpoint_at(WA__PLACE)
#define wa_await(...) wa__sited_wa_await(WA__PLACE, __VA_ARGS__)
#define wa_sleep(...) wa__sited_wa_sleep(WA__PLACE, __VA_ARGS__)
#define wa_yield() wa__sited_wa_yield(WA__PLACE)
#define wa_wait_for(...) wa__sited_wa_wait_for(WA__PLACE, __VA_ARGS__)
#define wa_stop_within(...) wa__sited_wa_stop_within(WA__PLACE, __VA_ARGS__)
#define wa_wait(...) wa__sited_wa_wait(WA__PLACE, __VA_ARGS__)
#define wa_completed_next(...) wa__sited_wa_completed_next(WA__PLACE, __VA_ARGS__)
#define wa_group_exit(...) wa__sited_wa_group_exit(WA__PLACE, __VA_ARGS__)
#define wa_lock_acquire(...) wa__sited_wa_lock_acquire(WA__PLACE, __VA_ARGS__)
#define wa_event_wait(...) wa__sited_wa_event_wait(WA__PLACE, __VA_ARGS__)
#define wa_condition_acquire(...) wa__sited_wa_condition_acquire(WA__PLACE, __VA_ARGS__)
#define wa_condition_wait(...) wa__sited_wa_condition_wait(WA__PLACE, __VA_ARGS__)
#define wa_condition_wait_for(...) wa__sited_wa_condition_wait_for(WA__PLACE, __VA_ARGS__)
#define wa_semaphore_acquire(...) wa__sited_wa_semaphore_acquire(WA__PLACE, __VA_ARGS__)
#define wa_bounded_semaphore_acquire(...) wa__sited_wa_bounded_semaphore_acquire(WA__PLACE, __VA_ARGS__)
#define wa_barrier_wait(...) wa__sited_wa_barrier_wait(WA__PLACE, __VA_ARGS__)
#define wa_barrier_reset(...) wa__sited_wa_barrier_reset(WA__PLACE, __VA_ARGS__)
#define wa_barrier_abort(...) wa__sited_wa_barrier_abort(WA__PLACE, __VA_ARGS__)
#define wa_queue_put(...) wa__sited_wa_queue_put(WA__PLACE, __VA_ARGS__)
#define wa_queue_get(...) wa__sited_wa_queue_get(WA__PLACE, __VA_ARGS__)
#define wa_queue_join(...) wa__sited_wa_queue_join(WA__PLACE, __VA_ARGS__)
#define WA__IS_LITERAL(name, ...) __builtin_constant_p(name)
#define wa_await_op(...) wa__sited_wa_await_op(WA__PLACE, WA__IS_LITERAL(__VA_ARGS__, 0), __VA_ARGS__)
#define wa_fd_readable(...) wa__sited_wa_fd_readable(WA__PLACE, __VA_ARGS__)
#define wa_fd_writable(...) wa__sited_wa_fd_writable(WA__PLACE, __VA_ARGS__)
#define wa_read(...) wa__sited_wa_read(WA__PLACE, __VA_ARGS__)
#define wa_write(...) wa__sited_wa_write(WA__PLACE, __VA_ARGS__)
#define wa_write_all(...) wa__sited_wa_write_all(WA__PLACE, __VA_ARGS__)
#define wa_accept(...) wa__sited_wa_accept(WA__PLACE, __VA_ARGS__)
#define wa_lines_next(...) wa__sited_wa_lines_next(WA__PLACE, __VA_ARGS__)
#endif

#ifdef __cplusplus
}
#endif
#endif
