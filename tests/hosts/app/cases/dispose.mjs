// `using` and task.signal. Engines that lack the syntax are tested as well, so by the symbols.
const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

export default {
  async 'a runtime, to its end and at once'(t) {
    const rt = await t.start();
    const error = t.error(rt.spawn('sleeper', 1e6));
    await rt[asyncDispose]();
    t.same([rt.closed, (await error).name], [true, 'CancelledError']);
    const other = await t.start();
    other[dispose]();
    t.throws(() => other.spawn('echo'), t.wasyncio.ClosedError, /clos/);
    await other.close();
  },

  async 'a task is cancelled, and waited for'(t) {
    const rt = await t.start();
    const task = rt.spawn('slow_cleanup', 20);
    await rt.spawn('plain');
    await task[asyncDispose]();
    t.same([task.done, task.cancelled, task.reason.message], [true, true, 'its block was left']);
    const other = rt.spawn('sleeper', 1e9);
    other[dispose]();
    t.same((await t.error(other)).reason.message, 'its block was left');
  },

  async 'the scopes of blocks'(t) {
    const rt = await t.start();
    const group = rt.group();
    const member = group.spawn('sleeper', 5);
    await group.end();
    t.same([member.done, member.cancelled], [true, false]);
    const left = rt.group();
    const cancelled = left.spawn('sleeper', 1e9);
    await left[asyncDispose]();
    t.same(cancelled.cancelled, true);
    const scope = rt.timeout(5);
    t.same((await t.error(rt.spawn('sleeper', 1e9, { signal: scope.signal }))).name, 'TimeoutError');
    scope[dispose]();
  },

  async "a task's signal aborts when its cancellation is asked for, and not when it ends well"(t) {
    const rt = await t.start();
    const reason = { why: 'enough' };
    const task = rt.spawn('slow_cleanup', 20);
    const { signal } = task;
    await rt.spawn('plain');
    t.same(signal.aborted, false);
    task.cancel(reason);
    t.same([signal.aborted, signal.reason, task.done], [true, reason, false]);
    await t.error(task);
    const well = rt.spawn('echo');
    const quiet = well.signal;
    await well;
    t.same(quiet.aborted, false);
  },
};
