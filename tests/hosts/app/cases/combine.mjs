// asyncio's verbs over tasks and promises.
const never = () => new Promise(() => {});

export default {
  async 'gather: in order, the first error, all outcomes, and its cancellation'(t) {
    const rt = await t.start();
    t.same(await rt.gather([rt.spawn('sleeper', 9), rt.spawn('echo', 'b'), Promise.resolve('c')]), [0, 'b', 'c']);
    t.same(await rt.gather([]), []);
    const other = rt.spawn('sleeper', 20);
    t.same((await t.error(rt.gather([other, rt.spawn('status', -1001)]))).status, -1001);
    t.same(await other, 0);
    const mixed = await rt.gather([rt.spawn('echo', 1), rt.spawn('status', -1002)], { collect: true });
    t.same([mixed[0], mixed[1].status, mixed[1].reason.status], [{ status: 'fulfilled', value: 1 }, 'rejected', -1002]);
    const tasks = [rt.spawn('sleeper', 1e9), rt.spawn('sleeper', 1e9)];
    const all = rt.gather(tasks);
    t.same(all.cancel('all'), true);
    t.same((await t.error(all)).name, 'CancelledError');
    t.same(tasks.map((task) => task.cancelled), [true, true]);
  },

  async 'wait: the first, the first error, all, and for so long'(t) {
    const rt = await t.start();
    const slow = rt.spawn('sleeper', 50), fast = rt.spawn('sleeper', 5), bad = rt.spawn('status', -1003);
    t.same(await rt.wait([slow, fast], { when: 'first' }), { done: [fast], pending: [slow] });
    t.same((await rt.wait([slow, bad], { when: 'error' })).done, [bad]);
    t.same((await rt.wait([slow], { timeout: 1 })).pending, [slow]);
    await rt.wait([slow], { timeout: 1e9 });
    t.same(rt.counts().timers, 0);
    t.same((await rt.wait(new Set([slow, fast]))).done, [slow, fast]);
    t.same((await t.error(bad)).status, -1003);
  },

  async 'waitFor: cancels what is late and waits for its end; gives up a promise'(t) {
    const rt = await t.start();
    const { TimeoutError } = t.wasyncio;
    t.same([await rt.waitFor(rt.spawn('sleeper', 5), 50), rt.counts().timers], [0, 0]);
    const task = rt.spawn('slow_cleanup', 7);
    t.ok(await t.error(rt.waitFor(task, 10)) instanceof TimeoutError, 'late');
    t.same([task.cancelled, rt.now], [true, 5 + 10 + 7]);
    t.ok(await t.error(rt.waitFor(never(), 3)) instanceof TimeoutError, 'a promise');
    t.ok(await t.error(rt.waitFor(rt.spawn('sleeper', 5), 0)) instanceof TimeoutError, 'at once');
  },

  async 'shield: its cancellation spares what is inside'(t) {
    const rt = await t.start();
    const task = rt.spawn('sleeper', 5);
    const shield = rt.shield(task);
    shield.cancel('only the shield');
    t.same((await t.error(shield)).reason, 'only the shield');
    t.same([await task, task.cancelled], [0, false]);
  },

  async 'asCompleted: as they end, until the deadline, and given up'(t) {
    const rt = await t.start();
    const tasks = [30, 10, 20].map((ms) => rt.spawn('sleeper', ms, { name: `${ms}` }));
    const order = [];
    for await (const task of rt.asCompleted(tasks)) order.push(task.name);
    t.same(order, ['10', '20', '30']);
    const slow = rt.spawn('sleeper', 100);
    const error = await t.error(rt.asCompleted([slow], { timeout: 5 }).next());
    t.same(error.name, 'TimeoutError');
    for await (const one of rt.asCompleted([slow, rt.spawn('echo')])) { t.ok(one !== slow, 'the echo'); break; }
    t.same(await slow, 0);
  },

  async 'timeout: a deadline around a body, moved, and passed'(t) {
    const rt = await t.start();
    t.same(await rt.timeout(50, async () => { await rt.spawn('sleeper', 5); return 'in time'; }), 'in time');
    const late = rt.timeout(10, ({ signal }) => rt.spawn('sleeper', 1e9, { signal }));
    t.same((await t.error(late)).name, 'TimeoutError');
    t.same(await rt.timeout(10, async (scope) => {
      scope.reschedule(undefined);
      await rt.spawn('sleeper', 60);
      return scope.expired;
    }), false);
  },

  async 'group: the first failure cancels the others and the signal; all errors are told'(t) {
    const rt = await t.start();
    const members = [];
    let signal;
    const error = await t.error(rt.group(async (group) => {
      ({ signal } = group);
      members.push(group.spawn('sleeper', 1e9), group.spawn('status', -1004), group.add(rt.spawn('sleeper', 1e9)));
    }));
    t.same([error.name, error.errors.map(({ status }) => status)], ['GroupError', [-1004]]);
    t.same([members.map((one) => one.cancelled), signal.aborted], [[true, false, true], true]);
    t.same(await rt.group(async (group) => {
      group.spawn('sleeper', 3);
      return 'of the body';
    }), 'of the body');
    t.throws(() => { let over; rt.group((group) => { over = group; throw 1; }).catch(() => {}); over.add(5); },
      t.wasyncio.MisuseError, /a member of a group must be a task or a promise, not 5/);
  },

  async 'a group is no member of itself'(t) {
    const rt = await t.start();
    const own = rt.group(async (group) => {
      await rt.spawn('echo');
      t.throws(() => group.add(own), t.wasyncio.MisuseError, /do not wait for it/);
      return 'over';
    });
    t.same(await own, 'over');
  },

  async 'a group that C makes'(t) {
    const rt = await t.start();
    const error = await t.error(rt.spawn('group'));
    t.same([error.name, error.errors.map(({ status }) => status)], ['GroupError', [-1001, -1002]]);
  },

  async 'C that cancels its child, has a deadline, and leaves a task behind'(t) {
    const rt = await t.start();
    const error = await t.error(rt.spawn('canceller'));
    t.same([error.name, error.reason], ['CancelledError', 'C said so']);
    t.same((await t.error(rt.spawn('deadline'))).name, 'TimeoutError');
    await rt.spawn('spawner');
    const [left] = rt.tasks();
    t.same([left.name, rt.tasks()], ['left behind', [left]]);
    left.cancel();
    t.same((await t.error(left)).name, 'CancelledError');
  },
};
