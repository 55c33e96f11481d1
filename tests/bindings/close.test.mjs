// close(): what is left is cancelled and waited for, within bounds; afterwards every call says so.
import assert from 'node:assert/strict';
import { CancelledError, ClosedError, TaskError } from '../../bindings/index.js';
import { errorOf, onBoth, run, settle } from './setup.mjs';

onBoth('close', (test) => {
  test('cancels what is left, and waits for its clean-up', { clock: 'real' }, async (rt) => {
    const before = rt.exports.cleanup_count();
    const errors = [errorOf(rt.spawn('slow_cleanup', 20)), errorOf(rt.spawn('sleeper', 1e6))];
    await rt.spawn('plain');
    const closing = rt.close();
    assert.throws(() => rt.spawn('echo'), ClosedError);
    assert.equal(rt.close(), closing);
    await closing;
    assert.equal(rt.closed, true);
    assert.equal(rt.exports.cleanup_count(), before + 2);
    for (const error of errors) {
      assert.ok(await error instanceof CancelledError);
      assert.equal((await error).reason.message, 'the runtime is closing');
    }
  });

  test('cancels also what a clean-up spawns', {}, async (rt) => {
    const error = errorOf(rt.spawn('successor'));
    await rt.spawn('plain');
    rt.close({ grace: Infinity }); // so nothing is discarded
    await settle();
    assert.equal(rt.closed, true);
    assert.ok(await error instanceof CancelledError);
  });

  test('discards what does not end within the grace', { clock: 'real' }, async (rt, { context }) => {
    context.mock.timers.enable({ apis: ['setTimeout'] }); // which are not its
    const error = errorOf(rt.spawn('stubborn', '', { name: 'mule' }));
    await rt.spawn('plain');
    const start = performance.now();
    await rt.close({ grace: 30 });
    const elapsed = performance.now() - start;
    assert.ok(elapsed >= 29 && elapsed < 5000, `${elapsed} ms`); // which is the default
    assert.ok(await error instanceof TaskError);
    assert.deepEqual([(await error).statusName, (await error).task], ['WA_EDISCARDED', 'mule']);
  });

  test('aborts the host functions that are running', {
    clock: 'real',
    host: {
      forever: (_, { signal }) => new Promise(() => { signal.addEventListener('abort', () => aborted.push(signal)); }),
    },
  }, async (rt) => {
    const error = errorOf(rt.spawn('call', 'forever'));
    await rt.spawn('plain');
    await rt.close();
    assert.ok(await error instanceof CancelledError);
    assert.equal(aborted.length, 1);
    assert.ok(aborted[0].reason instanceof CancelledError); // what a fetch with that signal rejects with
    assert.equal(aborted[0].reason.message, 'the runtime is closing');
    aborted.length = 0;
  });

  test("prints what C's stdio holds back, a line without an end", {}, async (rt, { printed }) => {
    await rt.spawn('prints_no_end', 'to be ');
    await rt.spawn('prints_no_end', 'continued');
    await rt.close();
    assert.equal(printed.join(''), 'to be continued');
  });

  test('ends the combinators that wait, also for promises', {}, async (rt) => {
    const waits = [rt.waitFor(new Promise(() => {}), 1e6), rt.gather([new Promise(() => {})])];
    const errors = waits.map(errorOf);
    await rt.close();
    for (const error of errors) assert.ok(await error instanceof CancelledError);
  });

  test('a body that ignores its signal is left behind', { clock: 'real' }, async (rt) => {
    const error = errorOf(rt.timeout(1e6, () => new Promise(() => {})));
    await rt.close();
    assert.ok(await error instanceof ClosedError);
  });

  test('every method of a closed runtime says so', {}, async (rt) => {
    const task = rt.spawn('echo', 'kept');
    await task;
    await rt.close();
    await rt.close();
    const body = async () => {};
    for (const call of [
      () => rt.spawn('echo'), () => rt.tasks(), () => rt.counts(), () => rt.advance(1), () => rt.now,
      () => rt.gather([]), () => rt.wait([task]), () => rt.waitFor(task, 1), () => rt.shield(Promise.resolve()),
      () => rt.asCompleted([task]), () => rt.timeout(1, body), () => rt.group(body),
    ]) assert.throws(call, ClosedError, String(call));
    assert.deepEqual([await task, task.done, task.state], ['kept', true, 'done']);
    assert.deepEqual([task.name, task.cancel()], ['task-1', false]);
  });

  test('a runtime can be disposed of', {}, async (rt) => {
    const dispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
    const error = errorOf(rt.spawn('sleeper', 1e6));
    await rt[dispose]();
    assert.equal(rt.closed, true);
    assert.ok(await error instanceof CancelledError);
  });

  test('a trap outside of any task breaks the runtime, and every pending task hears of it', {}, async (rt) => {
    const pending = errorOf(rt.spawn('sleeper', 1e6));
    const waiting = errorOf(rt.waitFor(new Promise(() => {}), 1e6));
    const { cause } = await errorOf(rt.spawn('break_runtime'));
    assert.ok(cause instanceof WebAssembly.RuntimeError);
    assert.deepEqual([(await pending).name, (await pending).cause], ['TrapError', cause]);
    assert.match((await pending).message, /^task 'task-\d+' ended with WA_ETRAP \(at tasks\.c:\d+\)/);
    assert.deepEqual([(await waiting).name, (await waiting).cause], ['ClosedError', cause]);
    assert.equal(rt.closed, true);
    assert.throws(() => rt.spawn('echo'), { name: 'ClosedError', message: /broken/, cause });
    await rt.close();
  });

  test('a late answer and a late abort after the close do nothing', {
    clock: 'real', host: { slow: () => new Promise((resolve) => { answer = resolve; }) },
  }, async (rt) => {
    const controller = new AbortController();
    const error = errorOf(rt.spawn('call', 'slow', { signal: controller.signal }));
    await rt.spawn('plain');
    await rt.close();
    answer('late');
    controller.abort('late');
    assert.ok(await error instanceof CancelledError);
    await settle();
  });
});
const aborted = [];
let answer;

onBoth('close, without a stream for the output', (test) => {
  test('gives the console the last line, though it has no end', {}, async (_, { path }) => {
    assert.equal(await run(path, `
      const { stdout } = process;
      Object.defineProperty(process, 'stdout', { value: undefined }); // as in a page
      const lines = [];
      console.log = (line) => lines.push(line);
      const rt = await load(path, { clock: 'virtual' });
      await rt.spawn('print', 'first\\nlast');
      const before = lines.length;
      await rt.close();
      stdout.write(JSON.stringify([before, lines]));
    `), '[1,["first","last"]]');
  });
}, 'streams');
