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
 *   - A status is an int: WA_OK, a positive count of the program's own, or a negative WA_E... error.
 *   - A time is a wa_time: nanoseconds, int64. A negative time is WA_EMISUSE; WA_FOREVER means "no limit".
 *   - "Suspends" marks the calls that can give up the turn. They work inside a task only; elsewhere they return
 *     WA_EMISUSE. Each awaits one future. If the call has to wait, a cancellation of its task surfaces there as
 *     WA_ECANCELED. If it need not (the lock is free, the future is done), the next call that waits returns it, as in asyncio.
 *     (wa_checkpoint and the calls on descriptors return it in any case.)
 *   - A wrong call, such as NULL for an object, is WA_EMISUSE. A call that returns no status gives NULL, "", 0 or a bool
 *     instead. wa_error_text() then names the task, if one made it, the call and the argument, and says what was expected.
 *   - A task is the future that a fiber settles, so every call that takes a wa_future takes a wa_task.
 *   - Ownership: whoever gets a wa_task * or wa_future * from a call of this library owns one reference and
 *     gives it back with wa_release. A running task keeps itself alive, so `wa_release(wa_spawn(f, x))` is
 *     fire and forget. A reference that is never given back lasts until the program ends or a host closes the
 *     runtime; wa_count shows it. A wait, a gather, a shield or a callback holds its own reference to its future.
 *   - One runtime per wasm instance, one thread.
 */
#ifndef WASYNCIO_H
#define WASYNCIO_H

/* Whatever warnings a program asks for, they are about the program, not about this header. */
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

/* Members that stand in a struct only because its size must be known. They are the runtime's alone. */
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
  WA_OK = 0,          /**< success; a positive count of the program's own is success, too */
  WA_ECANCELED = -1,  /**< CancelledError: the task was asked to stop. Clean up, then return this status. */
  WA_ETIMEDOUT = -2,  /**< TimeoutError: a deadline of wa_wait_for, wa_timeout or wa_completed passed. */
  WA_EGROUP = -3,     /**< ExceptionGroup: members failed; wa_group_errors and wa_errors give their errors. */
  WA_EMISUSE = -4,    /**< RuntimeError, ValueError: a wrong call; wa_error_text() says what was wrong. */
  WA_ENOMEM = -5,     /**< MemoryError. A task also ends with it if there is no memory to keep its frames while it waits. */
  WA_ESHUTDOWN = -6,  /**< QueueShutDown. */
  WA_EBROKEN = -7,    /**< BrokenBarrierError. */
  WA_EHOST = -8,      /**< a host operation failed, or the host has no such operation. */
  WA_EDEADLOCK = -9,  /**< wa_run: nothing is ready, no timer is set, no operation is in flight; or max_turns is reached. */
  WA_ESTACK = -10,    /**< the task overflowed its stack and was ended without clean-up. */
  WA_ETRAP = -11,     /**< the task hit a wasm trap and was ended without clean-up. */
  WA_EDISCARDED = -12,/**< the task ignored its cancellation and was ended without clean-up. */
  WA_EAGAIN = -13,    /**< QueueEmpty, QueueFull: a _nowait call would have had to wait. */
  WA_EPENDING = -14,  /**< InvalidStateError: the future is not done yet. Not for a task to return. */
  WA_ECLOSED = -15,   /**< BrokenPipeError, ConnectionResetError: the other side has gone, or wa_close closed it. */
  WA_EIO = -16,       /**< OSError: the host refused; errno says why. */
  WA_EUSER = -1000    /**< a program's own errors are below: WA_EUSER - 1, WA_EUSER - 2, ... down to INT32_MIN + 1 */
};

/** The name of a status, such as "WA_ECANCELED"; "WA_EUSER" for a program's own error, "WA_E?" for a number that is none.
 * Never NULL. */
const char *wa_status_name(int status);

/** The sentence about the latest WA_EMISUSE, WA_ENOMEM, WA_ECLOSED or WA_EIO. The runtime owns it; it is valid until the next
 * such error. */
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

/** loop.time(): the runtime's clock, in nanoseconds from an arbitrary start. A virtual clock stands still while tasks run,
 * unless they call wa_spin. */
wa_time wa_now(void);

/* ---- the runtime --------------------------------------------------------------------------------------- */

typedef struct wa_future wa_future; /**< a one-shot result: a status, a value, a reason */
typedef struct wa_future wa_task;   /**< a future that a fiber settles */
typedef int (*wa_task_fn)(void *arg); /**< what a task runs: returns a status */

/** How the runtime works. Everything zero is the default. */
typedef struct wa_config {
  bool virtual_clock;    /**< time starts at 0, in each wa_run anew, and jumps to the next timer whenever nothing is ready. Then no
                            task is reported as ungraceful (but by wa_stop_within), nor in wa_run as stalled. */
  bool debug;            /**< look at the clock after each step, so that a report of a stall names the very step */
  wa_time turn_budget;   /**< how long a turn runs before the host gets one; 0: WA_MS(8) */
  wa_time stall_after;   /**< report a step that ran longer than this without an await; 0: WA_MS(100) */
  wa_time grace;         /**< report a task that does not end this long after its cancellation; 0: WA_S(5) */
  size_t stack_size;     /**< C stack of a task in bytes; 0: 16384 */
  uint32_t max_turns;    /**< wa_run gives up (WA_EDEADLOCK) after this many iterations of its loop; 0: never */
} wa_config;

