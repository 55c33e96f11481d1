// effect: fibers in JavaScript.
import { Deferred, Effect, Fiber, Queue, Semaphore } from 'effect';
import { Crowd, byName, heap, now } from './crowd.mjs';

const settled = Promise.resolve(1);

function* yields(crowd) {
  yield* Effect.yieldNow;
  for (let i = 0; i < crowd.count; i++) yield* Effect.yieldNow;
  crowd.arrive(crowd.count);
}

const deep = (crowd, depth) => Effect.gen(function* () {
  if (depth > 1) return yield* deep(crowd, depth - 1);
  return yield* yields(crowd);
});

function* fork(n, effect) {
  const fibers = [];
  for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(effect));
  yield* Effect.yieldNow;
  return fibers;
}

const crowdOf = (n, count, make) => Effect.gen(function* () {
  const crowd = new Crowd(n, count);
  const fibers = yield* fork(n, make(crowd));
  crowd.start = now();
  yield* Fiber.joinAll(fibers);
  return crowd.answer;
});

const benches = {
  yield: (n, depth, count) => crowdOf(n, count, (crowd) => Effect.gen(() => yields(crowd))),
  'await-depth': (n, depth, count) => crowdOf(n, count, (crowd) => deep(crowd, depth)),

  'spawn-await': (n, depth, count) => Effect.gen(function* () {
    let sum = 0;
    const child = Effect.sync(() => { sum++; });
    const start = now();
    for (let i = 0; i < count; i++) yield* Fiber.join(yield* Effect.forkChild(child));
    return { value: now() - start, check: sum };
  }),

  gather: (n, depth, count) => Effect.gen(function* () {
    let sum = 0;
    const member = Effect.gen(function* () {
      yield* Effect.yieldNow;
      sum++;
    });
    const members = new Array(n).fill(member);
    const start = now();
    for (let i = 0; i < count; i++) yield* Effect.all(members, { concurrency: 'unbounded' });
    return { value: now() - start, check: sum };
  }),

  event: (n, depth, count) => Effect.gen(function* () {
    const crowd = new Crowd(n, count);
    let event = yield* Deferred.make();
    const fibers = yield* fork(n, Effect.gen(function* () {
      for (let i = 0; i < count; i++) yield* Deferred.await(event);
      crowd.arrive(count);
    }));
    crowd.start = now();
    for (let i = 0; i < count; i++) {
      const old = event;
      event = yield* Deferred.make();
      yield* Deferred.succeed(old, undefined);
      yield* Effect.yieldNow;
    }
    yield* Fiber.joinAll(fibers);
    return crowd.answer;
  }),

  lock: (n, depth, count) => crowdOf(n, count, (crowd) => Effect.gen(function* () {
    const lock = (crowd.lock ??= yield* Semaphore.make(1));
    yield* Effect.yieldNow;
    for (let i = 0; i < crowd.count; i++) yield* lock.withPermits(1)(Effect.yieldNow);
    crowd.arrive(crowd.count);
  })),

  queue: (n, depth, count) => Effect.gen(function* () {
    const queue = yield* Queue.bounded(1);
    let check = 0;
    const start = now();
    const producer = yield* Effect.forkChild(Effect.gen(function* () {
      for (let i = 0; i < count; i++) yield* Queue.offer(queue, queue);
    }));
    for (let i = 0; i < count; i++) check += (yield* Queue.take(queue)) === queue;
    yield* Fiber.join(producer);
    return { value: now() - start, check };
  }),

  cancel: (n, depth, count) => Effect.gen(function* () {
    let value = 0;
    let check = 0;
    let held = 0;
    const parked = Effect.suspend(() => {
      held++;
      return Effect.ensuring(Effect.sleep(3_600_000), Effect.sync(() => {
        held--;
        check++;
      }));
    });
    for (let i = 0; i < count; i++) {
      const fibers = yield* fork(n, parked);
      const start = now();
      yield* Fiber.interruptAll(fibers);
      value += now() - start;
    }
    return { value, check: check - held };
  }),

  timeout: (n, depth, count) => Effect.gen(function* () {
    let check = 0;
    const body = Effect.sync(() => { check++; });
    const start = now();
    for (let i = 0; i < count; i++) yield* Effect.timeout(body, 10_000);
    return { value: now() - start, check };
  }),

  promise: (n, depth, count) => crowdOf(n, count, (crowd) => Effect.gen(function* () {
    const promise = Effect.promise(() => settled);
    let sum = 0;
    yield* Effect.yieldNow;
    for (let i = 0; i < crowd.count; i++) sum += yield* promise;
    crowd.arrive(sum);
  })),

  memory: (n) => Effect.gen(function* () {
    const before = heap();
    const fibers = yield* fork(n, Effect.sleep(3_600_000));
    const value = heap() - before;
    yield* Fiber.interruptAll(fibers);
    return { value, check: fibers.length };
  }),
};

export default () => {
  const run = byName(benches);
  return (...job) => Effect.runPromise(run(...job));
};
