// task.signal; and `using`, which Node 20 has no syntax for: by the symbols, and compiled by TypeScript.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test as plainTest } from 'node:test';
import { promisify } from 'node:util';
import { CancelledError, GroupError, load } from '../../bindings/index.js';
import { errorOf, here, onBoth, root } from './setup.mjs';

onBoth('task.signal', (test) => {
  test('aborts when a cancellation is asked for, before the task has ended', {}, async (rt) => {
    const task = rt.spawn('slow_cleanup', 20);
    const { signal } = task;
    assert.equal(task.signal, signal);
    await rt.spawn('plain');
    assert.equal(signal.aborted, false);
    const reason = { why: 'enough' };
    task.cancel(reason);
    assert.deepEqual([signal.aborted, signal.reason, task.done], [true, reason, false]);
    await errorOf(task);
    assert.equal(signal.reason, reason);
  });

  test('by a signal, a timeout, and without a reason', {}, async (rt) => {
    const controller = new AbortController();
    const byController = rt.spawn('sleeper', 1e9, { signal: controller.signal });
    const { signal } = byController;
    controller.abort();
    assert.equal(signal.reason, controller.signal.reason);
    const byTimeout = rt.spawn('sleeper', 1e9, { timeout: 5 });
    const late = byTimeout.signal;
    assert.equal(await errorOf(byTimeout), late.reason);
    const bare = rt.spawn('sleeper', 1e9);
    bare.cancel();
    assert.ok(bare.signal.reason instanceof CancelledError);
    await errorOf(byController);
    await errorOf(bare);
  });

  test('by a cancellation in C, and by an error, at the end', {}, async (rt) => {
    const task = rt.spawn('canceller');
    const { signal } = task;
    await errorOf(task);
    assert.equal(signal.reason, 'C said so');
    const failing = rt.spawn('status', -1001);
    const { signal: failed } = failing;
    assert.equal(await errorOf(failing), failed.reason);
  });

  test('asked for late, it is what it would have been', {}, async (rt) => {
    const asked = rt.spawn('slow_cleanup', 5);
    await rt.spawn('plain');
    asked.cancel('while it cleans up');
    assert.equal(asked.signal.reason, 'while it cleans up');
    await errorOf(asked);
    const ended = rt.spawn('sleeper', 1e9);
    ended.cancel('before');
    await errorOf(ended);
    assert.equal(ended.signal.reason, 'before');
    const failed = rt.spawn('status', -1001);
    assert.equal(await errorOf(failed), failed.signal.reason);
  });

  test('of a task that ends well it never aborts', {}, async (rt) => {
    const early = rt.spawn('echo', 1);
    const { signal } = early;
    await early;
    assert.deepEqual([signal.aborted, early.signal.aborted], [false, false]);
    const late = rt.spawn('echo', 1);
    await late;
    assert.equal(late.signal.aborted, false);
  });
});