/** Runner(...): sets the runtime up before its first task. NULL: the defaults. The record is copied. WA_EMISUSE while a task is
 * unfinished, or for a value out of range. A host that drives the program decides the clock, and whatever else it asks for. Where
 * it asks for nothing, what a constructor has configured stands. */
int wa_configure(const wa_config *config);

/** asyncio.run(f(arg)): runs f as the main task and returns its status. When f has ended, every task that is
 * left is cancelled and waited for. Then it may be called again. WA_EDEADLOCK when nothing can ever happen again; WA_ENOMEM;
 * WA_EMISUSE for a NULL f, inside a task, or on a host that must not be blocked (a browser page): there the host drives the
 * turns. */
int wa_run(wa_task_fn f, void *arg);

/** The exit status for a shell: `int main(void) { return wa_exit_status(wa_run(f, NULL)); }`. 0 to 63 stay as they are, and
 * higher counts become 63. The runtime's error -n becomes 64 + n (WA_ECANCELED: 65). A program's own WA_EUSER - n becomes
 * 96 + n, at most 125, the highest that WASI knows. Of WA_EMISUSE the sentence goes to stderr (not in the small library). */
int wa_exit_status(int status);

/** Moves a virtual clock on by t, as work of that length would. WA_EMISUSE on a real clock. */
int wa_spin(wa_time t);

/** What is alive: for leak checks. All zero after wa_run when every reference was given back. */
typedef struct wa_counts {
  uint32_t tasks;     /**< not finished */
  uint32_t futures;   /**< futures and finished tasks that somebody holds a reference to */
  uint32_t timers;     /**< set, and not due yet */
  uint32_t operations; /**< of the host's, in flight */
  uint32_t handles;    /**< names that the host holds */
  uint32_t stacks;    /**< C stacks that suspended tasks keep */
  size_t bytes;       /**< memory that live objects and a running trace use */
} wa_counts;
/** Counts what is alive, into *out. */
void wa_count(wa_counts *out);

/* ---- tasks --------------------------------------------------------------------------------------------- */

/** How a task works. Everything zero is the default. */
typedef struct wa_task_options {
  const char *name;   /**< for reports; copied. NULL: "task-N" */
  size_t stack_size;  /**< C stack in bytes; 0: the runtime's; at least 256 */
  bool eager;         /**< run to the first suspension at once, inside this call (eager_start=True) */
} wa_task_options;

/** create_task(f(arg)): makes a task that runs f from the next iteration of the loop on. The caller owns a reference.
 * NULL without memory or for a NULL f. What arg points to stays the program's, and must live as long as f uses it. Does not
 * suspend. */
wa_task *wa_spawn(wa_task_fn f, void *arg);
/** wa_spawn with options, which are copied; NULL: the defaults. Returns NULL also for a stack_size that is out of range. */
wa_task *wa_spawn_with(wa_task_fn f, void *arg, const wa_task_options *options);

/** Gives the running task a value: `return wa_return(ptr);`. The program owns the value; the runtime only passes it on.
 * Returns WA_OK; WA_EMISUSE outside a task. */
int wa_return(void *value);
/** wa_return with a copy of the data, which the runtime keeps until the task is released. A host reads it as
 * bytes. WA_ENOMEM. */
int wa_return_bytes(const void *data, size_t size);
/** The same for a text that ends with a 0 byte; a host reads it as a string. */
int wa_return_text(const char *text);
/** The same for a number. */
int wa_return_number(double number);

/** current_task(): the running task (borrowed), or NULL outside of tasks. */
wa_task *wa_current(void);
/** all_tasks(): calls visit(task, ctx) for every unfinished task (borrowed), in the order of creation. visit must not suspend. */
void wa_tasks(void (*visit)(wa_task *task, void *ctx), void *ctx);
/** get_name(): the task's name; "" for a future that is not a task. Valid as long as the task. */
const char *wa_name(const wa_future *task);
/** Where the task waits, or gave up its turn: "file.c:12"; "" while it runs, before its first await, and after its end. The text is
 * valid for ever. */
const char *wa_site(const wa_future *task);

/** finally: runs cleanup(arg) when the body of the running task has returned, whatever it returned; last in, first out.
 * cleanup may suspend. If it hears of a cancellation and does not take that back (wa_uncancel), a task whose body succeeded
 * ends as cancelled. Clean-ups do not run of a task that was cancelled before its first step, or that ended without clean-up (a
 * trap, an overflow, WA_EDISCARDED, a wa_run that ends with WA_EDEADLOCK); where a body found no memory to wait they do, but those
 * that find none themselves, to begin or to wait, and those after them do not. WA_EMISUSE outside a task; WA_ENOMEM. Does not
 * suspend. */
int wa_defer(void (*cleanup)(void *arg), void *arg);

/** await f(arg): calls f as a segment of its own. A plain call does the same, but here a suspension inside f does
 * not unwind the caller each time: resuming costs the same however deep the calls. Returns f's status. WA_EMISUSE outside a task,
 * or for a NULL f; WA_ENOMEM, also when there is no memory for f's frames as it suspends. Suspends if f does. */
int wa_call(wa_task_fn f, void *arg);

/* ---- futures ------------------------------------------------------------------------------------------- */

/** Future(): pending until wa_resolve, wa_reject or wa_cancel. The caller owns a reference. NULL without memory. */
wa_future *wa_future_new(void);
/** set_result(value): the program owns the value. WA_EMISUSE if the future is done, or was not made by wa_future_new: a task, a
 * gather and a shield settle themselves. */
