// What few programs do, and what must harm none: no memory at the wrong moment, values that refuse to be looked at, reasons that
// look alike, calls from the middle of another runtime's.
import assert from 'node:assert/strict';
import { GroupError, LoadError, MisuseError, TaskError, TimeoutError, TrapError, load } from '../../bindings/index.js';
import { open } from '../../bindings/streams.js';
import { errorOf, onBoth, sleep } from './setup.mjs';

const never = () => new Promise(() => {});
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** Takes all memory that the wasm can have, in blocks of `least` bytes or more, and gives back what gives it back. */
function fill(rt, least = 1) {
  const taken = [];
  const take = (size) => { for (let pointer; (pointer = rt.exports.wax_alloc(size)) !== 0;) taken.push(pointer); };
  for (let size = 2 ** 28; size >= least; size = Math.floor(size / 2)) take(size);
  if (least === 1) take(0);
  return () => taken.forEach((pointer) => rt.exports.wax_free(pointer));
}

onBoth('edges', (test) => {
  for (const [what, answer] of [
    ['a text', async () => 'x'.repeat(50)], ['an empty text', async () => ''], ['bytes', () => new Uint8Array(99)],
    ['an error', async () => { throw new Error('words'); }], ['an error without words', () => { throw new Error(''); }],
  ]) {
    let rt, giveBack;
    const host = { full() { giveBack = fill(rt); return answer(); } };
    test(`without memory for its answer a host call ends: ${what}`, { host }, async (runtime) => {
      rt = runtime;
      const error = await rt.spawn('call', 'full').then(() => null, (error) => error);
      giveBack();
      if (what === 'an empty text' && !error) return; // 16 bytes, which is less than fill can take
      assert.ok(error instanceof TaskError);
      assert.match(error.statusName, /^WA_(ENOMEM|EHOST)$/);
    });
  }

  test('a deadline that there is no memory for leaves no scope behind', {}, async (rt, { reports }) => {
    const giveBack = fill(rt);
    const refused = [];
    for (let i = 0; i < 10_000 && !refused.length; i++) { // the pool may have some left
      try { rt.timeout(1e6, never).catch(() => {}); } catch (error) { refused.push(error); }
    }
    assert.equal(refused[0].statusName, 'WA_ENOMEM');
    giveBack();
    const began = performance.now();
    await rt.close({ grace: 2000 });
    assert.ok(performance.now() - began < 1500);
    assert.deepEqual(reports, []);
  });

  test('a task that there is no memory to name by a handle does not run', {}, async (rt) => {
    await Promise.all([rt.spawn('plain'), rt.spawn('plain')]); // whose memory the next ones take
    const futures = Array.from({ length: 2 ** 13 - 1 }, () => rt.exports.wax_future()); // so many the table has places for
    const giveBack = fill(rt, 2 ** 17); // less than a larger one takes
    assert.throws(() => rt.spawn('sleeper', 1), /no memory for a handle/);
    giveBack();
    futures.forEach((future) => rt.exports.wax_release(future));
    await rt.spawn('plain');
    assert.equal(rt.exports.step_count(), 0);
  });

  const odd = [
    ['a getter that throws', { get name() { throw new Error('no name'); } }],
    ['a proxy that refuses', new Proxy({}, { get() { throw new Error('no'); }, getPrototypeOf() { throw new Error('no'); } })],
    ['a revoked proxy', revoked()], ['null', null], ['undefined', undefined], ['a symbol', Symbol('odd')],
  ];
  for (const [what, value] of odd) {
    test(`an import throws ${what}: only its task ends`, {
      imports: { test: { probe() { throw value; }, missing() {} } },
    }, async (rt, { reports }) => {
      const other = rt.spawn('sleeper', 5);
      const error = await errorOf(rt.spawn('call_import', 0));
      assert.ok(error instanceof TrapError);
      assert.equal(error.cause, value ?? error.cause);
      assert.throws(() => rt.spawn('call_import', 0, { eager: true }), TrapError);
      assert.equal(await other, 0);
      assert.deepEqual(reports.map(({ kind }) => kind), ['trap', 'trap']);
    });

    test(`scopes fail with ${what}`, {}, async (rt) => {
      const [thrown] = (await errorOf(rt.group(async () => { throw value; }))).errors;
      assert.equal(thrown, value);
      const [rejected] = (await errorOf(rt.group((group) => { group.add(Promise.reject(value)); }))).errors;
      assert.equal(rejected, value);
      const timed = rt.timeout(100, async () => { throw value; });
      await timed.then(assert.fail, (error) => assert.equal(error, value));
      assert.equal(timed.cancelled, false);
    });

    test(`what cannot be loaded is told, with ${what}`, {}, async () => {
      const error = await errorOf(load(Promise.reject(value)));
      assert.ok(error instanceof LoadError);
      assert.equal(error.cause, value);
      assert.ok(await errorOf(load({ emscripten() { throw value; } })) instanceof LoadError);
    });
  }

  test('an open stream is no reason to wait for the end', {}, async (rt) => {
    const seen = [];
    open(rt, new ReadableStream({ cancel(reason) { seen.push(reason.name); } }));
    open(rt, new WritableStream({ abort(reason) { seen.push(reason.name); } }));
    const began = performance.now();
    await rt.close();
    assert.ok(performance.now() - began < 2500);
    await sleep(1);
    assert.deepEqual(seen, ['ClosedError', 'ClosedError']);
  });

  const seen = [];
  const until = (_, { signal }) => new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(seen.push(signal.reason)));
  });
  test('of two reasons with the same words the one comes out that was told', {}, async (rt) => {
    const first = new AbortController();
    const task = rt.spawn('slow_cleanup', '', { signal: first.signal });
    await rt.spawn('sleeper', 1);
    first.abort();
    await rt.spawn('sleeper', 1);
    const second = AbortSignal.abort().reason;
    assert.equal(second.message, first.signal.reason.message);
    task.cancel(second);
    assert.equal(await errorOf(task), first.signal.reason);
  });

  test('a request while it cleans up gives the reason, if it cleans up by wa_defer, too', {}, async (rt) => {
    for (const name of ['slow_cleanup', 'slow_defer']) {
      const task = rt.spawn(name, 5);
      await rt.spawn('sleeper', 1);
      task.cancel('first');
      await rt.spawn('sleeper', 1);
      task.cancel('second');
      const { reason } = await errorOf(task);
      assert.equal(reason, 'second', name);
    }
  });

  test('of requests in one turn with the same words the first comes out, which has ended the wait', {
    host: { until },
  }, async (rt) => {
    for (const [name, input] of [['sleeper', 1e6], ['slow_cleanup', 2], ['call', 'until']]) {
      const first = new AbortController();
      const task = rt.spawn(name, input, { signal: first.signal });
      await rt.spawn('sleeper', 1);
      first.abort();
      for (let i = 0; i < 3; i++) task.cancel(AbortSignal.abort().reason);
      assert.equal(await errorOf(task), first.signal.reason, name);
      if (name === 'call') assert.equal(seen.pop(), first.signal.reason);
    }
    const limited = rt.spawn('sleeper', 1e6, { timeout: 50 });
    const waited = rt.waitFor(limited, 50);
    assert.deepEqual((await Promise.all([limited, waited].map(errorOf))).map(({ name }) => name), ['TimeoutError', 'TimeoutError']);
  });

  test('a reason of a task that is over is not taken for that of another with the same words', {
    host: { until },
  }, async (rt) => {
    const old = new Error('by C');
    const task = rt.spawn('sleeper', 1e6);
    task.cancel(old);
    await errorOf(task);
    await rt.spawn('stop_a_call', 'until');
    await sleep(1);
    const reason = seen.pop();
    assert.notEqual(reason, old);
    assert.match(reason.message, /\w/);
  });

  test('nor does its end take away that of another, which has asked later', {
    host: { until },
  }, async (rt) => {
    const [first, second] = [rt.spawn('sleeper', 1e6), rt.spawn('slow_cleanup', 50)];
    await rt.spawn('plain');
    const reason = new Error('stop it'); // as C says it, too
    first.cancel(new Error('stop it'));
    second.cancel(reason);
    await errorOf(first);
    await rt.spawn('stop_a_call', 'until');
    assert.equal(seen.pop(), reason);
    assert.equal((await errorOf(second)).reason, reason);
  });

  test("an abort in the middle of another runtime's call reaches all", {}, async (rt, { module }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const probe = () => {
      controller.abort(new Error('in the middle'));
      return 0;
    };
    const other = await load(module, { imports: { test: { probe, missing() {} } } });
    let member;
    const group = rt.group((g) => { member = g.add(other.spawn('sleeper', 1e6)); return never(); }, { signal });
    const last = rt.spawn('sleeper', 1e6, { signal });
    await rt.spawn('plain');
    await other.spawn('call_import', 0);
    assert.equal(await errorOf(last), signal.reason);
    assert.equal((await errorOf(member)).reason, signal.reason);
    group.catch(() => {});
    await other.close();
    await rt.close({ grace: 10 });
  });

  test("an end in the middle of another runtime's call is told to all who wait, also there", {
    clock: 'real',
  }, async (rt, { module }) => {
    let shielded;
    const probe = () => {
      shielded.cancel('in the middle');
      return 0;
    };
    const other = await load(module, { imports: { test: { probe, missing() {} } } });
    const task = rt.spawn('sleeper', 1e6);
    shielded = rt.shield(task);
    const waits = [other, rt, other].map((each) => errorOf(each.waitFor(shielded, 1e5)));
    await other.spawn('call_import', 0);
    for (const { reason } of await Promise.all(waits)) assert.equal(reason, 'in the middle');
    task.cancel();
    await errorOf(task);
    await other.spawn('plain');
    assert.equal(other.counts().timers + rt.counts().timers, 0);
    await other.close();
  });

  test('a signal with a reason that is no object stops a scope as any other does', {}, async (rt) => {
    for (const reason of ['the user left', 0, false, 12n]) {
      const controller = new AbortController();
      const { signal } = controller;
      const spawned = () => rt.spawn('sleeper', 1e6, { signal });
      const group = rt.group(async () => { await spawned(); });
      const scope = rt.timeout(1e9, async () => { await spawned(); });
      await rt.spawn('plain');
      controller.abort(reason);
      for (const future of [group, scope]) {
        await future.then(assert.fail, (error) => assert.equal(error, reason));
        assert.equal(future.cancelled, true);
      }
    }
  });

  test('such a reason is known for that of a cancellation until sixteen others have come', {}, async (rt) => {
    const thrown = (error) => rt.group(async () => {
      for (let i = 0; i <= 16; i++) await errorOf(rt.spawn('sleeper', 1, { signal: AbortSignal.abort(`reason ${i}`) }));
      throw error;
    });
    const old = thrown('reason 0');
    assert.deepEqual([(await errorOf(old)).errors, old.cancelled], [['reason 0'], false]);
    const recent = thrown('reason 1');
    assert.deepEqual([await errorOf(recent), recent.cancelled], ['reason 1', true]);
  });

  test('what a body throws is not taken for the reason of an earlier abort, if that is no object', {}, async (rt) => {
    await errorOf(rt.spawn('sleeper', 1e6, { signal: AbortSignal.abort('offline') }));
    const offline = () => { throw 'offline'; };
    const group = rt.group(offline);
    assert.deepEqual((await errorOf(group)).errors, ['offline']);
    const scope = rt.timeout(1e9, offline);
    assert.deepEqual([await errorOf(scope), scope.cancelled], ['offline', false]);
  });

  test('a member that is added again counts once', {}, async (rt) => {
    const error = await errorOf(rt.group((group) => {
      const task = group.spawn('status', -1003);
      group.add(task);
      group.add(task);
    }));
    assert.ok(error instanceof GroupError);
    assert.equal(error.errors.length, 1);
  });

  test('a combinator that refuses has touched no promise', {}, async (rt) => {
    const unhandled = [];
    const hear = (error) => unhandled.push(error.message);
    process.prependListener('unhandledRejection', hear);
    const rest = process.listeners('unhandledRejection').filter((listener) => listener !== hear);
    rest.forEach((listener) => process.removeListener('unhandledRejection', listener));
    try {
      const failing = (name) => Promise.reject(new Error(name));
      assert.throws(() => rt.gather([failing('gather'), 5]), MisuseError);
      assert.throws(() => rt.wait([failing('wait')], { when: 'x' }), MisuseError);
      assert.throws(() => rt.asCompleted([failing('asCompleted'), 5]), MisuseError);
      await rt.close();
      assert.throws(() => rt.waitFor(failing('waitFor')), /closed/);
      assert.throws(() => rt.shield(failing('shield')), /closed/);
      await sleep(5);
      assert.deepEqual(unhandled, ['gather', 'wait', 'asCompleted', 'waitFor', 'shield']);
    } finally {
      process.removeListener('unhandledRejection', hear);
      rest.forEach((listener) => process.on('unhandledRejection', listener));
    }
  });

  test('a signal that takes no listener: no task, and no scope', {}, async (rt) => {
    const signal = { aborted: false, addEventListener() { throw new EvalError('no listeners'); }, removeEventListener() {} };
    for (const make of [() => rt.spawn('sleeper', 1e6, { signal }), () => rt.group(() => {}, { signal }),
      () => rt.timeout(5, undefined, { signal })]) assert.throws(make, EvalError);
    await rt.spawn('plain');
    assert.equal(rt.counts().tasks, 0);
  });

  test('names of errors can be changed, as those of any', {}, () => {
    class Own extends TaskError { constructor() { super('mine', -1, '', ''); this.name = 'Own'; } }
    assert.equal(String(new Own()), 'Own: mine');
    assert.equal(String(Object.assign(new TimeoutError('late'), { name: 'Late' })), 'Late: late');
    const error = new TimeoutError('');
    assert.deepEqual([error.name, TimeoutError.name, Object.keys(error)], ['TimeoutError', 'TimeoutError', []]);
  });

  test('large data of every size takes what the largest does', {}, async (rt) => {
    const megabyte = 2 ** 20;
    for (const input of [new Uint8Array(16 * megabyte), 'x']) assert.ok(await rt.spawn('echo', input));
    const before = rt.memory.buffer.byteLength;
    for (let size = 1; size <= 16; size += 0.25) {
      const bytes = new Uint8Array(size * megabyte).fill(size);
      assert.equal((await rt.spawn('echo', bytes)).length, bytes.length);
      await Promise.all([1, 2, 3].map(async (part) => rt.spawn('echo', bytes.subarray(0, bytes.length / 4 * part / 3))));
    }
    assert.ok(rt.memory.buffer.byteLength <= 1.5 * before, `${before} ${rt.memory.buffer.byteLength}`);
  });

  const callable = Object.assign(() => {}, { then(resolve) { resolve(5); } });
  const failsSoon = { fails: async () => { throw new Error('soon'); } };
  test('a task that somebody has frozen ends as any does', { host: failsSoon }, async (rt) => {
    const tasks = [['echo', 'a'], ['sleeper', 1e6], ['call', 'fails']].map((task) => Object.freeze(rt.spawn(...task)));
    await rt.spawn('plain');
    tasks[1].cancel('enough');
    assert.equal(await tasks[0], 'a');
    assert.equal((await errorOf(tasks[1])).reason, 'enough');
    assert.equal((await errorOf(tasks[2])).cause.message, 'soon');
    assert.deepEqual(tasks.map(({ status, reason }) => [status, reason]), [[0, undefined], [-1, 'enough'], [-8, undefined]]);
  });

  test('a promise may be a function', { host: { callable: () => callable } }, async (rt) => {
    assert.equal(await rt.spawn('call', 'callable'), 5);
  });
});
