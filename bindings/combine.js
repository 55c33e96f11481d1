/* asyncio's combinators over tasks, promises and each other. The rules are asyncio's: each function here is
 * CPython's of the same name in its own words. A promise can't be stopped: cancelling one gives up waiting for it. */
import { Deadline } from './deadline.js';
import { TimeoutError, expect, expectTime, show } from './errors.js';
import { Future, cancelledError, futureOf } from './future.js';

/** A future that closing the runtime cancels. stop(reason): what cancelling means, true if it changed anything. */
export class Combined extends Future {
  constructor(core, stop) {
    super(core.reports);
    this.stop = stop;
    core.x; // refuses if nothing can be called now
    core.open.add(this);
    this._watch(() => core.open.delete(this));
  }
  cancel(reason) { return !this.done && (this.stop ? this.stop(reason) : super.cancel(reason)); }
}

function listOf(items, verb) {
  expect(typeof items?.[Symbol.iterator] === 'function' && typeof items !== 'string',
    `${verb} takes an array of tasks and promises, not ${show(items)}`);
  return [...items];
}

// The items once each, in order, with their futures.
function distinct(items, verb) {
  const futures = new Map();
  for (const item of listOf(items, verb)) {
    if (!futures.has(item)) futures.set(item, futureOf(item, `a member of ${verb}`));
  }
  return futures;
}

export function gather(core, items, { collect = false } = {}) {
  const list = listOf(items, 'gather');
  const futures = distinct(list, 'gather');
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
      if (!collect) return future._look();
      return future._resolved
        ? { status: 'fulfilled', value: future._look() } : { status: 'rejected', reason: future._look() };
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
  first: () => true,
  error: (future) => future._failed,
  all: () => false,
};

export function wait(core, items, { when = 'all', timeout } = {}) {
  const futures = distinct(items, 'wait');
  expect(futures.size > 0, 'wait: there is nothing to wait for');
  expect(Object.hasOwn(whens, when), `wait: when must be 'first', 'error' or 'all', not ${show(when)}`);
  expectTime(timeout, 'wait: timeout');
  const outer = new Combined(core);
  let left = futures.size;
  const finish = () => {
    const done = [], pending = [];
    for (const [item, future] of futures) (future.done ? done : pending).push(item);
    outer._resolve({ done, pending });
  };
  const watcher = (future) => { if (--left === 0 || whens[when](future)) finish(); };
  const deadline = new Deadline(core, timeout, finish);
  for (const future of futures.values()) future._watch(watcher);
  outer._watch(() => {
    deadline.cancel();
    for (const future of futures.values()) future._unwatch(watcher);
  });
  return outer;
}

export function waitFor(core, item, timeout) {
  expectTime(timeout, 'waitFor: timeout');
  const inner = futureOf(item, 'what waitFor waits for');
  let late, asked = false;
  const outer = new Combined(core, (reason) => {
    const stopped = inner.cancel(reason);
    asked ||= stopped;
    return stopped;
  });
  const passed = () => {
    late = new TimeoutError(`not done within ${timeout} ms`);
    inner.cancel(late);
  };
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
  const inner = futureOf(item, 'what shield protects');
  if (inner.done) return inner;
  const outer = new Combined(core);
  const watcher = () => outer._follow(inner);
  inner._watch(watcher);
  outer._watch(() => inner._unwatch(watcher));
  return outer;
}

/** Hands the items out as they end. */
export function asCompleted(core, items, { timeout } = {}) {
  const futures = distinct(items, 'asCompleted');
  expectTime(timeout, 'asCompleted: timeout');
  const ready = [], takers = [];
  const all = new Combined(core); // done: no more will come, by the end, by the deadline or because it was given up
  let left = futures.size;
  const serve = () => {
    while (takers.length > 0 && (ready.length > 0 || all.done)) {
      const taker = takers.shift();
      if (ready.length > 0) taker.resolve({ value: ready.shift(), done: false });
      else if (all._resolved) taker.resolve({ value: undefined, done: true });
      else taker.reject(all._look());
    }
  };
  const deadline = new Deadline(core, timeout, () => all._fail(new TimeoutError(`not done within ${timeout} ms`)));
  const watchers = [...futures].map(([item, future]) => [future, () => {
    ready.push(item);
    if (--left === 0) all._resolve();
    serve();
  }]);
  all._watch(() => {
    deadline.cancel();
    for (const [future, watcher] of watchers) future._unwatch(watcher);
    serve();
  });
  if (left === 0) all._resolve();
  for (const [future, watcher] of watchers) future._watch(watcher);
  return {
    [Symbol.asyncIterator]() { return this; },
    next: () => new Promise((resolve, reject) => {
      takers.push({ resolve, reject });
      serve();
    }),
    return: async () => {
      all._resolve();
      return { value: undefined, done: true };
    },
  };
}
