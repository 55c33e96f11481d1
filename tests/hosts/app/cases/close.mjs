// close(): what is left is cancelled and waited for, within bounds; afterwards every call says so.
export default {
  async 'cancels what is left, and waits for its clean-up'(t) {
    const rt = await t.start({ clock: 'real' });
    const before = rt.exports.cleanup_count();
    const tasks = [rt.spawn('slow_cleanup', 10), rt.spawn('sleeper', 1e6), rt.spawn('successor')];
    const errors = tasks.map((task) => t.error(task));
    await rt.spawn('plain');
    const closing = rt.close();
    t.throws(() => rt.spawn('echo'), t.wasyncio.ClosedError, /closing/);
    t.same(rt.close(), closing);
    await closing;
    t.same([rt.closed, rt.exports.cleanup_count()], [true, before + 2]);
    for (const error of errors) t.same((await error).reason.message, 'the runtime is closing');
  },

  async 'discards what does not end within the grace'(t) {
    const rt = await t.start({ clock: 'real' });
    const error = t.error(rt.spawn('stubborn', '', { name: 'mule' }));
    await rt.spawn('plain');
    await rt.close({ grace: 20 });
    t.same([(await error).statusName, (await error).task], ['WA_EDISCARDED', 'mule']);
  },

  async 'aborts the host functions that run, and ends the combinators that wait'(t) {
    let aborted = 0;
    const rt = await t.start({
      clock: 'real',
      host: { forever: (_, { signal }) => new Promise(() => { signal.addEventListener('abort', () => aborted++); }) },
    });
    const never = new Promise(() => {});
    const errors = [rt.spawn('call', 'forever'), rt.waitFor(never, 1e6), rt.gather([never])].map((one) => t.error(one));
    await rt.spawn('plain');
    await rt.close();
    for (const error of errors) t.same((await error).name, 'CancelledError');
    t.same(aborted, 1);
  },

  async 'every method of a closed runtime says so'(t) {
    const rt = await t.start();
    const task = rt.spawn('echo', 'kept');
    await task;
    await rt.close();
    await rt.close();
    const body = async () => {};
    for (const call of [
      () => rt.spawn('echo'), () => rt.tasks(), () => rt.counts(), () => rt.advance(1), () => rt.now,
      () => rt.gather([]), () => rt.wait([task]), () => rt.waitFor(task, 1), () => rt.shield(Promise.resolve()),
      () => rt.asCompleted([task]), () => rt.timeout(1, body), () => rt.group(body),
    ]) t.throws(call, t.wasyncio.ClosedError, /closed/);
    t.same([await task, task.done, task.state, task.cancel()], ['kept', true, 'done', false]);
  },

  async 'a late answer and a late abort do nothing'(t) {
    let answer;
    const rt = await t.start({ host: { slow: () => new Promise((resolve) => { answer = resolve; }) } });
    const controller = new AbortController();
    const error = t.error(rt.spawn('call', 'slow', { signal: controller.signal }));
    await rt.spawn('plain');
    await rt.close();
    answer('late');
    controller.abort('late');
    t.same((await error).name, 'CancelledError');
  },
};
