// Of what there may be very many: none is lost or confused with another, each is met once, and what is deep does not end the
// engine's stack.
import assert from 'node:assert/strict';
import { errorOf, onBoth, run, settle } from './setup.mjs';

const MANY = 20_000;

onBoth('many', (test) => {
  test('ends, handed out in their order', {}, async (rt) => {
    const items = Array.from({ length: 100_000 }, (_, i) => Promise.resolve(i));
    let next = 0;
    for await (const item of rt.asCompleted(items)) assert.equal(item, items[next++]);
    assert.equal(next, items.length);
  });

  test('layers of waitFor, cancelled from outside and from inside', {}, async (rt) => {
    for (const inside of [false, true]) {
      const task = rt.spawn('sleeper', 1e6);
      let outer = task;
      for (let i = 0; i < MANY; i++) outer = rt.waitFor(outer, 1e9);
      (inside ? task : outer).cancel('why');
      assert.equal((await errorOf(outer)).reason, 'why');
      assert.equal(task.cancelled, true);
    }
  });

  test('ways to the same task', {}, async (rt) => {
    const task = rt.spawn('sleeper', 1e6);
    let outer = task;
    for (let i = 0; i < 12; i++) outer = rt.gather([outer, outer]);
    const reason = new Error('enough');
    outer.cancel(reason);
    assert.equal(task.cancelling, 2 ** 12); // who is there twice is asked twice
    assert.equal((await errorOf(outer)).reason, reason);
  });

  test('reasons of one task, alike and not', { host: { never: () => new Promise(() => {}) } }, async (rt) => {
    const task = rt.spawn('call', 'never');
    await settle();
    const reasons = Array.from({ length: MANY }, (_, i) => new Error(i % 2 ? 'alike' : `number ${i}`));
    for (const reason of reasons) assert.equal(task.cancel(reason), true);
    assert.equal(task.cancelling, reasons.length);
    assert.equal((await errorOf(task)).reason, reasons[0]); // which ended the wait
  });

  test('two operations, cancelled with words that are alike', {
    host: { never: (name, { signal }) => new Promise(() => { signal.onabort = () => heard.push(signal.reason); }) },
  }, async (rt) => {
    heard.length = 0;
    const reasons = [new Error('alike'), new Error('alike')];
    const tasks = reasons.map(() => rt.spawn('call', 'never'));
    await settle();
    tasks.forEach((task, i) => task.cancel(reasons[i]));
    for (const [i, task] of tasks.entries()) assert.equal((await errorOf(task)).reason, reasons[i]);
    await settle();
    assert.equal(heard.length, 2);
    heard.forEach((reason, i) => assert.equal(reason, reasons[i]));
  });

  test('bytes without an end of line, for a console', {}, async (rt, { path }) => {
    const printed = await run(path, `
      const write = process.stdout.write.bind(process.stdout);
      Object.defineProperty(process, 'stdout', { value: undefined });
      let lines = 0, size = 0;
      console.log = (line) => { lines++; size += line.length; };
      const rt = await load(path);
      for (let i = 0; i < 200; i++) await rt.spawn('prints_no_end', 'x'.repeat(20_000));
      await rt.close();
      write(lines + ' ' + size);`);
    assert.equal(printed, '1 4000000');
  });
});

const heard = [];
