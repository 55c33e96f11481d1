// Calls of somebody whose own recursion has used up the engine's stack: each is refused before anything has begun, by the
// engine's own error, or takes effect. None is left in the middle, and the runtime goes on.
import assert from 'node:assert/strict';
import { onBoth, run } from './setup.mjs';

// Recurses to the end of the stack, and calls `attempt` at each return until it does not throw any more. At one depth or another
// every function below it is the one that finds no room, also when it is called, and compiled, for the first time. In a
// process of its own: what the engine has compiled before takes less of its stack.
const deep = `
  const rt = await load(path, { onReport() {} });
  const tasks = [];
  const spawn = (options) => { tasks.push(rt.spawn('sleeper', 1e6, options)); return tasks.at(-1); };
  let refused = 0;
  function atTheEnd(attempt) {
    let done = false;
    const recurse = () => {
      try { recurse(); } catch { /* the end */ }
      if (done) return;
      try { attempt(); done = true; } catch (error) {
        if (!(error instanceof RangeError)) throw error; // no regular expression: there V8 ends the process
        refused++;
      }
    };
    recurse();
    return done;
  }
  const ends = (list) => Promise.all(list.map((one) => one.then(() => 'value', (error) => error.name)));
  const leave = async () => {
    for (const task of tasks) task.cancel();
    await Promise.allSettled(tasks);
    await rt.spawn('plain');
    const { bytes, ...alive } = rt.counts();
    console.log(Object.values(alive).join(''));
    process.exit();
  };`;
const nothing = '000000';

onBoth('a call from the end of the stack', (test) => {
  const check = (name, expected, body) => test(name, {}, async (_, { path }) => {
    const stdout = await run(path, `${deep}\n${body}\nawait leave();`);
    assert.deepEqual(stdout.trim().split('\n'), [...expected, nothing]);
  });

  check('cancel', ['true CancelledError stop 1'], `
    const task = spawn();
    await rt.spawn('plain');
    const done = atTheEnd(() => task.cancel('stop'));
    console.log(done, (await ends([task]))[0], task.reason, task.cancelling);`);

  check('cancel, of many, at all depths', ['true 400'], `
    for (let i = 0; i < 400; i++) spawn();
    await rt.spawn('plain');
    let next = 0;
    const recurse = () => { try { recurse(); } finally { if (next < 400) tasks[next++].cancel('stop'); } };
    try { recurse(); } catch { /* the end */ }
    const early = tasks.filter(({ cancelling }) => cancelling).length;
    for (const task of tasks) task.cancel('again');
    const all = await ends(tasks);
    console.log(early < 400, all.filter((name) => name === 'CancelledError').length);`);

  // Node's own abort loses its event where the stack ends inside of it. Here it has room, and the bindings have not.
  check('abort', ['true AbortError,AbortError,AbortError'], `
    const warm = new AbortController();
    warm.signal.addEventListener('abort', () => {});
    warm.abort();
    const fits = (n) => n > 0 && fits(n - 1) + 1;
    const controller = new AbortController();
    const { signal } = controller;
    const all = [spawn({ signal }), rt.group(({ add }) => { add(spawn()); }, { signal }),
      rt.timeout(1e6, (scope) => spawn({ signal: scope.signal }), { signal })];
    await rt.spawn('plain');
    const done = atTheEnd(() => { fits(600); controller.abort(); });
    console.log(done, (await ends(all)).join());`);

  check('spawn', ['true 1 CancelledError', 'true 2 CancelledError,CancelledError', 'true 42'], `
    const made = (options) => atTheEnd(() => spawn(options));
    const signal = new AbortController().signal;
    console.log(made({ name: 'deep', signal, timeout: 1e6 }), rt.tasks().length, (tasks[0].cancel(), await ends(tasks)).join());
    console.log(made({ eager: true }), made({ eager: true, timeout: 1e6, signal }) && rt.tasks().length,
      (tasks.forEach((task) => task.cancel()), await ends(tasks.slice(1))).join());
    let echo;
    console.log(atTheEnd(() => { echo = rt.spawn('echo', 42, { eager: true }); }), await echo);`);

  check('combinators', ['true true true true', 'CancelledError,TimeoutError,CancelledError,object'], `
    spawn(), spawn();
    const all = [];
    const keep = (make) => atTheEnd(() => { all.push(make()); });
    console.log(keep(() => rt.gather(tasks)), keep(() => rt.waitFor(rt.shield(tasks[0]), 5)), keep(() => rt.shield(tasks[0])),
      keep(() => rt.wait(tasks, { timeout: 5 })));
    const wait = all.pop();
    const { pending } = await wait;
    tasks.forEach((task) => task.cancel());
    console.log([...await ends(all), typeof pending].join());`);

  check('their cancel', ['true true true true', 'CancelledError,CancelledError,CancelledError,CancelledError', '1 1'], `
    spawn(), spawn();
    const all = [rt.gather(tasks), rt.waitFor(rt.shield(tasks[0]), 1e6), rt.wait(tasks, { timeout: 1e6 }),
      rt.group(({ add }) => { add(tasks[0]); add(tasks[1]); })];
    await rt.spawn('plain');
    const told = all.slice(1).map((one) => atTheEnd(() => one.cancel('stop')));
    console.log(told.join(' '), atTheEnd(() => all[0].cancel('stop')));
    console.log((await ends(all)).join());
    console.log(tasks.map(({ cancelling }) => Math.min(cancelling, 1)).join(' '));`);

  check('scopes', ['true true 1', 'true TimeoutError', 'true true CancelledError'], `
    let scope, block;
    const timeout = rt.timeout(1e6, (given) => { scope = given; return spawn({ signal: given.signal }); });
    console.log(atTheEnd(() => scope.reschedule(5)), atTheEnd(() => { block = rt.timeout(1e6); }), rt.counts().timers - 1);
    const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
    console.log(atTheEnd(() => block[dispose]()), (await ends([timeout]))[0]);
    let group;
    const task = spawn();
    console.log(atTheEnd(() => { group = rt.group(({ add }) => { add(task); }); }), atTheEnd(() => group.cancel()),
      (await ends([group]))[0]);`);

  check('what only looks', ['true true true true true', 'sleeper waiting'], `
    const task = spawn({ name: 'sleeper' });
    await rt.spawn('plain');
    const looks = [() => task.site, () => task.name, () => task.cancelling, () => rt.tasks(), () => rt.counts()];
    console.log(looks.map((look) => atTheEnd(look)).join(' '));
    console.log(task.name, task.state);`);

  test('close', {}, async (_, { path }) => {
    const stdout = await run(path, `${deep}
      const task = spawn();
      await rt.spawn('plain');
      let closing;
      console.log(atTheEnd(() => { closing = rt.close(); }));
      await closing;
      console.log(rt.closed, (await ends([task]))[0]);`);
    assert.deepEqual(stdout.trim().split('\n'), ['true', 'true CancelledError']);
  });
});
