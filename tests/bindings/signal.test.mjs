// AbortSignal: when it aborts, what it aborts, with which reason, and that nothing stays on it.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { TimeoutError } from '../../bindings/index.js';
import { errorOf, onBoth, run } from './setup.mjs';

const listeners = (signal) => getEventListeners(signal, 'abort').length;

onBoth('signal', (test) => {
  test('aborted before spawn: the body never runs', {}, async (rt) => {
    const before = rt.exports.step_count();
    const reason = new Error('too late');
    for (const eager of [false, true]) {
      const task = rt.spawn('sleeper', 1, { signal: AbortSignal.abort(reason), eager });
      assert.equal(await errorOf(task), reason);
      assert.deepEqual([task.cancelled, task.status, task.reason], [true, -1, reason]);
    }
    assert.equal(rt.exports.step_count(), before);
    for (const timeout of [0, 5]) {
      const task = rt.spawn('sleeper', 1, { signal: AbortSignal.abort('first'), timeout });
      assert.equal(await errorOf(task), 'first');
    }
  });

  test('aborted during the first turn, while parked, after the end', {}, async (rt) => {
    const first = new AbortController();
    const early = rt.spawn('sleeper', 1, { signal: first.signal });
    first.abort('early');
    assert.equal(await errorOf(early), 'early');

    const second = new AbortController();
    const parked = rt.spawn('reason', '', { signal: second.signal });
    await rt.spawn('plain');
    assert.equal(parked.state, 'waiting');
    second.abort('parked');
    assert.equal(await errorOf(parked), 'parked');

    const third = new AbortController();
    const done = rt.spawn('echo', 'done', { signal: third.signal });
    assert.equal(await done, 'done');
    assert.equal(listeners(third.signal), 0);
    third.abort();
    assert.deepEqual([await done, done.cancelled], ['done', false]);
  });

  test('a reason of any type comes back as it is', {}, async (rt) => {
    for (const reason of [null, '', 0, 'text', Symbol('s'), { a: 1 }, new TypeError('t')]) {
      const controller = new AbortController();
      const task = rt.spawn('sleeper', 1e9, { signal: controller.signal });
      await rt.spawn('plain');
      controller.abort(reason);
      assert.equal(await errorOf(task), reason);
    }
    const controller = new AbortController();
    const task = rt.spawn('sleeper', 1e9, { signal: controller.signal });
    controller.abort();
    const error = await errorOf(task);
    assert.equal(error, controller.signal.reason);
    assert.equal(error.name, 'AbortError');
  });

  test('a reason that cannot be read: what that throws is the reason', {}, async (rt) => {
    const unreadable = new Error('not for you');
    const controller = new AbortController();
    const { signal } = controller;
    Object.defineProperty(signal, 'reason', { get() { throw unreadable; } });
    const tasks = [1, 2].map(() => rt.spawn('sleeper', 1e9, { signal }));
    await rt.spawn('plain');
    controller.abort();
    tasks.push(rt.spawn('sleeper', 1e9, { signal }), rt.group(() => rt.spawn('sleeper', 1e9), { signal }));
    for (const task of tasks) assert.equal(await errorOf(task), unreadable);
  });

  test('AbortSignal.timeout and AbortSignal.any', { clock: 'real' }, async (rt) => {
    const error = await errorOf(rt.spawn('sleeper', 1e6, { signal: AbortSignal.timeout(10) }));
    assert.deepEqual([error.name, error instanceof TimeoutError], ['TimeoutError', false]);
    const controller = new AbortController();
    const any = AbortSignal.any([controller.signal, AbortSignal.timeout(1e6)]);
    const task = rt.spawn('sleeper', 1e6, { signal: any });
    await rt.spawn('plain');
    controller.abort('any');
    assert.equal(await errorOf(task), 'any');
  });

  test('the first of signal, timeout and cancel decides', {}, async (rt) => {
    const controller = new AbortController();
    const task = rt.spawn('sleeper', 1e9, { signal: controller.signal, timeout: 50 });
    assert.ok(await errorOf(task) instanceof TimeoutError);
    assert.equal(listeners(controller.signal), 0);
    const other = rt.spawn('sleeper', 1e9, { signal: controller.signal, timeout: 50 });
    other.cancel('by hand');
    assert.equal((await errorOf(other)).reason, 'by hand');
  });

  test('one signal of many tasks has one listener, and reaches them in the order of their spawn', {}, async (rt) => {
    const controller = new AbortController();
    const order = [];
    const tasks = Array.from({ length: 20 }, (_, i) => {
      const task = rt.spawn('sleeper', 1e9, { signal: controller.signal });
      task.catch(() => order.push(i));
      return task;
    });
    assert.equal(listeners(controller.signal), 1);
    tasks[3].cancel();
    await errorOf(tasks[3]);
    assert.equal(listeners(controller.signal), 1);
    controller.abort();
    await rt.gather(tasks, { collect: true });
    assert.deepEqual(order, [3, ...[...tasks.keys()].filter((i) => i !== 3)]);
    assert.equal(listeners(controller.signal), 0);
  });

  test('an abort inside of an import waits until the wasm is back', {
    imports: { test: { probe: () => { inner.abort('from an import'); return 5; }, missing() {} } },
  }, async (rt, { context }) => {
    context.mock.method(globalThis, 'queueMicrotask', () => {}); // fake timers have one, too
    inner = new AbortController();
    const task = rt.spawn('sleeper', 1e9, { signal: inner.signal });
    assert.equal(await rt.spawn('call_import', 1), 5);
    assert.equal(await errorOf(task), 'from an import');
  });
});
let inner;

