/* asyncio's combinators over tasks, promises and each other. The rules are asyncio's: each function here is
 * CPython's of the same name in its own words. A promise can't be stopped: cancelling one gives up waiting for it. */
import { signalled } from './cause.js';
import { queueMicrotask } from './clock.js';
import { Deadline } from './deadline.js';
import { cancelledError, lateError, must, need, options } from './errors.js';
import { Future, checkAwaitable, futureOf, stop, tellAfter } from './future.js';
import { join, leave } from './signals.js';

/** A future that closing the runtime cancels. onCancel(reason): what cancelling means, true if it changed anything. */
export class Combined extends Future {
  #core;
  #onCancel;

  constructor(core, onCancel = (reason) => super.cancel(reason)) {
    super(core.reports);
    this.#core = core;
    this.#onCancel = onCancel;
    core.x; // refuses if nothing can be called now
    core.open.add(this);
    this._watch(() => core.over(this));
  }
  cancel(reason) {
    if (this._tooLateToCancel()) return false;
    this.#core.x; // refuses before anything has changed
    return this.#onCancel(reason);
  }

  /** The promise of a scope's body: that of run(), which is not called if `signal` has aborted already. Without run, the body
   * is a block, whose promise the function resolves that goes to takeLeave. An abort of `signal` stops the scope. */
  _body(signal, run, takeLeave) {
    this._watch(() => { if (this.#core.dead) this.#onCancel(this._outcome, this._outcome); });
    const aborted = this.#orNone(() => this.#limit(signal));
    return new Promise((resolve, reject) => {
      takeLeave(resolve);
      if (run) aborted ? reject(aborted.value) : resolve(run());
      if (aborted) this._stop(aborted);
    });
  }
  // From now on. Why not, if it has aborted already.
  #limit(signal) {
    if (signal?.aborted) return signalled(signal);
    if (!signal) return;
    join(signal, this);
    this._watch(() => leave(signal, this));
  }
  _stop(cause) {
    if (this.done || this.#core.dead) return;
    if (this.#core.busy) queueMicrotask(() => this._stop(cause));
    else this.#onCancel(cause.value, cause.value); // the error is the signal's own reason
  }

  /** Until its own end, hears of theirs: each, and that all have ended, which none have at once. */
  _over(futures, each, all) {
    let left = futures.size;
    const ended = (future) => {
      each(future, --left);
      if (left === 0) all?.();
    };
    if (left === 0) all();
    futures.forEach((future) => future._watch(ended));
    this._watch(() => futures.forEach((future) => {
      future._unwatch(ended);
      future._giveUp?.();
    }));
  }

  /** Calls passed() after so long, if it has not ended before. */
  _within(ms, passed) {
    const deadline = this.#orNone(() => new Deadline(this.#core, ms, passed));
    this._watch(() => deadline.cancel());
    return deadline;
  }

  // Where f fails, by a lack of memory or a signal that takes no listener, there is to be no combinator.
  #orNone(f) {
    try {
      return f();
    } catch (error) {
      this._seen();
      this._fail(error);
      throw error;
    }
  }
}

/** The items, which may be an iterator's. */
function listed(items, verb) {
  const iterable = typeof items === 'object' && typeof items?.[Symbol.iterator] === 'function';
  must(iterable, verb, 'given an array of tasks and promises', items);
  return [...items];
}

/** The items once each, in order, with their futures. All are looked at first: whoever is refused has touched no promise. */
function distinct(core, items, verb) {
  core.x;
  const list = listed(items, verb);
  for (const item of list) checkAwaitable(item, `a member of ${verb}`);
  const futures = new Map();
  for (const item of list) if (!futures.has(item)) futures.set(item, futureOf(item));
  return futures;
}

export function gather(core, items, given) {
  const { collect } = options('gather', given);
  const list = listed(items, 'gather');
  const futures = distinct(core, list, 'gather');
  let passedOn; // the latest cancellation
  const outer = new Combined(core, (reason) => {
    const before = passedOn;
    // First: what it cancels may end at once. Not anew for the same: it may be reached by very many ways.
    if (!passedOn || passedOn.reason !== reason) passedOn = { reason, error: cancelledError(reason) };
    let stopped = false;
    tellAfter(() => {
      for (const item of list) stopped = stop(futures.get(item), reason) || stopped; // who is there twice is asked twice
    });
    if (!stopped) passedOn = before;
    return stopped;
  });
  futures.forEach((future) => future._seen()); // here, or by what this fails with
  outer._over(futures, (future) => {
    if (!collect && !future._resolved) outer._follow(future);
  }, () => {
    if (passedOn) return outer._fail(passedOn.error, true);
    outer._resolve(list.map((item) => {
      const future = futures.get(item);
      const value = future._outcome;
      if (!collect) return value;
      return future._resolved ? { status: 'fulfilled', value } : { status: 'rejected', reason: value };
    }));
  });
  return outer;
}

// What ends in this turn, and promises that are settled already, have ended before a deadline that passes in it.
const afterThis = queueMicrotask;

const whens = {
  __proto__: null,
  first: () => true,
  error: (future, left) => left && future._failed && (future._seen(), true), // CPython doesn't look at the last
  all: () => false,
};

export function wait(core, items, given) {
  const { when = 'all', timeout } = options('wait', given, { timeout: 'time' });
  must(typeof when === 'string' && whens[when], 'wait: when', "'first', 'error' or 'all'", when);
  const futures = distinct(core, items, 'wait');
  must(futures.size, 'wait', 'given something to wait for', items);
  const outer = new Combined(core);
  const those = (done) => [...futures.keys()].filter((item) => futures.get(item).done === done);
  let finishing = false;
  const finish = () => {
    if (finishing) return;
    finishing = true;
    afterThis(() => outer._resolve({ done: those(true), pending: those(false) }));
  };
  outer._within(timeout, finish);
  outer._over(futures, (future, left) => { if (whens[when](future, left)) finish(); }, finish);
  return outer;
}

export function waitFor(core, item, ms = Infinity) {
  need('time', 'waitFor: ms', ms);
  core.x;
  const inner = futureOf(item, 'waitFor: what it waits for');
  let expiry, fromOutside; // the deadline's error; whether a cancellation of this one was passed on
  const outer = new Combined(core, (reason) => {
    // If it has been asked already, only its end is missing; if it has ended, only the news of it.
    if (ms === 0 || inner.done) return outer._fail(cancelledError(reason), true);
    const stopped = stop(inner, reason);
    fromOutside ||= stopped;
    return stopped;
  });
  const passed = () => stop(inner, expiry = lateError(ms));
  inner._watch(() => {
    if (expiry && inner.cancelled && !inner._failed && !fromOutside) outer._fail(expiry);
    else outer._follow(inner);
  });
  if (outer.done) return outer;
  if (ms === 0 && inner === item) passed();
  else outer._within(ms, () => afterThis(passed));
  return outer;
}

export function shield(core, item) {
  core.x;
  const inner = futureOf(item, 'shield: what it protects');
  if (inner.done) return inner;
  const outer = new Combined(core);
  outer._over(new Set([inner]), (future) => outer._follow(future));
  return outer;
}

/** Hands the items out as they end. */
export function asCompleted(core, items, given) {
  const { timeout } = options('asCompleted', given, { timeout: 'time' });
  const futures = distinct(core, items, 'asCompleted');
  let ready = [], next = 0; // next: what was handed out leaves when all was
  let left = futures.size; // what was not asked for yet: so often does the deadline's error come, as in asyncio, and not for ever
  const all = new Combined(core); // done: no more will come, by the end, by the deadline or because it was given up
  all._seen(); // its error is for who asks for more
  let news = new Future(null);
  const tell = () => {
    news._resolve();
    news = new Future(null);
  };
  all._watch(tell);
  all._within(timeout, () => afterThis(() => all._fail(lateError(timeout))));
  all._over(futures, (future) => {
    ready.push(future._item ?? future);
    tell();
  }, () => all._resolve());
  return {
    [Symbol.asyncIterator]() { return this; },
    async next() {
      if (!left) return { value: undefined, done: true };
      left--;
      while (!ready.length && !all.done) await news;
      if (ready.length) {
        const value = ready[next++];
        if (next === ready.length) ready = [], next = 0;
        return { value, done: false };
      }
      return { value: await all, done: true };
    },
    async return() {
      if (!all.done) core.x; // refuses before anything has changed
      ready.length = next = left = 0;
      return { value: void all._resolve(), done: true };
    },
  };
}
