/* A result that comes once and that can be cancelled: what tasks and combinators have in common. It is awaited like
 * a promise, and unlike a promise it can be asked (done, cancelled) and stopped (cancel). Those who watch it hear of
 * its end at once, in the order they came; those who await it, as promises do. */
import { queueMicrotask } from './clock.js';
import { CancelledError, cancelledError, isA, misuse, must } from './errors.js';

const RESOLVED = 0, FAILED = 1, CANCELLED = 2, PENDING = 3;
export const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
export const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

// Who watches one that ends hears of it before those who watch what ends by that, as asyncio's call_soon has it.
let telling;
/** Calls f. Those who watch what ends by it hear of that when f has returned: f may ask many to stop, and the end of one must not
 * end another before that one is asked. */
export function tellAfter(f) {
  if (telling) return f();
  telling = [];
  try {
    return f();
  } finally {
    try {
      for (const [of, those] of telling) for (const watcher of those) watcher(of);
    } finally { telling = undefined; }
  }
}

// What cancelled futures and signals have given as errors, of whatever class: a signal's reason is the signal's own. Of what is no
// object, the latest few, and when each came.
const cancellations = new WeakSet(), primitives = new Map();
let count = 0;
export const cancels = (error) => {
  if (Object(error) === error) return void cancellations.add(error);
  primitives.delete(error);
  primitives.set(error, ++count);
  if (primitives.size > 16) primitives.delete(primitives.keys().next().value);
};
/** What tells cancellations from failures from now on: a text may be anybody's, so of such only what comes later counts. */
export function cancellationsFromNow() {
  const since = count;
  return (error) => cancellations.has(error) || primitives.get(error) > since || isA(CancelledError, error);
}

export class Future {
  #state = PENDING;
  #value;
  #promise;
  #ends; // the promise's, by state
  #watchers;
  #late = false; // cancelled by its own deadline: a failure for those who wait
  #reports; // until somebody has looked
  #unseen; // an error that nobody looked at: takes the report of it back
  _item; // the promise that it stands for

  /** reports: who is told of an error that nobody looks at; null: nobody. */
  constructor(reports = misuse('a Future comes from a runtime\'s calls, not from new')) { this.#reports = reports; }

  get done() { return this.#state < PENDING; }
  get cancelled() { return this.#state === CANCELLED; }
  get [Symbol.toStringTag]() { return 'Future'; }

  then(onValue, onError) { return this.#native().then(onValue, onError); }
  catch(onError) { return this.#native().catch(onError); }
  finally(onEnd) { return this.#native().finally(onEnd); }

  /** Asks for the end. true if that changed anything. */
  cancel(reason) { return !this._tooLateToCancel() && this._fail(cancelledError(reason), true); }
  /** Whoever cancels one that has ended wants to hear nothing of its error. */
  _tooLateToCancel() {
    if (this.done) this._seen();
    return this.done;
  }

  [dispose]() {
    if (!this.done) this.cancel(new CancelledError('its block was left')); // an error: who hands it on rejects with it
  }
  /** Of the end, only a cancellation is expected. */
  async [asyncDispose]() {
    if (this.done) return;
    this[dispose]();
    await this.catch((error) => { if (!this.cancelled) throw error; });
  }

  _resolve(value) { return this.#settle(RESOLVED, value); }
  _fail(error, cancelled, late = false) {
    if (this.done) return false;
    this.#late = late;
    if (cancelled && !late) cancels(error);
    return this.#settle(cancelled ? CANCELLED : FAILED, error);
  }
  /** Ends as another future, which is done, did. */
  _follow(other) { return this.#settle(other._failed ? FAILED : other.#state, other._look()); }

  /** The value, or the error. */
  _look() {
    this._seen();
    return this.#value;
  }
  get _outcome() { return this.#value; }
  get _failed() { return this.#state === FAILED || this.#late; }
  get _resolved() { return this.#state === RESOLVED; }

  /** Calls watcher(this) at the end; at once if this is the past. */
  _watch(watcher) {
    if (this.done) watcher(this);
    else (this.#watchers ??= new Set()).add(watcher);
  }
  _unwatch(watcher) { this.#watchers?.delete(watcher); }

  /** Somebody has, or will have, the error. */
  _seen() {
    this.#reports = undefined;
    this.#unseen?.();
  }

  #settle(state, value) {
    if (this.done) return false;
    this.#state = state;
    this.#value = value;
    if (this._failed) this.#unseen = this.#reports?.expectLook(this, value);
    this.#ends?.[state](value);
    const watchers = this.#watchers;
    this.#watchers = undefined;
    if (watchers) tellAfter(() => telling.push([this, watchers]));
    return true;
  }

  // The promise is made for the first who asks: a future that nobody awaits has no unhandled rejection.
  #native() {
    this._seen();
    return this.#promise ??= new Promise((resolve, reject) => {
      this.#ends = [resolve, reject, reject];
      this.#ends[this.#state]?.(this.#value);
    });
  }
}

/** Asks the future to end. In the middle of a call from another runtime's wasm one of that runtime must wait to be told. */
export function stop(future, why) {
  try { return future.cancel(why); } catch { queueMicrotask(() => stop(future, why)); }
  return true;
}

// One whose `then` can't even be read is: it fails.
export const isThenable = (item) => {
  try { return typeof item?.then === 'function'; } catch { return true; }
};

export function checkAwaitable(item, what) {
  must(item instanceof Future || isThenable(item), what, 'a task or a promise', item);
}

/** The future itself, or one for a promise. Cancelling the latter gives up the wait: a promise can't be stopped. One that rejects
 * because something was cancelled is cancelled, as a coroutine is by what it awaits. */
export function futureOf(item, what) {
  if (item instanceof Future) return item;
  checkAwaitable(item, what);
  const future = new Future(null);
  const isCancellation = cancellationsFromNow();
  future._item = item;
  let waits = future; // one that has ended, or of which nobody wants to hear, is not kept by a promise that never does
  future._giveUp = () => { waits = undefined; };
  future._watch(future._giveUp);
  Promise.resolve(item).then((value) => waits?._resolve(value), (error) => waits?._fail(error, isCancellation(error)));
  return future;
}