int wa_resolve(wa_future *future, void *value);
/** set_exception(status): status must be an error, that is, negative, but not WA_EPENDING. Else WA_EMISUSE, and as for
 * wa_resolve. */
int wa_reject(wa_future *future, int status);

/** Takes one more reference, to give back with wa_release. Returns the future; NULL for NULL. */
wa_future *wa_retain(wa_future *future);
/** Gives a reference back; nothing for NULL. A task that runs goes on. One release too many is refused (wa_error_text) if it
 * would free a pending future that the runtime still needs. If others still hold the future, it takes their reference: whoever
 * waits for it then finds it gone. */
void wa_release(wa_future *future);

/** done(): whether the outcome is there. */
bool wa_done(const wa_future *future);
/** cancelled(): whether it is done, and by cancellation. */
bool wa_cancelled(const wa_future *future);
/** The outcome, as result() and exception() have it: WA_OK (or the task's positive status) or an error, which then counts as seen;
 * WA_EPENDING while not done. */
int wa_status(const wa_future *future);
/** result(): the value given to wa_return or wa_resolve; NULL while not done, or if none was given. After wa_return_bytes and its
 * like it is the runtime's copy (wa_result has its size); of a gather, its array. Both live as long as the future. */
void *wa_value(const wa_future *future);
/** The member errors of a future that failed with WA_EGROUP, flattened, in the order they occurred: writes up
 * to max statuses to out and returns how many there are. */
size_t wa_errors(const wa_future *future, int *out, size_t max);
/** CancelledError's message: the reason given to the wa_cancel that ended the future. For a task that still runs, the reason of
 * the latest wa_cancel that reached it; a wait that is cancelled already keeps its reason. "" if there is none. Every reader gets
 * it. The runtime owns the text; it is valid until another wa_cancel reaches the future, or the future is released. */
const char *wa_reason(const wa_future *future);
/** add_done_callback: calls done(ctx, future) from the loop once the future is done; in the next iteration if it is done already.
 * The future is kept until done returns; the program owns ctx. done must not suspend. An error counts as seen if done calls
 * wa_status. Futures that are pending when wa_run ends are cancelled, and done hears of that. WA_EMISUSE for NULL; WA_ENOMEM. */
int wa_when_done(wa_future *future, void (*done)(void *ctx, wa_future *future), void *ctx);

/* ---- waiting ------------------------------------------------------------------------------------------- */

/** await future: suspends until the future is done and returns its status. If it is done already, returns at once, without a turn.
 * Cancelling the waiting task cancels the future it waits for. WA_EMISUSE for NULL, for the task itself (as
 * asyncio: after one turn), and for a wait that would close a cycle of tasks. */
WA__INLINE_WAIT int wa_await(wa_future *future);
/** sleep(t): waits for t nanoseconds; 0 gives up one turn. Suspends. */
WA__INLINE_WAIT int wa_sleep(wa_time t);
/** sleep(0): the other ready tasks run first. Suspends. */
WA__INLINE_WAIT int wa_yield(void);
/** The check for a loop that computes: about a nanosecond while there is nothing to do. Returns WA_ECANCELED
 * when the task was cancelled. Suspends when the turn's budget is used up, so that the host can hear a click. */
static __inline__ int wa_checkpoint(void);

/** Task.cancel(msg), Future.cancel(msg): asks a task to stop, or cancels a future. The task's next await returns WA_ECANCELED; if
 * it is waiting, that wait does. reason is copied and may be NULL. false if the future was already done. */
bool wa_cancel(wa_future *future, const char *reason);
/** cancelling(): the number of requests that were not taken back. WA_EMISUSE for a future that is not a task. */
int wa_cancelling(const wa_task *task);
/** uncancel(): takes one request back. Returns how many are left. WA_EMISUSE for a future that is not a task. */
int wa_uncancel(wa_task *task);
/** Between enter and exit the running task cannot be interrupted: a cancellation is kept, and surfaces at the first
 * await after exit. Only a deadline that is set inside (wa_wait_for, wa_timeout) still expires. Nests, up to 127 deep. WA_EMISUSE
 * outside a task. Does not suspend. */
int wa_uncancellable_enter(void);
/** Ends what the latest wa_uncancellable_enter began. WA_EMISUSE outside a task, or without an enter. */
int wa_uncancellable_exit(void);

/** shield(future): a future that ends as the given one does. Cancelling it leaves the given one alone.
 * If that is done already, returns the same future. The caller owns a reference. NULL without memory, or for NULL. */
wa_future *wa_shield(wa_future *future);

/** wait_for(future, timeout): waits for the future, and returns its status. When the time is up, cancels the future and waits for
 * its end, however long that takes: WA_ETIMEDOUT if it ends as cancelled, else its status. WA_ETIMEDOUT also, as in CPython, if it
 * had just ended and the time was up before the waiting task ran: wa_status(future) tells. WA_ECANCELED if the waiting task was
 * cancelled, and with it the future; WA_ENOMEM. Suspends. */
int wa_wait_for(wa_future *future, wa_time timeout);
/** The bounded stop: cancels the task, waits for its end for at most grace, and returns its status. If the task still runs
 * then, reports it and returns WA_ETIMEDOUT; if discard is true, also ends it without clean-up. Returns at once for a task that is
 * done. WA_EMISUSE for the running task, and for a future that is not a task; WA_ENOMEM. Suspends. */
int wa_stop_within(wa_task *task, wa_time grace, bool discard);

