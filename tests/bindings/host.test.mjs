// Host functions: C waits for the host's answer, and cancellation crosses the boundary in both directions.
import assert from 'node:assert/strict';
import { CancelledError, GroupError, MisuseError, TaskError, load } from '../../bindings/index.js';
import { computed, errorOf, onBoth, settle, sleep } from './setup.mjs';

const never = () => new Promise(() => {});
const until = (signal) => new Promise((_, reject) => {
  signal.addEventListener('abort', () => reject(signal.reason));
});
const after = (signal) => until(signal).catch(() => sleep(1));

onBoth('host functions', (test) => {
  const seen = [];
  const host = {
    shout: (text) => text.toUpperCase(),
    later: async (text) => { await sleep(5); return `${text} later`; },
    bytes: async () => Uint8Array.of(1, 2, 3),
    number: () => 1.5,
    nothing: () => {},
    who: (text, { name, task }) => `${name} for ${task?.name}`,
    throws: () => { throw new RangeError('thrown'); },
    rejects: async () => { throw new TypeError('rejected'); },
    rejectsNothing: () => Promise.reject(),
    wrong: () => ({ not: 'bytes' }),
    never,
    obeys: (text, { signal }) => { seen.push(signal); return until(signal); },
    ignores: async (text, { signal }) => { seen.push(signal); await after(signal); return 'too late'; },
    failsLate: async (text, { signal }) => { await after(signal); throw new Error('late, and nobody waits'); },
    thenable: () => ({ then(resolve, reject) { resolve('once'); reject(new Error('twice')); } }),
    next: (n) => n + 1,
  };

  const calls = [];
  const keepsCall = (text, call) => { calls.push(call); return text === 'answer' ? 'at once' : never(); };
  test('a signal that is asked for late is that of its own call', { host: { keepsCall } }, async (rt) => {
    assert.equal(await rt.spawn('call', 'keepsCall answer'), 'at once');
    const task = rt.spawn('call', 'keepsCall'); // whose operation has the other's record
    await settle();
    const [first, second] = calls.splice(0);
    assert.equal(first.signal.aborted, false);
    task.cancel('why');
    await errorOf(task);
    assert.deepEqual([first.signal.aborted, second.signal.aborted, second.signal.reason], [false, true, 'why']);
  });

  test('a call in an eager first step is its task\'s, and aborts with the reason that its task was given', { host: { keepsCall } },
    async (rt) => {
      const controllers = [new AbortController(), new AbortController()];
      const tasks = controllers.map(({ signal }) => rt.spawn('call', 'keepsCall', { eager: true, signal }));
      await settle();
      const signals = calls.splice(0).map((call, i) => (assert.equal(call.task, tasks[i]), call.signal));
      for (const controller of controllers) controller.abort(); // reasons of equal text
      await Promise.all(tasks.map(errorOf));
      signals.forEach((signal, i) => assert.equal(signal.reason, controllers[i].signal.reason));
      assert.equal(rt.counts().handles, 0);
    });

  class Host {
    answer() { return 'of the class'; }
  }
  test('what every object has is no host function, unless it is its own', { host: new Host() }, async (rt, { module }) => {
    assert.equal(await rt.spawn('call', 'answer'), 'of the class');
    for (const name of ['constructor', 'toString', '__proto__']) {
      const none = await errorOf(rt.spawn('call', name));
      assert.match(none.message, new RegExp(`the host has no function '${name}'`));
      const other = await load(module, { host: { [name]: () => 'its own' } });
      assert.equal(await other.spawn('call', name), 'its own');
      await other.close();
    }
  });

  test('results of every kind', { host, clock: 'real' }, async (rt) => {
    assert.equal(await rt.spawn('call', 'shout hello'), 'HELLO');
    assert.equal(await rt.spawn('call', 'later soon'), 'soon later');
    assert.deepEqual(await rt.spawn('call', 'bytes'), Uint8Array.of(1, 2, 3));
    assert.equal(await rt.spawn('call', 'number'), 1.5);
    assert.equal(await rt.spawn('call', 'nothing'), 0);
    assert.equal(await rt.spawn('call', 'thenable'), 'once');
    assert.equal(await rt.spawn('call', 'who', { name: 'caller' }), 'who for caller');
  });

  // Numbers are left in the wasm's memory, for more than there is room for; texts and errors are told by calls.
  const answers = [];
  const open = (text) => new Promise((resolve, reject) => { answers.push({ text, resolve, reject }); });
  test('answers of one turn come in their order, numbers and others mixed', { host: { open } }, async (rt) => {
    const order = [];
    const tasks = Array.from({ length: 700 }, (_, i) => {
      const task = rt.spawn('call', `open ${i}`);
      task.then(() => order.push(i), () => order.push(i));
      return task;
    });
    while (answers.length < tasks.length) await sleep(1);
    tasks[5].cancel('in time');
    const all = answers.map((_, i) => i);
    for (const i of all) {
      const { text, resolve, reject } = answers[(i * 3) % 700];
      if (text % 7 === 0) reject(new Error(`no ${text}`));
      else resolve(text % 5 === 0 ? `text ${text}` : Number(text));
    }
    await rt.gather(tasks, { collect: true });
    assert.deepEqual(order.filter((i) => i !== 5), all.map((i) => (i * 3) % 700).filter((i) => i !== 5));
    for (const [i, task] of tasks.entries()) {
      if (i === 5) assert.ok(task.cancelled);
      else if (i % 7 === 0) assert.match((await errorOf(task)).message, new RegExp(`no ${i}$`));
      else assert.equal(await task, i % 5 === 0 ? `text ${i}` : i);
    }
    assert.equal(rt.counts().operations, 0);
  });

  test('more numbers in a row than there is room for, which is for 128', { host: { open } }, async (rt) => {
    answers.length = 0;
    const tasks = Array.from({ length: 130 }, (_, i) => rt.spawn('call', `open ${i}`));
    await settle();
    for (const { text, resolve } of answers) resolve(Number(text));
    await settle();
    assert.deepEqual(tasks.filter(({ done }) => !done), []);
    assert.deepEqual(await rt.gather(tasks), [...tasks.keys()]);
  });

  test("an instance's methods see their instance", {
    host: new (class { prefix = '> '; quote(text) { return this.prefix + text; } })(),
  }, async (rt) => {
    assert.equal(await rt.spawn('call', 'quote text'), '> text');
  });

  test('what throws or rejects is WA_EHOST and its message in C, and the cause in JavaScript', { host }, async (rt) => {
    assert.equal(await rt.spawn('call_failing', 'throws'), 'thrown');
    assert.equal(await rt.spawn('call_failing', 'rejects'), 'rejected');
    assert.equal(await rt.spawn('call_failing', 'rejectsNothing'), '');
    const error = await errorOf(rt.spawn('call', 'rejects'));
    assert.ok(error instanceof TaskError);
    assert.equal(error.statusName, 'WA_EHOST');
    assert.ok(error.cause instanceof TypeError);
    assert.match(error.message, /rejected/);
  });

  test('the words, and the cause, go up from task to task, and through groups', { host }, async (rt) => {
    const below = await errorOf(rt.spawn('call_below', 'rejects', { name: 'above' }));
    assert.match(below.message, /^task 'above' ended with WA_EHOST \(at .*\): rejected$/);
    assert.ok(below.cause instanceof TypeError);
    const after = await errorOf(rt.spawn('call_below_after', 'rejects'));
    assert.ok(after.cause instanceof TypeError);
    const group = await errorOf(rt.spawn('call_in_groups', 'throws', { name: 'groups' }));
    assert.ok(group instanceof GroupError);
    assert.deepEqual(group.errors.map(({ message }) => message), [
      "a member of task 'groups' ended with WA_EHOST: thrown",
      "a member of task 'groups' ended with WA_EHOST",
      "a member of task 'groups' ended with WA_EHOST: rejected",
    ]);
    assert.ok(group.errors[0].cause instanceof RangeError);
    assert.ok(!('cause' in group.errors[1]));
    assert.ok(group.errors[2].cause instanceof TypeError);
  });

  test("an error of a group without words takes another's neither", { host }, async (rt) => {
    const { errors } = await errorOf(rt.spawn('misuse_beside_a_call', '', { name: 't' }));
    assert.deepEqual(errors.map(({ message }) => message), [
      "a member of task 't' ended with WA_EMISUSE",
      "a member of task 't' ended with WA_EHOST: thrown",
    ]);
    assert.ok(errors[1].cause instanceof RangeError);
  });

  test('of tasks that fail with the same words each has its own cause', {
    host: { fail: async (text) => { await null; throw Object.assign(new Error('the same'), { text }); } },
  }, async (rt) => {
    const tasks = Array.from({ length: 50 }, (_, i) => rt.spawn('call', `fail ${i}`));
    const ends = await rt.gather(tasks, { collect: true });
    assert.deepEqual(ends.map(({ reason }) => reason.cause.text), tasks.map((_, i) => String(i)));
  });

  test('the cause is found by words that C reads otherwise, and by none', {
    host: { odd: () => { throw new SyntaxError('half \ud800 and \0 none'); }, next: () => { throw new Error(''); } },
  }, async (rt) => {
    assert.ok((await errorOf(rt.spawn('call_below', 'odd'))).cause instanceof SyntaxError);
    assert.equal((await errorOf(rt.spawn('call', 'next'))).cause.message, '');
  });

  test('an unknown function, and a result that is no data', { host }, async (rt) => {
    assert.match(await rt.spawn('call_failing', 'unknown'), /no function 'unknown'/);
    const { cause } = await errorOf(rt.spawn('call', 'unknown'));
    assert.ok(cause instanceof MisuseError);
    assert.match(await rt.spawn('call_failing', 'toString'), /no function 'toString'/);
    assert.match(await rt.spawn('call_failing', 'wrong'), /'wrong'.*bytes, a string or a number, not Object/);
  });

  test('cancelling the task aborts the signal with the same reason', { host, clock: 'real' }, async (rt) => {
    const reason = { of: 'its own kind' };
    const task = rt.spawn('call', 'obeys');
    await rt.spawn('plain');
    const signal = seen.pop();
    assert.equal(signal.aborted, false);
    task.cancel(reason);
    const error = await errorOf(task);
    assert.ok(error instanceof CancelledError);
    assert.equal(error.reason, reason);
    assert.equal(signal.reason, reason);
  });

  test('an AbortController reaches through C to the host function', { host, clock: 'real' }, async (rt) => {
    const controller = new AbortController();
    const task = rt.spawn('call', 'obeys', { signal: controller.signal });
    await rt.spawn('plain');
    controller.abort();
    assert.equal(await errorOf(task), controller.signal.reason);
    assert.equal(seen.pop().reason, controller.signal.reason);
  });

  test('what never settles, settles or fails after the abort, is forgotten', { host, clock: 'real' }, async (rt) => {
    for (const name of ['never', 'ignores', 'failsLate']) {
      const task = rt.spawn('call', name);
      await rt.spawn('plain');
      assert.equal(rt.counts().operations, 1);
      task.cancel('enough');
      assert.equal((await errorOf(task)).reason, 'enough');
      assert.equal(rt.counts().operations, 0);
    }
    assert.equal(seen.pop().reason, 'enough');
    await sleep(20); // longer than it takes for what comes after the abort
  });

  test('numbers that answer operations of all kinds leave nothing behind', { host }, async (rt) => {
    let bytes;
    for (let round = 0; round < 20; round++) {
      assert.equal(await rt.spawn('start_often', 300), 45_150);
      assert.equal(await rt.spawn('call_often', 300), 45_150);
      if (round === 2) bytes = rt.counts().bytes;
    }
    assert.equal(rt.counts().bytes, bytes);
  });

  test('a cancellation finds its operation, whatever was made before it is heard of', {
    host: { obeys: host.obeys, busy: () => { made = runtime.spawn('plain'); } },
  }, async (rt) => {
    runtime = rt;
    const task = rt.spawn('stop_a_call', 'obeys');
    await rt.spawn('plain');
    rt.advance(1);
    await rt.gather([task, made]);
    assert.equal(seen.pop().aborted, true);
  });

  test('a function that can\'t even be read fails the call, and no other', {
    host: { get bad() { throw new Error('no such luck'); } },
  }, async (rt) => {
    const other = rt.spawn('echo', 1);
    assert.match((await errorOf(rt.spawn('call', 'bad'))).message, /no such luck/);
    assert.equal(await other, 1);
  });

  test("another Promise may take the own one's place later", { host }, async (rt) => {
    const own = Promise;
    globalThis.Promise = Object.assign(function Promise(f) { return new own(f); }, { resolve: () => ({ then() {} }) });
    try {
      assert.deepEqual(await rt.spawn('call', 'bytes'), Uint8Array.of(1, 2, 3));
    } finally {
      globalThis.Promise = own;
    }
  });

  test('a host function may call the runtime', {
    host: {
      nested: async (text) => (await runtime.spawn('call', `shout ${text}`)) + '!',
      shout: (text) => text.toUpperCase(),
      suicide: (text, { task }) => { task.cancel('from inside'); return never(); },
    },
  }, async (rt) => {
    runtime = rt;
    assert.equal(await rt.spawn('call', 'nested hi'), 'HI!');
    assert.equal((await errorOf(rt.spawn('call', 'suicide'))).reason, 'from inside');
  });

  test('answers that come at once never keep the host waiting', { host, clock: 'real' }, async (rt) => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const start = computed();
    await rt.spawn('call_often', 300_000);
    clearInterval(timer);
    const took = computed() - start;
    assert.ok(ticks > took / 40, `${ticks} ticks of a 1 ms timer in ${Math.round(took)} ms`);
  });
});
let runtime, made;
