// Reports: nothing is silent.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { load } from '../../bindings/index.js';
import { errorOf, onBoth, run, sleep } from './setup.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

onBoth('reports', (test) => {
  test('a listener hears its kind until it is taken away', {}, async (rt, { reports }) => {
    const heard = [];
    const off = rt.on('swallowed', (report) => heard.push(report));
    for (let i = 0; i < 2; i++) {
      const task = rt.spawn('swallow', '', { name: `s${i}` });
      await rt.spawn('plain');
      task.cancel();
      await task;
      if (i === 0) assert.equal(heard[0].task, task);
      off();
    }
    assert.deepEqual(heard.map(({ name }) => name), ['s0']);
    assert.deepEqual(reports.map(({ name }) => name), ['s0', 's1']);
  });

  test('one of a task of which only C knows leaves no handle behind', {}, async (rt, { reports }) => {
    await rt.spawn('tolerant');
    assert.deepEqual(reports.map(({ kind, task }) => [kind, task]), [['swallowed', undefined]]);
    assert.equal(rt.counts().handles, 0);
  });

  test('without a listener, a report is a line on the console', {}, async (_, { module, context }) => {
    const warn = context.mock.method(console, 'warn', () => {});
    const rt = await load(module, { clock: 'virtual', stallAfter: 60_000 });
    const task = rt.spawn('swallow', '', { name: 'loud' });
    await rt.spawn('plain');
    task.cancel();
    await task;
    await rt.close();
    assert.equal(warn.mock.callCount(), 1);
    assert.match(warn.mock.calls[0].arguments[0], /^wasyncio: task 'loud' swallowed/);
  });

  test('a failed task that nobody awaited is told when it is lost', {}, async (rt, { reports }) => {
    (() => { rt.spawn('status', -1005, { name: 'unloved' }); })();
    await rt.spawn('plain');
    for (let i = 0; i < 200 && reports.length === 0; i++) {
      await sleep(5);
      gc();
    }
    assert.deepEqual(reports.map(({ kind, name, status }) => [kind, name, status]), [['unseen', 'unloved', -1005]]);
  });

  test('or when the runtime is closed; but not one that was looked at', {}, async (rt, { reports }) => {
    const unloved = rt.spawn('status', -1005, { name: 'unloved' });
    const loved = rt.spawn('status', -1005);
    const late = rt.spawn('status', -1005);
    const cancelled = rt.spawn('sleeper', 1);
    cancelled.cancel();
    await errorOf(loved);
    await rt.spawn('sleeper', 5);
    await errorOf(late);
    await errorOf(rt.gather([rt.spawn('status', -1006), rt.spawn('status', -1007)]));
    await rt.close();
    assert.deepEqual(reports.map(({ kind, name }) => [kind, name]), [['unseen', 'unloved']]);
    assert.equal(unloved.done, true);
  });

  test('a task that its own deadline has ended has failed, too', {}, async (rt, { reports }) => {
    rt.spawn('sleeper', 1e6, { timeout: 5, name: 'slow' });
    await errorOf(rt.spawn('sleeper', 1e6, { timeout: 5 }));
    rt.spawn('sleeper', 1e6, { signal: AbortSignal.abort() });
    await rt.spawn('plain');
    await rt.close();
    assert.deepEqual(reports.map(({ kind, name, text }) => [kind, name, text]),
      [['unseen', 'slow', "task 'slow': not done within 5 ms; nobody looked at it"]]);
  });

  test("or when Node's process ends", {}, async (_, { path }) => {
    assert.equal(await run(path, `
      const rt = await load(path, { onReport: ({ kind, name }) => console.log(kind, name) });
      globalThis.kept = rt.spawn('status', -1005, { name: 'unloved' });
      const loved = rt.spawn('status', -1006);
      setTimeout(() => loved.catch(() => {}), 20);
      const other = await load(path, { onReport() { console.log('of the other') } });
      other.spawn('status', -1007);
      await other.spawn('plain');
      await other.close();
    `), 'of the other\nunseen unloved\n');
  });

  test("tasks that still wait when Node has nothing left to wait for are told, with their places", {}, async (_, { path }) => {
    assert.equal((await run(path, `
      const onReport = ({ kind, count, text }) => console.log(kind, count, text.replace(/c:\\d+/g, 'c:N'));
      const host = { never: () => new Promise(() => {}) };
      const rt = await load(path, { host, onReport });
      for (const name of ['a', 'b']) rt.spawn('call', 'never', { name });
      const closed = await load(path, { onReport });
      await closed.close();
      const idle = await load(path, { onReport });
      await idle.spawn('plain');
    `)), "deadlock 2 deadlock: Node has nothing left to wait for; tasks left (2): 'a' at tasks.c:N, 'b' at tasks.c:N\n");
  });

  test('nor one that ended a wait, or that was cancelled afterwards', {}, async (rt, { reports }) => {
    await rt.wait([rt.spawn('status', -1005), rt.spawn('sleeper', 5)], { when: 'error' });
    const task = rt.spawn('status', -1005);
    const gathered = rt.gather([rt.spawn('status', -1006)]);
    await rt.spawn('sleeper', 5);
    assert.equal(task.cancel(), false);
    assert.equal(gathered.cancel(), false);
    await rt.close();
    assert.deepEqual(reports, []);
  });

  test('a wait for the first error has not looked at the last to end', {}, async (rt, { reports }) => {
    await rt.wait([rt.spawn('echo'), rt.spawn('status', -1005, { name: 'last' })], { when: 'error' });
    await rt.close();
    assert.deepEqual(reports.map(({ kind, name }) => [kind, name]), [['unseen', 'last']]);
  });

  test('one that leaves its block has been given up by nobody', {}, async (rt, { reports }) => {
    const task = rt.spawn('status', -1005, { name: 'failed' });
    await rt.spawn('plain');
    task[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
    await rt.close();
    assert.deepEqual(reports.map(({ kind, name }) => [kind, name]), [['unseen', 'failed']]);
  });

  for (const listed of [false, true]) {
    test(`a failed task that C has left behind is told once${listed ? ', also when tasks() has listed it' : ''}`, {},
      async (rt, { reports }) => {
        await rt.spawn('careless');
        if (listed) assert.deepEqual(rt.tasks().map(({ name }) => name), ['left to fail']);
        await rt.spawn('sleeper', 20);
        await rt.close();
        assert.deepEqual(reports.map(({ kind, name, status }) => [kind, name, status]), [['unseen', 'left to fail', -1007]]);
      });
  }

  const title = 'a listed task of C at which its holder looks later, or JavaScript does, has been looked at';
  test(title, {}, async (rt, { reports }) => {
    const late = rt.spawn('forgiving_later');
    await rt.spawn('careless');
    await rt.spawn('plain');
    const listed = rt.tasks().find(({ name }) => name === 'left to fail');
    assert.equal((await errorOf(listed)).status, -1007);
    assert.equal(await late, 0);
    await rt.close();
    assert.deepEqual(reports, []);
  });

  test('a task that does not reach an await', { clock: 'real', stallAfter: 100 }, async (rt, { reports }) => {
    await rt.spawn('busy', 150, { name: 'hog' });
    assert.deepEqual(reports.map(({ kind, name }) => [kind, name]), [['stalled', 'hog']]);
    assert.ok(reports[0].age >= 100);
  });

  test('the age of a cancellation counts from when it was asked for', { clock: 'real' }, async (rt, { reports }) => {
    const task = rt.spawn('swallow');
    await rt.spawn('plain');
    await sleep(300);
    task.cancel();
    await task;
    assert.ok(reports[0].age < 250, `${reports[0].age} ms`);
  });

  test('a listener that throws keeps no other from hearing, and the host hears of it', {}, async (_, { path }) => {
    assert.equal(await run(path, `
      const rt = await load(path, { clock: 'virtual', onReport: ({ kind }) => console.log('heard', kind) });
      rt.on('swallowed', () => { throw new Error('my own fault'); });
      const task = rt.spawn('swallow');
      await rt.spawn('plain');
      task.cancel();
      await task;
      await rt.close();
    `), 'heard swallowed\nuncaught: my own fault\n');
  });
});