/** When wa_wait returns. */
enum {
  WA_FIRST_COMPLETED = 1, /**< as soon as one is done */
  WA_FIRST_EXCEPTION = 2, /**< as soon as one has failed, else when all are done */
  WA_ALL_COMPLETED = 3    /**< when all are done */
};
/** wait(futures, timeout, return_when): WA_OK whether or not all are done; ask each with wa_done. Cancels
 * nothing. WA_ECANCELED if the waiting task was cancelled. WA_EMISUSE for n == 0; WA_ENOMEM. Suspends. */
int wa_wait(wa_future *const *futures, size_t n, int when, wa_time timeout);

/** A flag of wa_gather. */
enum { WA_COLLECT = 1 /**< wait for all, also if one fails */ };
/** gather(*futures): a future that is done when all are. It fails as soon as one fails, unless flags has WA_COLLECT
 * (return_exceptions=True). Cancelling it cancels all. Its value is an array of n statuses (int), which
 * lives as long as the gather. The caller owns a reference. NULL without memory, or for a NULL member. */
wa_future *wa_gather(wa_future *const *futures, size_t n, int flags);

/** as_completed(futures, timeout): wa_completed_next hands the futures out as they end. wa_completed_close ends the iteration;
 * without it the timer stays set until it fires, as in CPython. The iterator belongs to the task that began it: once that task
 * has ended, no other may use it. */
typedef struct wa_completed { WA__PRIVATE(struct wa__completed *state;) } wa_completed;
/** Begins the iteration, and holds references of its own to the futures. WA_EMISUSE, WA_ENOMEM. */
int wa_completed_init(wa_completed *it, wa_future *const *futures, size_t n, wa_time timeout);
/** Waits for the next future that ends, and puts it into *out (borrowed). A future that was given twice comes once. WA_OK with *out
 * NULL: there are no more. WA_ETIMEDOUT: the deadline passed first. Suspends. */
int wa_completed_next(wa_completed *it, wa_future **out);
/** Ends the iteration, and gives its references back. */
void wa_completed_close(wa_completed *it);

/** async with timeout(delay):
 *     wa_timeout t;
 *     int st = wa_timeout_enter(&t, WA_MS(50));
 *     if (st == WA_OK) { st = work(); st = wa_timeout_exit(&t, st); }
 * When the delay passes inside, the task is cancelled, and exit turns that WA_ECANCELED into WA_ETIMEDOUT.
 * Scopes nest. The task that entered has to call exit, in a deferred clean-up at the latest: once it has ended, the scope has,
 * too. The record must stay where it is: a copy is refused. WA_FOREVER: no deadline (yet). */
typedef struct wa_timeout {
  wa_time when; /**< read only: the deadline, by wa_now()'s clock; WA_FOREVER: none */
  WA__PRIVATE(
    wa_task *task;
    struct wa__timeout *state;
    uintptr_t mark; /* its own place, while it is entered */
    int32_t cancelling;
  )
} wa_timeout;
/** Begins the scope. WA_EMISUSE outside a task, while a task is inside this same scope, and for a negative delay; WA_ENOMEM. */
int wa_timeout_enter(wa_timeout *t, wa_time delay);
/** reschedule(): moves the deadline to delay from now. WA_EMISUSE before enter, and once the scope has expired or was left. */
int wa_timeout_reschedule(wa_timeout *t, wa_time delay);
/** Ends the scope. Returns status, or WA_ETIMEDOUT if the deadline ended the body. WA_EMISUSE if this task is not inside.
 * Does not suspend. */
int wa_timeout_exit(wa_timeout *t, int status);
/** expired(): whether the deadline has passed inside. */
bool wa_timeout_expired(const wa_timeout *t);

/** async with TaskGroup():
 *     wa_group g;
 *     int st = wa_group_enter(&g);
 *     if (st == WA_OK) { wa_release(wa_group_spawn(&g, f, x)); ...; st = wa_group_exit(&g, st); }
 * Exit waits for every member. The first member that fails cancels the others and the body; exit then returns
 * WA_EGROUP. If the task ends without the exit (it hit a trap, was discarded, or returned, and its deferred clean-ups did not
 * call it either), the members are cancelled, nobody waits for them, and the group has ended. The record must stay where it is: a
 * copy is refused. Without memory for them, some or all of WA_EGROUP's errors are missing. */
typedef struct wa_group {
  WA__PRIVATE(
    wa_task *task;
    struct wa__group *state;
    uintptr_t mark;  /* its own place, while it is entered */
    uint32_t errors; /* which they were; 0: none */
  )
} wa_group;
/** Begins the group. WA_EMISUSE outside a task, and while a task is inside this same group; WA_ENOMEM. */
int wa_group_enter(wa_group *g);
/** create_task: wa_spawn, as a member. The caller owns a reference. NULL also when the group is finished or shutting down. */
wa_task *wa_group_spawn(wa_group *g, wa_task_fn f, void *arg);
/** wa_spawn_with, as a member. The caller owns a reference. NULL as for wa_group_spawn. */
wa_task *wa_group_spawn_with(wa_group *g, wa_task_fn f, void *arg, const wa_task_options *options);
/** Ends the group: waits for every member. status is the body's; an error cancels the members. Returns status, WA_EGROUP or
 * WA_ECANCELED. WA_EMISUSE if this task is not inside, or if a member waits for it. Suspends. */
int wa_group_exit(wa_group *g, int status);
/** The errors behind the WA_EGROUP of wa_group_exit, as wa_errors gives them. Only the task that left the group can read them,
 * and only until another WA_EGROUP reaches it; otherwise 0. */
