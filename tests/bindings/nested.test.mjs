// Scopes and combinators inside each other: what ends whom, as which kind of end, and who hears of it first.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { CancelledError, GroupError, TimeoutError } from '../../bindings/index.js';
import { errorOf, onBoth } from './setup.mjs';

const rejected = (error) => Promise.reject(error);

onBoth('nested scopes', (test) => {
  test('a deadline around a group is a TimeoutError, whoever of the body hears of it', {}, async (rt) => {
    const error = await errorOf(rt.timeout(10, ({ signal }) => rt.group(async () => {
      await rt.spawn('sleeper', 1e6, { signal });
    })));
    assert.ok(error instanceof TimeoutError);
    const member = await errorOf(rt.timeout(10, ({ signal }) => rt.group(async (group) => {
      await group.spawn('sleeper', 1e6, { signal });
    })));
    assert.ok(member instanceof TimeoutError);
  });

  test('a signal ends a group and its members, and gives its own reason', {}, async (rt) => {
    const controller = new AbortController();
    const before = rt.exports.cleanup_count();
    const group = rt.group(({ spawn }) => { spawn('slow_cleanup', 10); spawn('sleeper', 1e6); }, { signal: controller.signal });
    await rt.spawn('plain');
    const why = new RangeError('enough');
    controller.abort(why);
    assert.equal(await errorOf(group), why);
    assert.equal(group.cancelled, true);
    assert.equal(rt.exports.cleanup_count(), before + 2);
  });

  test('a group that has the signal of the scope around it ends by that deadline', {}, async (rt) => {
    const error = await errorOf(rt.timeout(10, ({ signal }) => rt.group(({ spawn }) => {
      spawn('sleeper', 1e6);
      return 'fine';
    }, { signal })));
    assert.ok(error instanceof TimeoutError);
  });

  test('a scope within a scope', {}, async (rt) => {
    const told = [];
    const error = await errorOf(rt.timeout(10, ({ signal }) => rt.timeout(1e6, async (inner) => {
      try { await rt.spawn('sleeper', 1e6, { signal: inner.signal }); } finally { told.push(inner.expired); }
    }, { signal })));
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual(told, [false]);
  });

  // In a process of its own: what the engine has compiled takes less of its stack.
  const nest = `
    import { load } from '${new URL('../../bindings/index.js', import.meta.url)}';
    const rt = await load(process.argv[2]);
    const task = rt.spawn('sleeper', 1e6);
    const all = [task];
    for (let i = 0; i < process.argv[1]; i++) {
      const inner = all.at(-1);
      all.push(rt.group(({ add }) => { add(inner); }));
    }
    await rt.spawn('plain');
    all.at(-1).cancel('stop');
    const ends = await Promise.allSettled(all);
    console.log(ends.filter(({ reason }) => reason.name === 'CancelledError').length, task.cancelling);`;
  for (const depth of [1000, 1800, 2200, 5000]) {
    test(`a nest of ${depth} groups ends as any does, though the engine's stack does not reach so far`, {}, (_, { path }) => {
      const words = ['--input-type=module', '--eval', nest, String(depth), path];
      assert.equal(execFileSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 }), `${depth + 1} 1\n`);
    });
  }

  test('a body whose signal has aborted before never begins', {}, async (rt) => {
    let begun = 0;
    const signal = AbortSignal.abort('never');
    const scopes = [rt.group(() => { begun++; }, { signal }), rt.timeout(10, () => { begun++; }, { signal })];
    for (const scope of scopes) assert.deepEqual([await errorOf(scope), scope.cancelled], ['never', true]);
    assert.equal(begun, 0);
    const block = rt.timeout(10, undefined, { signal });
    assert.equal(block.signal.aborted, true);
  });

  test('a group whose body waits for a task that a signal stops is cancelled', {}, async (rt) => {
    const controller = new AbortController();
    const task = rt.spawn('sleeper', 1e6, { signal: controller.signal });
    const group = rt.group(async () => { await task; });
    const timeout = rt.timeout(1e6, async () => { await task; });
    await rt.spawn('plain');
    controller.abort();
    for (const scope of [group, timeout]) assert.deepEqual([(await errorOf(scope)).name, scope.cancelled], ['AbortError', true]);
  });

  test("a body that is stopped in one of Node's functions, which reject with an AbortError of their own", {}, async (rt) => {
    const waits = ({ signal }) => once(new EventEmitter(), 'never', { signal });
    assert.ok(await errorOf(rt.timeout(10, waits)) instanceof TimeoutError);
    const failed = await errorOf(rt.group((group) => { group.spawn('status', -1001); return waits(group); }));
    assert.deepEqual(failed.errors.map(({ status }) => status), [-1001]);
    const controller = new AbortController();
    const scopes = [rt.group(waits, controller), rt.timeout(1e6, waits, controller)];
    controller.abort('the user left');
    for (const scope of scopes) assert.deepEqual([await errorOf(scope), scope.cancelled], ['the user left', true]);
    const own = await errorOf(rt.group(() => waits({ signal: AbortSignal.abort() })));
    assert.equal(own.errors[0].name, 'AbortError'); // nobody had stopped the group
  });

  test('a member that ends by its own deadline has failed', {}, async (rt) => {
    const error = await errorOf(rt.group((group) => { group.spawn('sleeper', 1e6, { timeout: 10 }); }));
    assert.ok(error instanceof GroupError && error.errors[0] instanceof TimeoutError);
    const awaited = await errorOf(rt.group(async (group) => { await group.spawn('sleeper', 1e6, { timeout: 10 }); }));
    assert.ok(awaited instanceof GroupError && awaited.errors.length === 1 && awaited.errors[0] instanceof TimeoutError);
    const gather = rt.gather([rt.spawn('sleeper', 1e6, { timeout: 10 })]);
    assert.deepEqual([(await errorOf(gather)).name, gather.cancelled], ['TimeoutError', false]);
  });

  test("a nested group's error that the body hands on counts once", {}, async (rt) => {
    const error = await errorOf(rt.group(async (group) => {
      const inner = group.add(rt.group(() => rejected(new Error('inner'))));
      await inner;
    }));
    assert.deepEqual(error.errors.map(({ message }) => message), ['inner']);
  });
});

