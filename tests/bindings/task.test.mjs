// Tasks from JavaScript: what goes in and comes out, how they end, and what they say of themselves.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  CancelledError, GroupError, StackOverflowError, Task, TaskError, TimeoutError, TrapError,
} from '../../bindings/index.js';
import { errorOf, onBoth } from './setup.mjs';

onBoth('task', (test) => {
  test('values of every kind cross in both directions', {}, async (rt) => {
    const bytes = Uint8Array.of(0, 1, 255, 0);
    assert.deepEqual(await rt.spawn('echo', bytes), bytes);
    assert.deepEqual(await rt.spawn('echo', bytes.buffer), bytes);
    assert.deepEqual(await rt.spawn('echo', bytes.subarray(1, 3)), Uint8Array.of(1, 255));
    // Any view gives its own bytes, not the whole buffer's.
    const raw = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
    const views = [
      Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
      Float64Array, BigInt64Array, BigUint64Array,
    ].map((View) => new View(raw.buffer, 8, 8 / View.BYTES_PER_ELEMENT));
    for (const view of [...views, new DataView(raw.buffer, 8, 8), Buffer.from(raw.buffer, 8, 8)]) {
      assert.deepEqual(await rt.spawn('echo', view), raw.slice(8, 16), view.constructor.name);
    }
    const shared = new SharedArrayBuffer(3);
    new Uint8Array(shared).set([5, 6, 7]);
    assert.deepEqual(await rt.spawn('echo', shared), Uint8Array.of(5, 6, 7));
    assert.deepEqual(await rt.spawn('echo', new Uint8Array(shared, 1)), Uint8Array.of(6, 7));
    const numbers = await rt.spawn('echo', Float64Array.of(1.5, -2));
    assert.deepEqual(new Float64Array(numbers.buffer), Float64Array.of(1.5, -2)); // it has a buffer of its own
    assert.deepEqual(await rt.spawn('echo', new Uint8Array()), new Uint8Array());
    for (const text of ['', 'text', 'é 漢 🎈', '\ufeffbom', 'x'.repeat(100_000)]) {
      assert.equal(await rt.spawn('echo', text), text);
    }
    for (const number of [0, -0, 1.25, -1e300, Infinity, NaN]) assert.equal(await rt.spawn('echo', number), number);
    assert.equal(await rt.spawn('echo'), 0);
    assert.equal(await rt.spawn('echo', null), 0);
  });

  test("Node's console shows what a task is doing", {}, async (rt) => {
    const task = rt.spawn('sleeper', 5, { name: 'slow' });
    await rt.spawn('plain');
    assert.match(inspect([task]), /^\[ Task \{ name: 'slow', state: 'waiting', site: 'tasks\.c:\d+' \} \]$/);
    await task;
    assert.match(inspect(task), /^Task \{ name: 'slow', state: 'done', site: '.*', status: 0 \}$/);
  });

  test('a result is a copy of its own', {}, async (rt) => {
    const first = await rt.spawn('echo', Uint8Array.of(1, 2, 3));
    const second = await rt.spawn('echo', Uint8Array.of(4, 5, 6));
    assert.deepEqual([...first, ...second], [1, 2, 3, 4, 5, 6]);
    assert.notEqual(first.buffer, rt.memory.buffer);
  });

  test('views stay valid when memory grows', {}, async (rt) => {
    const before = rt.memory.buffer.byteLength;
    const tasks = [rt.spawn('echo', 'before'), rt.spawn('grow', 20 * 2 ** 20), rt.spawn('echo', 'after')];
    assert.deepEqual(await rt.gather(tasks), ['before', new TextEncoder().encode('xxx'), 'after']);
    assert.ok(rt.memory.buffer.byteLength > before);
  });

  test("the wasm's own memory can be an input, though it grows to take it", {}, async (rt) => {
    await rt.spawn('echo');
    const copy = new Uint8Array(rt.memory.buffer.slice(0));
    const task = rt.spawn('echo', new Uint8Array(rt.memory.buffer));
    assert.ok(rt.memory.buffer.byteLength > copy.length);
    assert.ok(Buffer.from(copy).equals(await task));
  });

  test('a task that hands nothing over gives its status', {}, async (rt) => {
    assert.equal(await rt.spawn('status', 0), 0);
    const task = rt.spawn('status', 42);
    assert.equal(await task, 42);
    assert.equal(task.status, 42);
  });

  test('an error of the program', {}, async (rt) => {
    const error = await errorOf(rt.spawn('status', -1003, { name: 'parser' }));
    assert.ok(error instanceof TaskError);
    assert.equal(error.name, 'TaskError');
    assert.deepEqual([error.status, error.statusName, error.task], [-1003, 'WA_EUSER', 'parser']);
    assert.match(error.message, /'parser' ended with WA_EUSER \(-1003\)/);
  });

  test('an exported function needs no WA_TASK', {}, async (rt) => {
    assert.equal(await rt.spawn('plain'), 'plain');
    assert.equal(await rt.spawn('plain'), 'plain');
  });

  test('what a task says of itself', { clock: 'real' }, async (rt) => {
    const task = rt.spawn('sleeper', 1e6, { name: 'sam' });
    assert.ok(task instanceof Task);
    assert.deepEqual([task.name, task.state, task.site], ['sam', 'ready', '']);
    assert.deepEqual([task.done, task.status], [false, undefined]);
    const nameless = rt.spawn('plain');
    assert.match(nameless.name, /^task-\d+$/);
    assert.ok(rt.tasks().length === 2 && rt.tasks()[0] === task && rt.tasks()[1] === nameless);
    await nameless;
    assert.deepEqual([task.state, task.cancelling], ['waiting', 0]);
    assert.match(task.site, /^tasks\.c:\d+$/);
    task.cancel();
    assert.equal(task.cancelling, 1);
    await errorOf(task);
    assert.deepEqual([task.name, task.state, task.done, task.status, task.cancelled], ['sam', 'done', true, -1, true]);
    assert.deepEqual([nameless.state, nameless.status, nameless.cancelled], ['done', 0, false]);
  });

  test('eager: it runs to its first wait inside of spawn', {}, async (rt) => {
    const before = rt.exports.step_count();
    const later = rt.spawn('sleeper', 1);
    assert.equal(rt.exports.step_count(), before);
    const now = rt.spawn('sleeper', 1, { eager: true });
    assert.equal(rt.exports.step_count(), before + 1);
    await rt.gather([later, now]);
    assert.equal(await rt.spawn('echo', 'at once', { eager: true }), 'at once');
  });

  test('eager: what ends inside of spawn is done when spawn returns', {}, async (rt, { reports }) => {
    const controller = new AbortController();
    const task = rt.spawn('echo', 'at once', { eager: true, signal: controller.signal, timeout: 50 });
    assert.deepEqual([task.state, task.done, task.status, task.cancelled, task.cancel()], ['done', true, 0, false, false]);
    controller.abort();
    assert.equal(await task, 'at once');
    const failed = rt.spawn('status', -1001, { eager: true });
    assert.deepEqual([failed.done, failed.status], [true, -1001]);
    assert.match((await errorOf(failed)).message, /^task 'task-\d+' ended with WA_EUSER \(-1001\)$/);
    assert.deepEqual(await rt.group((group) => group.spawn('echo', 1, { eager: true })), 1);
    assert.deepEqual(reports, []);
  });

  test('cancel: the reason comes back as the same value, and C reads its text', {}, async (rt, { printed }) => {
    const reason = Object.assign(new Error('the user left'), { code: 7 });
    const task = rt.spawn('reason');
    await rt.spawn('plain');
    assert.equal(task.cancel(reason), true);
    assert.equal(task.cancelling, 1);
    assert.equal(task.done, false);
    const error = await errorOf(task);
    assert.ok(error instanceof CancelledError);
    assert.equal(error.reason, reason);
    assert.equal(task.reason, reason);
    assert.deepEqual([task.cancelled, task.status, task.cancel('again')], [true, -1, false]);
    assert.deepEqual(printed, ['the user left']);
  });

  test('cancel: a reason of any type', {}, async (rt) => {
    const unprintable = { toString() { throw new Error('no'); } };
    for (const reason of [undefined, null, '', 'text', 0, 1n, Symbol('s'), {}, [], unprintable, Object.create(null)]) {
      const task = rt.spawn('sleeper', 1e9);
      await rt.spawn('plain');
      task.cancel(reason);
      const error = await errorOf(task);
      assert.ok(error instanceof CancelledError);
      assert.equal(error.reason, reason);
    }
  });

  test('cancel: before its first step the body never runs', {}, async (rt) => {
    const before = rt.exports.step_count();
    const task = rt.spawn('sleeper', 1);
    task.cancel();
    assert.ok(await errorOf(task) instanceof CancelledError);
    assert.equal(rt.exports.step_count(), before);
  });

  test('cancel: by C, with a text', {}, async (rt) => {
    const error = await errorOf(rt.spawn('canceller'));
    assert.ok(error instanceof CancelledError);
    assert.equal(error.reason, 'C said so');
  });

  test('cancel: of several, the reason of the one that ended it', {}, async (rt) => {
    const task = rt.spawn('slow_cleanup', 10);
    await rt.spawn('plain');
    task.cancel('first');
    await rt.spawn('plain');
    task.cancel('second');
    const error = await errorOf(task);
    assert.equal(error.reason, 'second');
    assert.equal(task.cancelling, 2);
  });

  test('cancel: a task that swallows it resolves, and is reported', {}, async (rt, { reports }) => {
    const task = rt.spawn('swallow', '', { name: 'glutton' });
    await rt.spawn('plain');
    task.cancel();
    assert.equal(await task, 'done anyway');
    assert.equal(task.cancelled, false);
    assert.deepEqual(reports.map(({ kind, name }) => [kind, name]), [['swallowed', 'glutton']]);
    assert.match(reports[0].text, /glutton.*tasks\.c/);
  });

  test('timeout: rejects with a TimeoutError, after the clean-up', {}, async (rt) => {
    const before = rt.exports.cleanup_count();
    const task = rt.spawn('slow_cleanup', 20, { timeout: 50 });
    const error = await errorOf(task);
    assert.ok(error instanceof TimeoutError);
    assert.match(error.message, /50 ms/);
    assert.equal(rt.exports.cleanup_count(), before + 1);
    assert.deepEqual([task.cancelled, task.reason], [true, error]);
  });

  test('timeout: one that is not reached leaves nothing behind', {}, async (rt) => {
    assert.equal(await rt.spawn('sleeper', 10, { timeout: 50 }), 0);
    assert.equal(await rt.spawn('sleeper', 10, { timeout: Infinity }), 0);
  });

  test('timeout: of 0, the body never runs', {}, async (rt) => {
    const before = rt.exports.step_count();
    assert.ok(await errorOf(rt.spawn('sleeper', 0, { timeout: 0, eager: true })) instanceof TimeoutError);
    assert.equal(rt.exports.step_count(), before);
  });

  test("C's own timeout and group come out as their errors", {}, async (rt) => {
    assert.ok(await errorOf(rt.spawn('deadline')) instanceof TimeoutError);
    const error = await errorOf(rt.spawn('group'));
    assert.ok(error instanceof GroupError && error instanceof AggregateError);
    assert.deepEqual(error.errors.map(({ status }) => status), [-1001, -1002]);
  });

  test('a trap ends its task alone', {}, async (rt, { reports }) => {
    const other = rt.spawn('sleeper', 20);
    const error = await errorOf(rt.spawn('trap', '', { name: 'fragile' }));
    assert.ok(error instanceof TrapError);
    assert.ok(error.cause instanceof WebAssembly.RuntimeError);
    assert.deepEqual([error.status, error.task], [-11, 'fragile']);
    assert.equal(await other, 0);
    assert.equal(reports[0].kind, 'trap');
  });

  test('a trap in an eager first step', {}, async (rt) => {
    const other = rt.spawn('sleeper', 20);
    assert.throws(() => rt.spawn('leave_program', '', { eager: true, name: 'leaver' }), { name: 'TrapError', task: 'leaver' });
    assert.throws(() => rt.spawn('leave_program', '', { eager: true }), (error) => {
      assert.match(error.task, /^task-\d+$/);
      assert.ok(error.message.startsWith(`task '${error.task}' `), error.message);
      return error instanceof TrapError;
    });
    assert.equal(await other, 0);
  });

  test('a stack overflow in an eager first step is told whole, however long the name', { stderr() {} }, async (rt) => {
    const name = `fetch ${'x'.repeat(70)}`;
    assert.throws(() => rt.spawn('overflow', '', { eager: true, name, stackSize: 4096 }), (error) => {
      assert.ok(error instanceof StackOverflowError);
      assert.equal(error.message, `task '${name}': stack overflow, 4096 bytes, give it more with stackSize (stack_size in C)`);
      return true;
    });
    await rt.spawn('plain');
  });

  test('thousands of traps and overflows leave the runtime as it was', { stderr() {} }, async (rt) => {
    for (let i = 0; i < 6000; i++) {
      const [name, eager] = [['trap', false], ['leave_program', true], ['overflow', false]][i % 3];
      try { await rt.spawn(name, '', { eager, stackSize: 1024 }); } catch (error) { assert.ok(error instanceof TaskError); }
    }
    assert.equal(await rt.spawn('echo', 'alive'), 'alive');
  });

  test('exit() ends the task that called it', {}, async (rt) => {
    const error = await errorOf(rt.spawn('leave_program'));
    assert.ok(error instanceof TrapError);
    assert.equal(error.cause.code, 3);
    assert.equal(await rt.spawn('echo', 'alive'), 'alive');
  });

  test('a stack overflow names the task, its size and the option', { stderr() {} }, async (rt) => {
    const other = rt.spawn('sleeper', 20);
    const error = await errorOf(rt.spawn('overflow', '', { name: 'deep', stackSize: 4096 }));
    assert.ok(error instanceof StackOverflowError && error instanceof TaskError);
    assert.match(error.message, /'deep'.*4096.*stackSize/);
    assert.equal(await other, 0);
    // And what returns its status has its sentence, whatever has been reported since.
    await errorOf(rt.spawn('trap'));
    assert.equal((await errorOf(rt.spawn('status', error.status))).message, error.message);
  });

  test('what C looked at itself is no error that nobody saw', { onReport: (report) => assert.fail(report.text) },
    async (rt) => {
      const task = rt.spawn('forgiving');
      await rt.spawn('plain');
      assert.equal(rt.tasks().length, 2);
      rt.advance(10);
      assert.equal(await task, 0);
      await rt.close();
    });

  test('tasks that C spawned can be listed and cancelled', {}, async (rt) => {
    await rt.spawn('spawner');
    const [left] = rt.tasks();
    assert.equal(left.name, 'left behind');
    assert.equal(rt.tasks()[0], left);
    left.cancel('found you');
    assert.equal((await errorOf(left)).reason, 'found you');
  });

  test('printing reaches the callbacks', { stderr: (text) => errors.push(text) }, async (rt, { printed }) => {
    await rt.spawn('print', 'grüße');
    assert.equal(printed.join(''), 'out: grüße\n');
    assert.equal(errors.splice(0).join(''), 'err: grüße\n');
  });
});
const errors = [];
