/* A result that comes once and that can be cancelled: what tasks and combinators have in common. It is awaited like
 * a promise, and unlike a promise it can be asked (done, cancelled) and stopped (cancel). Those who watch it hear of
 * its end at once, in the order they came; those who await it, as promises do. */
import { cancelledError, must } from './errors.js';

const PENDING = 0, RESOLVED = 1, REJECTED = 2;
export const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
export const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
export const left = 'its block was left';

export class Future {
  #state = PENDING;
  #value;
  #promise;
  #resolve;
  #reject;
  #watchers;
  #cancelled = false;
  #reports;
  #looked = false;
  #unseen; // an error that nobody looked at: takes the report of it back

  /** reports: who is told of an error that nobody looks at; without it, nobody is. */
  constructor(reports) { this.#reports = reports; }

  get done() { return this.#state !== PENDING; }
  get cancelled() { return this.#cancelled; }
  get [Symbol.toStringTag]() { return 'Future'; }

  then(onValue, onError) { return this.#native().then(onValue, onError); }
  catch(onError) { return this.#native().catch(onError); }
  finally(onEnd) { return this.#native().finally(onEnd); }

  /** Asks for the end. true if that changed anything. */
  cancel(reason) { return this._fail(cancelledError(reason), true); }

  [dispose]() { this.cancel(left); }
  /** Of the end, only a cancellation is expected. */
  async [asyncDispose]() {
    if (this.done) return;
    this.cancel(left);
    await this.catch((error) => { if (!this.#cancelled) throw error; });
  }

  _resolve(value) { return this.#settle(RESOLVED, value, false); }
  _fail(error, cancelled = false) { return this.#settle(REJECTED, error, cancelled); }

  /** Ends as another future, which is done, did. */
  _follow(other) { return this.#settle(other.#state, other._look(), other.#cancelled); }

  /** The value, or the error. */
  _look() {
    this._seen();
    return this.#value;
  }
  get _outcome() { return this.#value; }
  get _failed() { return this.#state === REJECTED && !this.#cancelled; }
  get _resolved() { return this.#state === RESOLVED; }

  /** Calls watcher(this) at the end; at once if this is the past. */
  _watch(watcher) {
    if (this.done) watcher(this);
    else (this.#watchers ??= new Set()).add(watcher);
  }
  _unwatch(watcher) { this.#watchers?.delete(watcher); }

  /** Somebody has, or will have, the error. */
  _seen() {
    this.#looked = true;
    this.#unseen?.();
    this.#unseen = undefined;
  }

  #settle(state, value, cancelled) {
    if (this.done) return false;
    this.#state = state;
    this.#value = value;
    this.#cancelled = cancelled;
    if (this._failed && !this.#looked) this.#unseen = this.#reports?.expectLook(this, value);
    if (this.#promise) state === RESOLVED ? this.#resolve(value) : this.#reject(value);
    const watchers = this.#watchers;
    this.#watchers = undefined;
    if (watchers) for (const watcher of watchers) watcher(this);
    return true;
  }

  // The promise is made for the first who asks: a future that nobody awaits has no unhandled rejection.
  #native() {
    this._seen();
    return this.#promise ??= new Promise((resolve, reject) => {
      if (this.#state === RESOLVED) resolve(this.#value);
      else if (this.done) reject(this.#value);
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }
}

/** The future itself, or one for a promise. Cancelling the latter gives up the wait: a promise can't be stopped. */
export function futureOf(item, what) {
  if (item instanceof Future) return item;
  must(typeof item?.then === 'function', what, 'a task or a promise', item);
  const future = new Future();
  item.then((value) => future._resolve(value), (error) => future._fail(error));
  return future;
}