onBoth('signal: 100,000 tasks', (test) => {
  // In a process of its own: the test runner's bookkeeping of promises costs more than all else.
  test('one abort cancels all that sleep; nothing is left, and a second round needs no more memory', {}, async (_, {
    path, context,
  }) => {
    const n = 100_000;
    const rounds = JSON.parse(await run(path, `
      import { getEventListeners } from 'node:events';
      const warnings = [];
      process.on('warning', ({ message }) => warnings.push(message));
      const rt = await load(path, { stackSize: 2048 });
      const n = ${n};
      const rounds = [];
      for (let round = 1; round <= 2; round++) {
        const controller = new AbortController();
        const { signal } = controller;
        const reason = new Error('all of you');
        const cleanups = rt.exports.cleanup_count();
        const tasks = Array.from({ length: n }, () => rt.spawn('sleeper', 1e9, { signal }));
        const ends = tasks.map((task) => task.catch((error) => error));
        while (rt.exports.step_count() < round * n) await new Promise((resolve) => { setTimeout(resolve, 1); });
        const sleeping = rt.counts().tasks;
        const listeners = getEventListeners(signal, 'abort').length;
        const start = performance.now();
        controller.abort(reason);
        const errors = await Promise.all(ends);
        rounds.push({
          ms: performance.now() - start, sleeping, listeners,
          cancelled: tasks.filter((task) => task.status === -1 && task.cancelled).length,
          sameReason: errors.filter((error) => error === reason).length,
          cleanups: rt.exports.cleanup_count() - cleanups,
          left: getEventListeners(signal, 'abort').length,
          counts: rt.counts(),
          memory: rt.memory.buffer.byteLength,
          warnings,
        });
      }
      console.log(JSON.stringify(rounds));
    `));
    for (const { ms, counts: { bytes, ...alive }, memory, ...round } of rounds) {
      context.diagnostic(`${n} tasks cancelled in ${Math.round(ms)} ms; ${memory} bytes of memory`);
      assert.deepEqual(round, {
        sleeping: n, listeners: 1, cancelled: n, sameReason: n, cleanups: n, left: 0, warnings: [],
      });
      assert.deepEqual(alive, { tasks: 0, futures: 0, timers: 0, operations: 0, handles: 0, stacks: 0 });
    }
    const some = 1 << 20; // how many events a turn collects, and so the last pages, depends on the time; 10 bytes a task
    assert.ok(rounds[1].memory <= rounds[0].memory + some, `${rounds[0].memory}, then ${rounds[1].memory} bytes`);
  });
});