onBoth('dispose', (test) => {
  test('a task: cancelled with a reason that says why, and waited for', {}, async (rt) => {
    const before = rt.exports.cleanup_count();
    const task = rt.spawn('slow_cleanup', 20);
    await rt.spawn('plain');
    await task[Symbol.asyncDispose]();
    assert.deepEqual([task.cancelled, task.reason.message], [true, 'its block was left']);
    assert.equal(rt.exports.cleanup_count(), before + 1);
    await task[Symbol.asyncDispose]();
    const other = rt.spawn('sleeper', 1e9);
    other[Symbol.dispose]();
    assert.equal(other.done, false);
    assert.equal((await errorOf(other)).reason.message, 'its block was left');
  });

  test('a task that has failed before is for whoever awaits it', {}, async (rt) => {
    const task = rt.spawn('status', -1002);
    const failure = errorOf(task);
    await rt.spawn('plain');
    await task[Symbol.asyncDispose]();
    assert.equal((await failure).status, -1002);
  });

  test('a combinator, a scope', {}, async (rt) => {
    const waiting = rt.waitFor(rt.spawn('sleeper', 1e9), 1e9);
    await waiting[Symbol.asyncDispose]();
    const scope = rt.group(async (group) => { group.spawn('sleeper', 1e9); });
    await scope[Symbol.asyncDispose]();
    assert.deepEqual([waiting.cancelled, scope.cancelled], [true, true]);
  });

  test('a runtime, at once and to its end', {}, async (rt, { module }) => {
    const other = await load(module);
    other[Symbol.dispose]();
    assert.throws(() => other.spawn('echo'), { name: 'ClosedError' });
    await other.close();
    const error = errorOf(rt.spawn('sleeper', 1e9));
    await rt[Symbol.asyncDispose]();
    assert.equal((await error).reason.message, 'the runtime is closing');
  });

  test('a group of a block takes nothing any more when it has been left', {}, async (rt) => {
    const group = rt.group();
    await group[Symbol.asyncDispose]();
    assert.throws(() => group.spawn('echo'), { name: 'MisuseError', message: /finished/ });
    const scope = rt.timeout(5);
    scope[Symbol.dispose]();
    assert.throws(() => scope.reschedule(5), { name: 'MisuseError', message: /was left/ });
    assert.equal(scope.signal.reason.reason.message, 'its block was left');
  });

  test('one that waits for its end takes members as long as one runs', {}, async (rt) => {
    const group = rt.group();
    group.spawn('sleeper', 10);
    const end = group.end();
    await rt.spawn('plain');
    const late = group.spawn('sleeper', 20);
    await end;
    assert.equal(late.done, true);
    assert.throws(() => group.spawn('echo'), { name: 'MisuseError', message: /finished/ });
  });

  test('closing the runtime ends the scopes of blocks', {}, async (rt, { reports }) => {
    const [scope, group] = [rt.timeout(1e9), rt.group()];
    const member = group.spawn('sleeper', 1e9);
    const error = errorOf(member);
    await rt.close();
    assert.ok(await error instanceof CancelledError);
    assert.deepEqual([scope.signal.aborted, group.signal.aborted, reports], [true, true, []]);
  });
});

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const skip = existsSync(tsc) ? false : 'typescript is not installed: npm ci';
const compiled = join(root, 'build/tests/bindings/using');

plainTest('using.ts compiles under --strict', { skip }, async () => {
  const language = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'esnext,dom'];
  const options = [...language, '--outDir', compiled];
  await assert.doesNotReject(promisify(execFile)(process.execPath, [tsc, ...options, join(here, 'using.ts')])
    .catch((error) => { throw new Error(error.stdout); }));
});

onBoth('using', (test) => {
  const blocks = () => import(join(compiled, 'using.js'));
  test('blocks end what they hold', { skip }, async (rt, { module }) => {
    const { task, spared, notWaited, failing, thrown, waited, late, inTime, runtime } = await blocks();
    const kept = [];
    assert.equal(await task(rt, kept), false);
    assert.deepEqual([kept[0].done, kept[0].reason.message], [true, 'its block was left']);
    assert.equal(await spared(rt), 'done before');
    assert.equal(await notWaited(rt, kept), false);
    assert.equal(kept[1].done, false);
    await errorOf(kept[1]);
    const error = await errorOf(failing(rt));
    assert.ok(error instanceof GroupError);
    assert.deepEqual(error.errors.map(({ status }) => status), [-1001]);
    assert.equal((await errorOf(thrown(rt, kept))).message, 'out of the block');
    assert.deepEqual([kept[2].done, kept[2].cancelled], [true, true]);
    assert.equal(await waited(rt), 0);
    assert.deepEqual(await late(rt), [true, true, 'TimeoutError']);
    const signals = [];
    assert.equal(await inTime(rt, signals), 'in time');
    assert.equal(signals[0].aborted, true);
    await runtime(() => load(module), kept);
    assert.equal(kept[3].reason.message, 'the runtime is closing');
  });
});