size_t wa_group_errors(const wa_group *g, int *out, size_t max);
/** raise ExceptionGroup(...): `return wa_fail_group(errors, n);`. The errors are copied. Returns WA_EGROUP, or WA_ENOMEM.
 * WA_EMISUSE outside a task, for no errors, or for a status that is not an error. */
int wa_fail_group(const int *errors, size_t n);

/* ---- synchronisation: as asyncio's of the same name. Zeroed memory is a valid lock and event. Each object must outlive
 * whoever waits for it, so it must not lie in the frame of a task that may end before them. (wa_run keeps its main task's frame
 * until all remaining tasks have ended.) --------------------------------------------------------------------------- */

typedef struct wa__list { struct wa__list *prev, *next; } wa__list;

/** asyncio.Lock: one task holds it at a time; whoever has waited longest is next. */
typedef struct wa_lock { WA__PRIVATE(wa__list waiters; bool locked;) } wa_lock;
/** Lock(): nobody holds it. */
void wa_lock_init(wa_lock *lock);
int wa_lock_acquire(wa_lock *lock);  /**< acquire(): takes the lock. Suspends while it is held. */
int wa_lock_release(wa_lock *lock);  /**< release(): gives it back, and wakes the next. WA_EMISUSE if nobody holds it. */
/** locked(): whether a task holds it. */
bool wa_lock_locked(const wa_lock *lock);

/** asyncio.Event: wakes every task that waits for it. */
typedef struct wa_event { WA__PRIVATE(wa__list waiters; bool value;) } wa_event;
/** Event(): not set. */
void wa_event_init(wa_event *event);
/** set(): sets the event, and wakes all tasks that wait for it. */
void wa_event_set(wa_event *event);
/** clear(): tasks that wait from here on have to wait for the next set. */
void wa_event_clear(wa_event *event);
/** is_set(). */
bool wa_event_is_set(const wa_event *event);
int wa_event_wait(wa_event *event);  /**< wait(): suspends until the event is set. */

/** asyncio.Condition: a lock, and waiting for news about what it guards. */
typedef struct wa_condition { WA__PRIVATE(wa_lock *lock; wa_lock own; wa__list waiters;) } wa_condition;
void wa_condition_init(wa_condition *condition, wa_lock *lock);  /**< Condition(lock): borrows it. NULL: a lock of its own. */
/** acquire(): takes the lock. Suspends while it is held. */
int wa_condition_acquire(wa_condition *condition);
/** release(): gives the lock back. WA_EMISUSE if nobody holds it. */
int wa_condition_release(wa_condition *condition);
/** locked(): whether the lock is held. */
bool wa_condition_locked(const wa_condition *condition);
/** wait(): gives the lock back, waits for a notify, and takes the lock again, also if it was cancelled. WA_EMISUSE if nobody holds
 * the lock. Suspends. */
int wa_condition_wait(wa_condition *condition);
/** wait_for(predicate): waits until predicate(arg), asked at once and after each notify, is true. WA_EMISUSE if it has to wait and
 * nobody holds the lock. Suspends. */
int wa_condition_wait_for(wa_condition *condition, bool (*predicate)(void *arg), void *arg);
int wa_condition_notify(wa_condition *condition, size_t n);  /**< notify(n): wakes up to n. WA_EMISUSE if nobody holds the lock. */
/** notify_all(): wakes all tasks that wait. WA_EMISUSE if nobody holds the lock. */
int wa_condition_notify_all(wa_condition *condition);

/** asyncio.Semaphore: lets a number of tasks in at a time. */
typedef struct wa_semaphore { WA__PRIVATE(wa__list waiters, woken; int32_t value;) } wa_semaphore;
int wa_semaphore_init(wa_semaphore *semaphore, int value);  /**< Semaphore(value): WA_EMISUSE below 0. */
/** acquire(): counts down. Suspends while the value is 0. */
int wa_semaphore_acquire(wa_semaphore *semaphore);
/** release(): counts up, and wakes one task that waits. WA_EMISUSE at INT32_MAX. */
int wa_semaphore_release(wa_semaphore *semaphore);
/** locked(): whether an acquire would have to wait. */
bool wa_semaphore_locked(const wa_semaphore *semaphore);

/** asyncio.BoundedSemaphore: a semaphore that notices a release too many. */
typedef struct wa_bounded_semaphore { WA__PRIVATE(wa_semaphore semaphore; int32_t bound;) } wa_bounded_semaphore;
/** BoundedSemaphore(value): the value is also the bound. WA_EMISUSE below 0. */
int wa_bounded_semaphore_init(wa_bounded_semaphore *semaphore, int value);
/** acquire(): counts down. Suspends while the value is 0. */
int wa_bounded_semaphore_acquire(wa_bounded_semaphore *semaphore);
int wa_bounded_semaphore_release(wa_bounded_semaphore *semaphore);  /**< release(): WA_EMISUSE above the bound. */
/** locked(): whether an acquire would have to wait. */
bool wa_bounded_semaphore_locked(const wa_bounded_semaphore *semaphore);

/** asyncio.Barrier: lets its tasks go on once a number of them has come. */
typedef struct wa_barrier {
  int32_t parties; /**< read only: how many it waits for */
  WA__PRIVATE(wa_condition condition; int32_t count, state;)
} wa_barrier;
int wa_barrier_init(wa_barrier *barrier, int parties);  /**< Barrier(parties): WA_EMISUSE below 1. */
/** wait(): waits until all have come. *index (may be NULL) gets this task's place, from 0 on. WA_EBROKEN if the barrier is broken,
 * or is reset meanwhile; WA_ENOMEM. Suspends. */
