// Where two meet: two runtimes, a buffer and whoever cuts it off, a deadline and what is settled already, the end of a runtime
// and what is open in it; and null, which is a reason like any other.
import assert from 'node:assert/strict';
import { ClosedError, MisuseError, TaskError, load } from '../../bindings/index.js';
import { pipe } from '../../bindings/streams.js';
import { errorOf, onBoth, settle } from './setup.mjs';

const cutOff = () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const views = [new Uint8Array(buffer, 8), new DataView(buffer, 8), new Float64Array(buffer, 8, 1)];
  buffer.resize(4);
  return views;
};
const never = () => new Promise(() => {});

onBoth('borders', (test) => {
  test('a view of its own memory is an input, though memory grows before it is read', {}, async (rt) => {
    const bytes = await rt.spawn('echo', new Uint8Array(rt.memory.buffer, 1024, 50), { name: 'n'.repeat(300_000) });
    assert.equal(bytes.length, 50);
  });

  test('so is the memory itself; and an empty name is none', {}, async (rt) => {
    const size = rt.memory.buffer.byteLength;
    assert.equal((await rt.spawn('echo', rt.memory.buffer, { name: 'n'.repeat(300_000) })).length, size);
    const task = rt.spawn('sleeper', 1, { name: '' });
    assert.match(task.name, /^task-\d+$/);
    await task;
  });

  test('what was cut off with its buffer is no input', {}, (rt) => {
    const told = (what) => ({ name: 'MisuseError', message: `${what}: its buffer was transferred or cut off` });
    for (const view of cutOff()) {
      assert.throws(() => rt.spawn('echo', view), told("spawn: the input of 'echo'"));
      assert.throws(() => pipe(rt, 'echo', { input: view }), told('pipe: input'));
    }
    const half = { aborted: false, addEventListener() {} }; // which could never be left again
    assert.throws(() => rt.spawn('echo', '', { signal: half }), { message: 'spawn: signal must be an AbortSignal, not Object' });
    const fake = { [Symbol.toStringTag]: 'ArrayBuffer', length: 3 };
    assert.throws(() => rt.spawn('echo', fake), MisuseError);
  });

  test('one runtime is closed in a call from the middle of another\'s', {}, async (rt, { module }) => {
    let closing;
    const other = await load(module, { imports: { test: { probe() { closing = rt.close(); return 0; }, missing() {} } } });
    const task = other.spawn('call_import', 0);
    const own = rt.spawn('sleeper', 1e6);
    const all = rt.gather([task, own, other.spawn('sleeper', 1e6)]);
    await task;
    await closing;
    assert.equal(rt.closed, true);
    assert.equal(own.cancelled, true);
    assert.equal((await errorOf(all)).name, 'CancelledError');
    await other.close();
  });

  test('what an import throws is no overflow for speaking of recursion', {}, async (rt, { module }) => {
    const error = new Error('no recursion, please: the call stack is short');
    const other = await load(module, { imports: { test: { probe() { throw error; }, missing() {} } } });
    const trap = await errorOf(other.spawn('call_import', 0));
    assert.equal(trap.name, 'TrapError');
    assert.equal(trap.cause, error);
    await other.close();
  });

  test('a trap after a call that was refused inside an import leaves the host its stack', {}, async (rt, { module }) => {
    let call;
    const probe = () => { other.exports[call](0, 0, 0, 0, 0, 0, 0, 0); throw new Error('a trap'); };
    const other = await load(module, { imports: { test: { probe, missing() {} } } });
    const frame = other.exports.frame();
    for (call of ['wax_turn', 'wax_spawn', 'wax_init']) {
      assert.equal((await errorOf(other.spawn('call_import', 0))).name, 'TrapError');
      assert.equal(other.exports.frame(), frame, call);
    }
    await other.close();
  });

  test('what is settled already has ended before a deadline that passes meanwhile', { clock: 'real' }, async (rt) => {
    for (const wait of [
      () => rt.waitFor(Promise.resolve('v'), 1),
      async () => { for await (const item of rt.asCompleted([Promise.resolve('v')], { timeout: 1 })) return item; },
    ]) {
      const slow = rt.spawn('busy', 4); // the deadline passes in the turn of its step
      assert.equal(await wait(), 'v');
      await slow;
    }
  });

  test('null is a reason', {}, async (rt) => {
    const body = async (scope) => {
      await new Promise((resolve) => { scope.signal.addEventListener('abort', resolve); });
      throw scope.signal.reason;
    };
    for (const begin of [(signal) => rt.timeout(1e6, body, { signal }), (signal) => rt.group(body, { signal })]) {
      const controller = new AbortController();
      const scope = begin(controller.signal);
      controller.abort(null);
      scope.cancel('later');
      assert.equal(await errorOf(scope), null);
    }
  });

  test('a runtime that breaks tells its scopes\' bodies', {}, async (rt) => {
    const signals = [];
    const body = (scope) => {
      signals.push(scope.signal);
      return never();
    };
    const scopes = [rt.timeout(1e6, body), rt.group(body)].map(errorOf);
    await rt.spawn('break_runtime').catch(() => {});
    for (const error of await Promise.all(scopes)) assert.ok(error instanceof ClosedError);
    for (const { aborted, reason } of signals) assert.ok(aborted && reason instanceof ClosedError);
  });

  test('a task that is discarded keeps where it was, and how often it was asked', {}, async (rt) => {
    const task = rt.spawn('stubborn');
    await rt.spawn('plain'); // it waits then
    task.cancel('w');
    const { site } = task;
    await rt.close({ grace: 1 });
    assert.match(site, /^tasks\.c:\d+$/);
    assert.deepEqual([task.site, task.cancelling], [site, 2]); // and by close
    assert.ok(await errorOf(task) instanceof TaskError);
  });

  test('a report on a task\'s last step has the task', { clock: 'real', stallAfter: 5, debug: true }, async (rt, { reports }) => {
    const task = rt.spawn('busy', 20);
    await task;
    assert.deepEqual(reports.map((report) => [report.kind, report.task === task]), [['stalled', true]]);
  });

  test('a character that is cut off at the end is printed as such', {}, async (rt, { printed }) => {
    await rt.spawn('prints_no_end', Uint8Array.of(0x61, 0xe2, 0x82));
    await rt.close();
    assert.equal(printed.join(''), 'a\ufffd');
  });
});

