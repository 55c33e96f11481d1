/* asyncio's combinators over tasks, promises and each other. The rules are asyncio's: each function here is
 * CPython's of the same name in its own words. A promise can't be stopped: cancelling one gives up waiting for it. */
import { Deadline } from './deadline.js';
import { cancelledError, lateError, must, need, options } from './errors.js';
import { Future, futureOf } from './future.js';

/** A future that closing the runtime cancels. stop(reason): what cancelling means, true if it changed anything. */
export class Combined extends Future {
  constructor(core, stop = (reason) => super.cancel(reason)) {
    super(core.reports);
    this.stop = stop;
    core.x; // refuses if nothing can be called now
    core.open.add(this);
    this._watch(() => core.open.delete(this));
  }
  cancel(reason) { return !this.done && this.stop(reason); }
}

/** The items once each, in order, with their futures. */
function distinct(items, verb) {
  must(typeof items === 'object' && items?.[Symbol.iterator], verb, 'given an array of tasks and promises', items);
  const futures = new Map();
  for (const item of items) {
    if (!futures.has(item)) futures.set(item, futureOf(item, `a member of ${verb}`));
  }
  return futures;
}

// Watches all until the outer future is done.
function watchAll(outer, futures, watcher) {
  for (const future of futures.values()) future._watch(watcher);
  outer._watch(() => { for (const future of futures.values()) future._unwatch(watcher); });
}

export function gather(core, items, given) {
  const { collect } = options('gather', given);
  const futures = distinct(items, 'gather');
  const list = [...items];
  let left = futures.size;
  let asked; // the error of a cancellation that was passed on
  const outer = new Combined(core, (reason) => {
    const before = asked;
    asked = cancelledError(reason); // first: what it cancels may end at once
    const stopped = [...futures.values()].filter((future) => future.cancel(reason)).length > 0;
    if (!stopped) asked = before;
    return stopped;
  });
  const finish = () => {
    if (asked) return outer._fail(asked, true);
    outer._resolve(list.map((item) => {
      const future = futures.get(item);
      const value = future._look();
      if (!collect) return value;
      return future._resolved ? { status: 'fulfilled', value } : { status: 'rejected', reason: value };
    }));
  };
  if (left === 0) finish();
  for (const future of futures.values()) {
    future._watch(() => {
      left--;
      if (outer.done) future._seen();
      else if (!collect && !future._resolved) outer._follow(future);
      else if (left === 0) finish();
    });
  }
  return outer;
}

const whens = {
  __proto__: null,
  first: () => true,
  error: (future) => future._failed,
  all: () => false,
};

export function wait(core, items, given) {
  const { when = 'all', timeout } = options('wait', given, { timeout: 'time' });
  const futures = distinct(items, 'wait');
  must(futures.size, 'wait', 'given something to wait for', items);
  must(whens[when], 'wait: when', "'first', 'error' or 'all'", when);
  const outer = new Combined(core);
  let left = futures.size;
  const finish = () => {
    const done = [], pending = [];
    for (const [item, future] of futures) (future.done ? done : pending).push(item);
    outer._resolve({ done, pending });
  };
  const deadline = new Deadline(core, timeout, finish);
  watchAll(outer, futures, (future) => { if (--left === 0 || whens[when](future)) finish(); });
  outer._watch(() => deadline.cancel());
  return outer;
}

export function waitFor(core, item, timeout = Infinity) {
  need('time', 'waitFor: ms', timeout);
  const inner = futureOf(item, 'waitFor: what it waits for');
  let late, asked;
  const outer = new Combined(core, (reason) => {
    const stopped = inner.cancel(reason);
    asked ||= stopped;
    return stopped;
  });
  const passed = () => inner.cancel(late = lateError(timeout));
  const deadline = new Deadline(core, inner.done || timeout === 0 ? undefined : timeout, passed);
  inner._watch(() => {
    deadline.cancel();
    if (late && inner.cancelled && !asked) outer._fail(late);
    else outer._follow(inner);
  });
  if (timeout === 0 && !inner.done) passed();
  return outer;
}

export function shield(core, item) {
  const inner = futureOf(item, 'shield: what it protects');
  if (inner.done) return inner;
  const outer = new Combined(core);
  watchAll(outer, new Map([[item, inner]]), () => outer._follow(inner));
  return outer;
}

/** Hands the items out as they end. */
export function asCompleted(core, items, given) {
  const { timeout } = options('asCompleted', given, { timeout: 'time' });
  const futures = distinct(items, 'asCompleted');
  const ready = [];
  const all = new Combined(core); // done: no more will come, by the end, by the deadline or because it was given up
  let left = futures.size;
  let news = new Future();
  const tell = () => {
    const old = news;
    news = new Future();
    old._resolve();
  };
  const deadline = new Deadline(core, timeout, () => all._fail(lateError(timeout)));
  all._watch(() => {
    deadline.cancel();
    tell();
  });
  const of = new Map([...futures].map(([item, future]) => [future, item]));
  if (left === 0) all._resolve();
  watchAll(all, futures, (future) => {
    ready.push(of.get(future));
    if (--left === 0) all._resolve();
    tell();
  });
  return {
    [Symbol.asyncIterator]() { return this; },
    async next() {
      while (!ready.length && !all.done) await news;
      if (ready.length) return { value: ready.shift(), done: false };
      return { value: await all, done: true };
    },
    async return() {
      return { value: void all._resolve(), done: true };
    },
  };
}