onBoth('who hears of an end first', (test) => {
  test('who waits for it does, before who waits for those', {}, async (rt) => {
    const task = rt.spawn('sleeper', 1e6);
    const error = await errorOf(rt.gather([rt.waitFor(task, 10), task]));
    assert.ok(error instanceof CancelledError); // the task's: its end comes before that of waitFor
    const other = rt.spawn('sleeper', 10);
    const gather = rt.gather([other]);
    const order = [];
    for await (const item of rt.asCompleted([gather, other])) order.push(item);
    assert.deepEqual(order, [other, gather]);
  });

  test('waitFor is cancelled by who hears of the end of its item before', {}, async (rt) => {
    let waited;
    const group = rt.group(({ add }) => { waited = add(rt.waitFor(add(rt.spawn('status', -1001)), 50)); });
    assert.equal((await errorOf(group)).errors.length, 1);
    assert.equal(waited.cancelled, true);
  });

  test('wait hears of all that end in a turn', {}, async (rt) => {
    const tasks = [rt.spawn('sleeper', 10), rt.spawn('sleeper', 10), rt.spawn('sleeper', 20)];
    const { done, pending } = await rt.wait(tasks, { when: 'first' });
    assert.deepEqual([done, pending], [tasks.slice(0, 2), tasks.slice(2)]);
    await pending[0];
  });

  test('a member that is there twice is asked twice', {}, async (rt) => {
    const task = rt.spawn('sleeper', 1e6);
    await rt.spawn('plain');
    rt.gather([task, task]).cancel();
    assert.equal(task.cancelling, 2);
    await errorOf(task);
  });

  test('cancelling many asks each, also one that the end of another ends', {}, async (rt) => {
    const ask = {
      gather: (items) => rt.gather(items),
      group: (items) => rt.group(({ add }) => { items.forEach(add); }),
    };
    for (const verb in ask) {
      const task = rt.spawn('sleeper', 1e6), other = rt.spawn('sleeper', 10);
      const looksOn = rt.shield(other);
      const both = ask[verb]([looksOn, rt.gather([looksOn, task])]);
      await rt.spawn('plain');
      both.cancel('all');
      assert.equal((await errorOf(both)).reason, 'all');
      assert.equal((await errorOf(task)).reason, 'all', verb);
      assert.equal(await other, 0);
    }
  });

  test('nor does the end of a scope that was told by the same signal keep another from being asked', {}, async (rt) => {
    const holding = (item, signal) => rt.group(({ add }) => { add(item); }, { signal });
    const other = rt.spawn('sleeper', 10);
    const controller = new AbortController();
    const told = [rt.spawn('sleeper', 1e6), rt.spawn('sleeper', 1e6)];
    const groups = [
      holding(rt.gather([holding(rt.shield(other), controller.signal), told[0]]), controller.signal),
      rt.group(({ add, signal }) => { add(rt.gather([holding(rt.shield(other), signal), told[1]])); }),
    ];
    await rt.spawn('plain');
    controller.abort('all');
    groups[1].cancel('all');
    for (const task of [...groups, ...told]) await errorOf(task);
    assert.deepEqual(told.map(({ reason }) => reason), ['all', 'all']);
    assert.equal(await other, 0);
  });

  test('waitFor without time, cancelled while the task cleans up, ends and lets it', {}, async (rt) => {
    const before = rt.exports.cleanup_count();
    const task = rt.spawn('slow_cleanup', 10);
    await rt.spawn('plain');
    const wait = rt.waitFor(task, 0);
    await rt.spawn('plain');
    wait.cancel('enough');
    assert.equal((await errorOf(wait)).reason, 'enough');
    assert.deepEqual([task.done, task.cancelling], [false, 1]);
    await errorOf(task);
    assert.equal(rt.exports.cleanup_count(), before + 1);
  });
});

onBoth('a runtime that closes', (test) => {
  test('lets the bodies of scopes end, which then say that they were cancelled', { clock: 'real' }, async (rt, { reports }) => {
    const order = [];
    const scopes = [
      rt.timeout(1e6, async ({ signal }) => {
        try { await rt.spawn('sleeper', 1e6, { signal }); } finally { order.push('body'); }
      }),
      rt.group(async ({ signal }) => {
        try { await rt.spawn('sleeper', 1e6, { signal }); } finally { order.push('body'); }
      }),
    ];
    const ends = scopes.map((scope) => errorOf(scope).then((error) => { order.push('scope'); return error; }));
    await rt.spawn('plain');
    await rt.close();
    for (const error of await Promise.all(ends)) {
      assert.ok(error instanceof CancelledError);
      assert.equal(error.reason.message, 'the runtime is closing');
    }
    assert.deepEqual(order.sort(), ['body', 'body', 'scope', 'scope']);
    assert.deepEqual(reports, []);
  });
});
