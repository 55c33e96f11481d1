// Many at once.
export default {
  async '1,000 tasks sleep, and wake in order'(t) {
    const rt = await t.start();
    const order = [];
    const tasks = Array.from({ length: 1000 }, (_, i) => {
      const task = rt.spawn('sleeper', 1000 - i);
      task.then(() => order.push(i));
      return task;
    });
    await rt.gather(tasks);
    t.same(order, Array.from({ length: 1000 }, (_, i) => 999 - i));
  },

  async '10,000 calls in flight, each on a promise of its own, answered in any order while memory grows'(t) {
    const open = new Map();
    const answer = (i) => new Promise((resolve) => { open.set(i, resolve); });
    const rt = await t.start({ host: { answer }, stackSize: 4096 });
    const n = 10_000;
    const tasks = Array.from({ length: n }, (_, i) => rt.spawn('call', `answer ${i}`));
    await t.until(() => open.size === n);
    const before = rt.memory.buffer.byteLength;
    // A permutation: 7919 is a prime that does not divide n.
    for (let i = 0; i < n; i++) {
      const one = `${(i * 7919) % n}`;
      open.get(one)(i === n / 2 ? `answer to ${one}${' '.repeat(before)}` : `answer to ${one}`);
      if (i % 1000 === 0) await t.sleep(0);
    }
    const answers = await rt.gather(tasks);
    t.ok(rt.memory.buffer.byteLength > before, 'memory has grown');
    t.same(answers.map((answer) => answer.trimEnd()), tasks.map((_, i) => `answer to ${i}`));
  },

  async 'one signal on 100,000 tasks: no warning, nothing left on it'(t) {
    const rt = await t.start({ clock: 'real', stackSize: 2048 });
    const n = 100_000;
    const controller = new AbortController();
    const reason = new Error('all of you');
    let added = 0;
    const { signal } = controller;
    const add = signal.addEventListener;
    signal.addEventListener = function count(...args) { added++; return add.apply(this, args); };
    const cleanups = rt.exports.cleanup_count(), steps = rt.exports.step_count();
    const tasks = Array.from({ length: n }, () => rt.spawn('sleeper', 1e9, { signal }));
    await t.until(() => rt.exports.step_count() === steps + n);
    controller.abort(reason);
    const outcomes = await rt.gather(tasks, { collect: true });
    t.ok(outcomes.every((one) => one.reason === reason), 'each has the reason');
    t.same([added, rt.exports.cleanup_count() - cleanups], [1, n]);
  },

  async 'calls of a function of the host that answers at once let a timer through, all the time'(t) {
    let ticks = 0, computed = 0, last = performance.now();
    const next = (i) => {
      const now = performance.now();
      if (now - last < 5) computed += now - last; // else others had their turn: timers, or other processes
      last = now;
      return i;
    };
    const rt = await t.start({ clock: 'real', host: { next } });
    const interval = setInterval(() => ticks++, 1);
    t.same(await rt.spawn('call_often', 200_000), 199_999 * 100_000 | 0);
    clearInterval(interval);
    t.ok(ticks > computed / 50, `${ticks} ticks while it computed for ${computed} ms`);
  },

  async '30 runtimes at once, each with tasks that are cancelled'(t) {
    const all = await Promise.all(Array.from({ length: 30 }, () => t.start({ clock: 'real' })));
    const controller = new AbortController();
    const { signal } = controller;
    const tasks = all.flatMap((rt) => Array.from({ length: 10 }, () => rt.spawn('sleeper', 1e9, { signal })));
    await t.sleep(5);
    controller.abort('all');
    const outcomes = await Promise.allSettled(tasks);
    t.ok(outcomes.every(({ reason }) => reason === 'all'), 'each has the reason');
  },
};
