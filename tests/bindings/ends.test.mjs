// A listener of C's that traps in the middle of something: the task that runs ends, and what was under way is finished.
import assert from 'node:assert/strict';
import { TrapError } from '../../bindings/index.js';
import { errorOf, onBoth, settle } from './setup.mjs';

onBoth('ends', (test) => {
  for (const name of ['awaiting', 'waiting', 'iterating', 'grouping', 'waiting_for']) {
    test(`a trap while another task is discarded, ${name}: it ends all the same`, {}, async (rt) => {
      assert.equal(await rt.spawn(name), 0);
    });
  }

  test('a trap as a task ends that was spawned eagerly: it ends all the same', {}, async (rt) => {
    assert.ok(await errorOf(rt.spawn('spawns')) instanceof TrapError);
    assert.equal(rt.counts().tasks, 0);
    assert.equal(await rt.spawn('child_status'), 5);
  });

  test('a trap as a gather of gathers is released: the rest goes too', {}, async (rt) => {
    const bytes = [];
    for (let i = 0; i < 3; i++) {
      assert.ok(await errorOf(rt.spawn('gathers')) instanceof TrapError);
      await rt.spawn('nothing');
      bytes.push(rt.counts().bytes);
    }
    assert.deepEqual(bytes, Array(3).fill(bytes[0]));
  });

  test('a report that there is no memory for leaves no handle', { host: { none: () => 1 } }, async (rt, { reports }) => {
    for (let operations = 10; operations <= 20; operations++) await rt.spawn('reports', operations);
    assert.ok(reports.length > 0 && reports.length < 11, `${reports.length} were told`);
  });

  test('a wait for an operation without memory for its frames: the host hears that nobody waits', {
    host: {
      never: (_, { signal }) => new Promise((_done, fail) => { signal.addEventListener('abort', () => fail(signal.reason)); }),
    },
  }, async (rt) => {
    for (let allocations = 0; allocations < 4; allocations++) {
      await rt.spawn('asks', allocations).catch(({ name }) => assert.equal(name, 'TimeoutError')); // there was enough
      await settle(3);
      assert.equal(rt.counts().operations, 0, `${allocations} allocations`);
    }
  });
}, 'ends', ['-Wl,--wrap=wa__alloc', '-Wno-unused-command-line-argument']);