onBoth('borders of streams', (test) => {
  test('pipe takes options as spawn does, wherever they come from', {}, async (rt) => {
    const controller = new AbortController();
    const { task, closed } = pipe(rt, 'pass', Object.create({ signal: controller.signal, name: 'inherited' }));
    closed.catch(() => {});
    assert.equal(task.name, 'inherited');
    controller.abort(null);
    assert.equal(await errorOf(task), null);
  });

  test('a source that is cut off before C reads it is an error', {}, async (rt) => {
    const from = new ReadableStream({ pull(controller) { controller.enqueue(cutOff()[0]); } });
    let why;
    const to = new WritableStream({ abort(reason) { why = reason; } });
    const { task, closed } = pipe(rt, 'pass', { from, to });
    const error = await errorOf(task);
    assert.equal(error.statusName, 'WA_EIO');
    assert.ok(error.cause instanceof MisuseError);
    assert.equal(error.cause.message, 'a chunk of a stream: its buffer was transferred or cut off');
    await errorOf(closed);
    await settle();
    assert.equal(why, error);
  });

  test('streams that only look like it are refused, and leave nothing behind', {}, async (rt) => {
    const tasks = rt.counts().tasks;
    assert.throws(() => pipe(rt, 'pass', { from: { getReader() {} } }), MisuseError);
    assert.throws(() => pipe(rt, 'pass', { to: { getWriter() { return {}; } } }), MisuseError);
    const from = new ReadableStream();
    assert.throws(() => pipe(rt, 'pass', { from, to: { getWriter() {} } }), MisuseError);
    assert.equal(from.locked, false);
    assert.equal(rt.counts().tasks, tasks);
  });
}, 'streams');
