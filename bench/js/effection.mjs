// effection: structured concurrency over generators.
import { all, createQueue, run, sleep, spawn, suspend, until, withResolvers } from 'effection';
import { Crowd, byName, heap, now } from './crowd.mjs';

const settled = Promise.resolve(1);

// It has no call of its own to give up the turn; waiting for a promise that is settled does.
const turn = () => until(settled);

function* yields(crowd) {
  yield* turn();
  for (let i = 0; i < crowd.count; i++) yield* turn();
  crowd.arrive(crowd.count);
}

function* deep(crowd, depth) {
  if (depth > 1) return yield* deep(crowd, depth - 1);
  return yield* yields(crowd);
}

function* begin(n, body) {
  const tasks = [];
  for (let i = 0; i < n; i++) tasks.push(yield* spawn(body));
  yield* turn();
  return tasks;
}

function* crowdOf(n, count, body) {
  const crowd = new Crowd(n, count);
  const tasks = yield* begin(n, () => body(crowd));
  crowd.start = now();
  for (const task of tasks) yield* task;
  return crowd.answer;
}

const benches = {
  yield: (n, depth, count) => crowdOf(n, count, yields),
  'await-depth': (n, depth, count) => crowdOf(n, count, (crowd) => deep(crowd, depth)),

  *'spawn-await'(n, depth, count) {
    let sum = 0;
    const child = function* () { sum++; };
    const start = now();
    for (let i = 0; i < count; i++) yield* yield* spawn(child);
    return { value: now() - start, check: sum };
  },

  *gather(n, depth, count) {
    let sum = 0;
    const member = function* () {
      yield* turn();
      sum++;
    };
    const start = now();
    for (let i = 0; i < count; i++) yield* all(Array.from({ length: n }, member));
    return { value: now() - start, check: sum };
  },

  *event(n, depth, count) {
    const crowd = new Crowd(n, count);
    let event = withResolvers();
    const tasks = yield* begin(n, function* () {
      for (let i = 0; i < count; i++) yield* event.operation;
      crowd.arrive(count);
    });
    crowd.start = now();
    for (let i = 0; i < count; i++) {
      const { resolve } = event;
      event = withResolvers();
      resolve();
      yield* turn();
    }
    for (const task of tasks) yield* task;
    return crowd.answer;
  },

  *queue(n, depth, count) {
    const queue = createQueue(); // unbounded: it has no other
    let check = 0;
    const start = now();
    const producer = yield* spawn(function* () {
      for (let i = 0; i < count; i++) {
        queue.add(queue);
        yield* turn();
      }
    });
    for (let i = 0; i < count; i++) check += (yield* queue.next()).value === queue;
    yield* producer;
    return { value: now() - start, check };
  },

  *cancel(n, depth, count) {
    let value = 0;
    let check = 0;
    let held = 0;
    const parked = function* () {
      held++;
      try {
        yield* sleep(3_600_000);
      } finally {
        held--;
        check++;
      }
    };
    for (let i = 0; i < count; i++) {
      let begun;
      const ready = new Promise((resolve) => { begun = resolve; });
      // Halting what they all belong to is its way to stop many.
      const parent = yield* spawn(function* () {
        for (let k = 0; k < n; k++) yield* spawn(parked);
        yield* turn();
        begun();
        yield* suspend();
      });
      yield* until(ready);
      const start = now();
      yield* parent.halt();
      value += now() - start;
    }
    return { value, check: check - held };
  },

  promise: (n, depth, count) => crowdOf(n, count, function* (crowd) {
    let sum = 0;
    yield* turn();
    for (let i = 0; i < crowd.count; i++) sum += yield* until(settled);
    crowd.arrive(sum);
  }),

  *memory(n) {
    const before = heap();
    const tasks = yield* begin(n, () => sleep(3_600_000));
    const value = heap() - before;
    for (const task of tasks) yield* task.halt();
    return { value, check: tasks.length };
  },
};

export default () => {
  const bench = byName(benches);
  return (...job) => run(() => bench(...job));
};