int wa_barrier_wait(wa_barrier *barrier, int *index);
int wa_barrier_reset(wa_barrier *barrier);  /**< reset(): waiting tasks get WA_EBROKEN. */
int wa_barrier_abort(wa_barrier *barrier);  /**< abort(): breaks it, also for later tasks. */
/** n_waiting: how many tasks wait for the others. */
int wa_barrier_waiting(const wa_barrier *barrier);
/** broken: whether it was aborted. */
bool wa_barrier_broken(const wa_barrier *barrier);

/** asyncio.Queue, LifoQueue, PriorityQueue. Items are pointers, which the program owns. Close a queue when it is no longer
 * used. */
typedef struct wa_queue {
  size_t max; /**< read only: how many items fit; 0: unbounded */
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
void wa_queue_init(wa_queue *queue, size_t max);       /**< Queue(max): first in, first out; 0: unbounded. */
/** LifoQueue(max): last in, first out. */
void wa_queue_init_lifo(wa_queue *queue, size_t max);
/** PriorityQueue(max): the smallest first. compare is as qsort's, and must not suspend. */
void wa_queue_init_priority(wa_queue *queue, size_t max, int (*compare)(const void *a, const void *b));
/** Frees the queue's memory, not the items. Refused (wa_error_text) while a task waits, or was woken and has not run. */
void wa_queue_close(wa_queue *queue);
int wa_queue_put(wa_queue *queue, void *item);         /**< put(): suspends while full. WA_ESHUTDOWN, WA_ENOMEM. */
int wa_queue_put_nowait(wa_queue *queue, void *item);  /**< put_nowait(): WA_EAGAIN if full. WA_ESHUTDOWN, WA_ENOMEM. */
int wa_queue_get(wa_queue *queue, void **item);        /**< get(): suspends while empty. WA_ESHUTDOWN. */
int wa_queue_get_nowait(wa_queue *queue, void **item); /**< get_nowait(): WA_EAGAIN if empty. WA_ESHUTDOWN. */
int wa_queue_task_done(wa_queue *queue);               /**< task_done(): WA_EMISUSE if called too many times. */
int wa_queue_join(wa_queue *queue);                    /**< join(): suspends until every item is task_done. */
/** shutdown(now): lets no more items in; with now, drops those inside as well. Waiting tasks get WA_ESHUTDOWN. */
void wa_queue_shutdown(wa_queue *queue, bool now);
/** qsize(): how many items are inside. */
size_t wa_queue_size(const wa_queue *queue);
/** empty(). */
bool wa_queue_empty(const wa_queue *queue);
/** full(): whether a put would have to wait. */
bool wa_queue_full(const wa_queue *queue);

/* ---- the host ------------------------------------------------------------------------------------------ */

/** The types of the data that crosses between C and the host. */
typedef enum wa_type {
  WA_NOTHING = 0, /**< no data */
  WA_BYTES = 1,   /**< bytes: a Uint8Array in JavaScript */
  WA_TEXT = 2,    /**< UTF-8: a string */
  WA_NUMBER = 3   /**< a double: a number */
} wa_type;
/** Data, and its type. */
typedef struct wa_data {
  const void *data;  /**< the bytes; a text ends with a 0 byte that size does not count; NULL for a number */
  size_t size;       /**< of the data, in bytes */
  double number;     /**< of a WA_NUMBER */
  wa_type type;      /**< what it is */
} wa_data;

/** Calls the host's function of that name, `host: { name: async (input, { signal }) => ... }` in JavaScript, and
 * waits for it. Cancelling the task aborts that signal. input may be NULL. On WA_OK *result (may be NULL) holds
 * what the function gave; its data lives until the task's next wa_await_op, or end. WA_EHOST: the function threw
 * (*result is the message as text), or the host has no such function. WA_ENOMEM. If a cancellation comes in the same turn as the
 * answer, the cancellation wins, as in asyncio, and the answer is lost. Where it must not be lost (an open file), use
 * wa_start_op, wait, and ask the future. Suspends. */
WA__INLINE_WAIT int wa_await_op(const char *name, const wa_data *input, wa_data *result);
/** wa_await_op without the wait: returns a future, whose data wa_result reads. The input is copied. The caller owns a reference.
 * NULL without memory, or for a wrong argument. */
wa_future *wa_start_op(const char *name, const wa_data *input);
/** The data of a finished operation, or of a task that used wa_return_bytes, _text or _number; it lives as long as the
 * future. For a task that ended with the WA_EHOST of an await: what the host said, as text. For a task that ended with
 * WA_EMISUSE: the sentence about the wrong call, as text; in wa_run only if no other call went wrong before the task's end (not in
 * the small library). Otherwise of type WA_NOTHING. */
wa_data wa_result(const wa_future *future);

/** The input that the host gave when it spawned the running task; the task's arg points to the same bytes (for a number, to a
 * double). It lives until the task's end. */
wa_data wa_input(void);
#if defined(__cplusplus) && __cplusplus >= 201103L
#define WA__NOTHING static_assert(true, "")
#else
#define WA__NOTHING struct wa__nothing
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

/* Awaited input and output. Many tasks wait for many descriptors in one poll of the host's. Each wait is one
 * future, so a cancellation or a deadline ends it, and then nothing was read or written. Each of these calls that suspends begins
 * as a wa_checkpoint: even if it need not wait, it returns WA_ECANCELED if the task was cancelled, and gives up the turn if the
 * turn's budget is used up. Sockets are made non-blocking here. Pipes and the terminal, which other programs share, are left as
 * they are and only touched when they are ready. Two tasks may wait for the same descriptor: each readiness wakes one, the
 * earliest first; wa_lock keeps their data apart.
 * Errors of all these calls: WA_ECLOSED if the other side has gone; WA_EIO, with errno; WA_EMISUSE for a descriptor that is
 * not open, outside of a task, and for data that is NULL or of size 0 (but wa_write_all of nothing is done at once, anywhere).
 * wa_error_text() names the task, the call and the descriptor. */

/** What a descriptor can be ready for. */
enum {
  WA_READABLE = 1, /**< a read */
  WA_WRITABLE = 2  /**< a write */
};
/** loop.add_reader, add_writer: a future that is done (WA_OK) when the descriptor is ready for a read or for a write, whichever
 * `what` names; for wa_wait, wa_gather, wa_wait_for. Cancelling it ends the wait. If the other side has gone, the descriptor counts
 * as ready: the read tells. The caller owns a reference. NULL without memory, for a wrong argument, or if it is not open. */
wa_future *wa_fd_watch(int fd, int what);
/** Waits until fd is ready for a read; WA_OK at once for a file. As with poll, there may be nothing when it is tried: wa_read waits
 * again then. Suspends. */
int wa_fd_readable(int fd);
/** Waits until fd is ready for a write; WA_OK at once for a file. Suspends. */
int wa_fd_writable(int fd);

/** loop.sock_recv, StreamReader.read: waits until there is something, and reads at most size bytes. Returns how many,
 * 1 or more; 0 at the end of the file, or when the other side has shut down. Suspends. */
int wa_read(int fd, void *data, size_t size);
/** write(2), awaited: returns how many bytes were taken, 1 or more and perhaps fewer than size. Suspends. */
int wa_write(int fd, const void *data, size_t size);
/** loop.sock_sendall: WA_OK once all is written. After an error nobody knows how much was. Suspends. */
int wa_write_all(int fd, const void *data, size_t size);
/** loop.sock_accept: waits for the next connection, and returns its descriptor, which the caller closes. Suspends. */
int wa_accept(int listener);
/** StreamWriter.write_eof: nothing more will be written to this socket. The other side reads that as the end, and can
 * still answer. WA_EIO for what is not a socket. Does not suspend; works outside of tasks, too. */
int wa_write_eof(int fd);
/** StreamReader.readline: the lines of a stream, such as stdin (descriptor 0).
 *     wa_lines lines;
 *     wa_lines_init(&lines, 0, 0);
 *     while ((st = wa_lines_next(&lines)) > 0) use(lines.line, lines.size);
 *     wa_lines_close(&lines); */
typedef struct wa_lines {
  char *line;  /**< the latest line */
  size_t size; /**< of the line, in bytes */
  bool overrun; /**< wa_lines_next has just left out a line, because it was too long: the next call goes on after it */
  WA__PRIVATE(
    size_t max;
    int fd;
    bool ended, skipping, reading, filled; /* filled: the latest read had all it could hold */
    char *buffer;
    size_t begin, scanned, end, capacity;
  )
} wa_lines;
/** Begins with the lines of fd. max: the longest line in bytes; 0: 65536. */
void wa_lines_init(wa_lines *lines, int fd, size_t max);
/** Reads the next line. 1: lines->line has it, without its line feed (and carriage return), ended by a 0 byte, and valid until
 * the next call. 0: the stream has ended; its last line need not have a line feed. Errors are those of wa_read, and
 * WA_ENOMEM. WA_EMISUSE also for a line that is too long (lines->overrun), and while another task waits for the next line.
 * A cancelled wait loses nothing. Suspends. */
int wa_lines_next(wa_lines *lines);
/** Frees the buffer, and leaves the descriptor open. Refused (wa_error_text) while a task waits for the next line; a task that was
 * ended without clean-up in such a wait counts for ever. */
void wa_lines_close(wa_lines *lines);

/** A task that lets somebody outside see and cancel this program's tasks: it reads commands from descriptor `in`, one a
 * line, and answers on `out` (the same, if it is a socket), until `in` ends or the task is cancelled.
 *     list                     a line for each unfinished task: its name, what it does, where it waits
 *     cancel NAME [REASON]     every task of that name; in double quotes one with spaces, or called all, or as it was listed
 *     cancel all [REASON]      every task but this one: the main task too, so the program ends
 * REASON is the rest of the line as it stands, with any quotes.
 * Each command is answered by a line "ok N" (the number of tasks) or "error WHY". Task names are those of wa_spawn_with, listed
 * with C's escapes for quotes, backslashes and control characters. When an answer can't be written within a second, no more
 * answers are written, but commands are still obeyed. The caller owns a reference, and cancels the task when the
 * program is to end. NULL without memory. */
wa_task *wa_control(int in, int out);

/** Closes fd, and ends every wait for it with WA_ECLOSED. Use this, not close(2): the runtime remembers what kind of
 * descriptor a number is. Does not suspend; works outside of tasks, too. */
int wa_close(int fd);

/* ---- reports: nothing is silent ------------------------------------------------------------------------- */

/** What is reported. */
typedef enum wa_report_kind {
  WA_REPORT_SWALLOWED = 1,  /**< a task got WA_ECANCELED and ends as if nothing had been; wa_done is still false, and wa_status
                               WA_EPENDING (in the small library it is the end's already) */
  WA_REPORT_STALLED,        /**< a step of the task ran longer than stall_after without an await; with a count above 1, it was
                               one of that many steps, the task's the last (`debug` finds the one) */
  WA_REPORT_UNGRACEFUL,     /**< a task still runs when the grace after its cancellation is over */
  WA_REPORT_UNSEEN,         /**< a task or another future failed and was released, and nobody looked at its error;
                               not for a wa_fd_watch that wa_close ended. The text has what wa_result has (not in the small
                               library) */
  WA_REPORT_STACK,          /**< a task overflowed its stack */
  WA_REPORT_TRAP,           /**< a task hit a trap */
  WA_REPORT_DEADLOCK,       /**< as WA_EDEADLOCK; `count` tasks are left; the text says where (not in the small library) */
  WA_REPORT_SHUTDOWN        /**< the main task ended and `count` others had not */
} wa_report_kind;
/** One report. */
typedef struct wa_report {
  wa_report_kind kind;/**< what happened */
  wa_task *task;      /**< borrowed; NULL for the last two kinds, for a future that is no task, and for a trap of a listener that no
                           task's doing has called */
  const char *site;   /**< the await concerned, "file.c:12", or "". For a stall, the await that ended the step, or the one before
                         if the task has ended */
  wa_time age;        /**< how long ago the cancellation was asked for, or how long the step ran */
  int status;         /**< the task's, if it has ended; else WA_EPENDING. For the last two kinds 0. */
  uint32_t count;     /**< how many, where the report is about several */
  const char *text;   /**< the whole, as one sentence */
} wa_report;
/** loop.set_exception_handler: listener hears every report from now on, in place of the one before. NULL: each report goes to
 * stderr as a line (the default outside JavaScript), except WA_REPORT_SHUTDOWN. The report is valid during the call. listener must
 * not suspend. One that traps hears no more: the host that recovers the program does, from the report of that trap on. */
void wa_on_report(void (*listener)(const wa_report *report, void *ctx), void *ctx);

/* ---- traces: what happened when -------------------------------------------------------------------------- */

/** What happens to a task. */
typedef enum wa_trace_kind {
  WA_TRACE_SPAWN = 1, /**< made, by task `by` */
  WA_TRACE_RUN,       /**< a step of it begins */
  WA_TRACE_YIELD,     /**< the step is over, and the task is ready again: wa_yield, wa_checkpoint, at `site` */
  WA_TRACE_WAIT,      /**< the step is over, and the task waits, at `site` */
  WA_TRACE_WAKE,      /**< the wait is over, ended by task `by`: the task is ready */
  WA_TRACE_CANCEL,    /**< asked to stop, by task `by` */
  WA_TRACE_CLEANUP,   /**< the await at `site` told the task to stop: what it does from here on is its clean-up */
  WA_TRACE_END        /**< over, with `status` */
} wa_trace_kind;
/** One event of a task. */
typedef struct wa_trace_record {
  wa_time time;       /**< on the runtime's clock */
  uint32_t task;      /**< the task's number: 1 is the first task of the runtime */
  uint32_t by;        /**< the number of the task that did it; 0: the loop, or the host */
  wa_trace_kind kind; /**< what happened */
  int status;         /**< of an end; else WA_EPENDING */
  const char *name;   /**< the task's */
  const char *site;   /**< "file.c:12"; "" where there is none */
} wa_trace_record;
/** Records events from now on, and keeps the latest `capacity` (1 to 16,777,216) that nobody has read. Replaces a running
 * recording. Meanwhile the clock is looked at after every step. WA_EMISUSE, WA_ENOMEM. */
int wa_trace_start(size_t capacity);
/** Moves up to max events into out, the oldest first, and returns how many. name and site are valid until the next event. */
size_t wa_trace_read(wa_trace_record *out, size_t max);
/** How many events were overwritten since the start before anybody read them. */
uint32_t wa_trace_lost(void);
/** Ends the recording, and forgets events that were not read. */
void wa_trace_stop(void);

/* ---- private: what the macros and inline functions above need -------------------------------------------- */

typedef struct wa__entry { const char *name; wa_task_fn f; struct wa__entry *next; } wa__entry;
void wa__register(wa__entry *entry);

extern int32_t wa__fuel;         /* checkpoints until the next look at the clock; 1: the very next one looks */
extern const char *wa__site;     /* where the running task is about to wait */
int wa__checkpoint(void);

static __inline__ int wa__checkpoint_at(const char *site) {
  if (__builtin_expect(--wa__fuel > 0, 1)) return WA_OK;
  wa__site = site;
  return wa__checkpoint();
}
static __inline__ int wa_checkpoint(void) { return wa__checkpoint_at(""); }

/* The waits that programs do most: a single call into the runtime, which switches right there, so the program's own frame is
 * all that is saved. Always inline, whatever the optimizer thinks of it: one more frame costs time, and bytes. */
int wa__fiber_await(wa_future *future);
int wa__fiber_sleep(wa_time t);
int wa__fiber_yield(void);
/* The input comes in pieces, and the answer goes into a record of the runtime's: so nothing of it is on the task's C stack,
 * which the task would have to keep while it waits. literal: the name's text never changes, so its address identifies it. */
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
/* The place is noted after the arguments are evaluated: if one of them waits, it notes a place of its own. */
#define WA__SITED(name, parameters, arguments) \
  static __inline__ __attribute__((__always_inline__)) int wa__sited_##name parameters { wa__site = site; return name arguments; }
/* Define WA_NO_SITES before the header, and the waits note no place: wa_site is "", and the waits are not macros. */
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
