// Turns: a page stays alive while C computes, a process while C sleeps, and an abort gets through. How long C keeps the
// host waiting is measured in time that it computed: while another process has the processor, nobody can help it.
import assert from 'node:assert/strict';
import { test as plainTest } from 'node:test';
import { computed, errorOf, inThree, onBoth, program, run, sleep } from './setup.mjs';

const slice = 8;
const heard = [];
let owner;

onBoth('turns', (test) => {
  test('a computing loop is stopped by an AbortController that a timer fires, while timers go on', {
    clock: 'real', turnBudget: slice,
  }, async (rt, { context }) => {
    const delays = [];
    let ticks = 0;
    const interval = setInterval(() => ticks++, 1);
    const start = computed();
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      let abortedAt;
      setTimeout(() => {
        abortedAt = computed();
        controller.abort('stop computing');
      }, 50);
      const error = await errorOf(rt.spawn('compute', '', { signal: controller.signal }));
      delays.push(computed() - abortedAt);
      assert.equal(error, 'stop computing');
    }
    const took = computed() - start;
    clearInterval(interval);
    const [fastest, , median] = delays.sort((a, b) => a - b);
    context.diagnostic(`from abort() to the end: ${fastest.toFixed(2)} ms at best, ${median.toFixed(2)} ms median`);
    context.diagnostic(`${ticks} ticks of a 1 ms timer in ${Math.round(took)} ms`);
    assert.ok(median < 2 * slice, `${delays} ms`);
    assert.ok(ticks > took / 25, `${ticks} ticks in ${took} ms`);
  });

  test('tasks, timers and promises go on while one computes', { clock: 'real' }, async (rt) => {
    const computing = rt.spawn('compute');
    const start = computed();
    await rt.spawn('sleeper', 20);
    await sleep(1);
    const took = computed() - start;
    assert.equal(computing.done, false);
    computing.cancel();
    await errorOf(computing);
    assert.ok(took < 80, `${took} ms`);
  });

  test('a sleep takes as long as it says', { clock: 'real' }, async (rt) => {
    const measure = async () => {
      const start = performance.now();
      await rt.gather([rt.spawn('sleeper', 30), rt.spawn('sleeper', 10)]);
      return performance.now() - start;
    };
    const elapsed = await inThree(measure, (ms) => ms < 60);
    assert.ok(elapsed >= 29.9 && elapsed < 60, `${elapsed} ms`);
  });

  test('changes of one moment share one turn, which comes before any timer', { clock: 'real' }, async (rt) => {
    const order = [];
    setTimeout(() => order.push('timer'), 0);
    const tasks = Array.from({ length: 100 }, () => rt.spawn('echo', 1));
    tasks[99].then(() => order.push('tasks'));
    await rt.gather(tasks);
    await sleep(2);
    assert.deepEqual(order, ['tasks', 'timer']);
  });

  test('virtual time goes on while the host owes an answer, which may wait for it', {
    host: { resting: async () => { await owner.spawn('sleeper', 5); return 'rested'; }, forever: () => new Promise(() => {}) },
  }, async (rt) => {
    owner = rt;
    assert.equal(await rt.spawn('call', 'resting'), 'rested');
    assert.equal(rt.now, 5);
    const late = await errorOf(rt.waitFor(rt.spawn('call', 'forever'), 1000));
    assert.deepEqual([late.name, rt.now], ['TimeoutError', 1005]);
  });

  test('virtual time stands still until the host has heard what happened', {
    host: { forever: () => { heard.push(owner.now); return new Promise(() => {}); } },
  }, async (rt) => {
    owner = rt;
    const other = rt.spawn('sleeper', 100);
    await rt.spawn('plain');
    const { now } = rt;
    const call = rt.spawn('call', 'forever', { eager: true });
    await other;
    assert.deepEqual(heard.splice(0), [now]);
    call.cancel();
    await errorOf(call);
  });

  test('a deadline that passed before the work has ended comes first, however late the turn', { clock: 'real' }, async (rt) => {
    const sleeper = (options) => rt.spawn('sleeper', 20, options);
    const all = [
      sleeper({ timeout: 10 }), rt.waitFor(sleeper(), 10), rt.timeout(10, ({ signal }) => sleeper({ signal })),
      rt.asCompleted([sleeper()], { timeout: 10 }).next(),
    ];
    const wait = rt.wait([sleeper()], { timeout: 10 });
    const inTime = [sleeper({ timeout: 30 }), rt.waitFor(sleeper(), 30)];
    await Promise.resolve();
    for (const end = performance.now() + 50; performance.now() < end;) continue;
    const ends = await Promise.allSettled(all);
    assert.deepEqual(ends.map(({ reason }) => reason?.name), Array(4).fill('TimeoutError'));
    const { done, pending } = await wait;
    assert.deepEqual([done.length, pending.length], [0, 1]);
    await Promise.all(inTime);
    await Promise.allSettled(rt.tasks());
  });

  test("C's calendar is the host's as it is now: somebody may have set it", {}, async (rt, { context }) => {
    context.mock.method(Date, 'now', () => 1e12);
    assert.equal(await rt.spawn('calendar'), 1e12);
  });

  for (const clock of ['real', 'virtual']) {
    test(`timers that a test puts in place of the host's, or takes away again, are not its: ${clock} time`, { clock },
      async (rt, { context }) => {
        context.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
        const task = rt.spawn('sleeper', 20);
        assert.equal(await rt.spawn('sleeper', 5), 0);
        context.mock.timers.reset();
        assert.equal(await task, 0);
      });
  }

  test('virtual time: seconds pass at once, and JavaScript sees each moment', {}, async (rt) => {
    const start = computed();
    const moments = [];
    const long = rt.spawn('sleeper', 1e8);
    for (const ms of [10, 20, 30]) {
      await rt.spawn('sleeper', ms);
      moments.push(rt.now);
    }
    assert.deepEqual(moments, [10, 30, 60]);
    await long;
    assert.equal(rt.now, 1e8);
    rt.advance(500);
    assert.equal(rt.now, 1e8 + 500);
    assert.ok(computed() - start < 1000);
  });
});

plainTest('a sleeping task keeps the process alive, a finished runtime does not', async () => {
  const path = await program('wasi');
  assert.equal(await run(path, `
    const rt = await load(path);
    rt.spawn('sleeper', 100).then(() => console.log('awake'));
    setTimeout(() => {}, 1e6).unref();
  `), 'awake\n');
});
