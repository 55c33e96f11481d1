// Wrong calls from places where they could do harm, and what is left after them. The list of all: errors.test.mjs.
import assert from 'node:assert/strict';
import { LoadError, MisuseError, TaskError, TrapError } from '../../bindings/index.js';
import { errorOf, onBoth, run } from './setup.mjs';

onBoth('misuse', (test) => {
  test('a refused call leaves the runtime as it was', {}, async (rt) => {
    assert.throws(() => rt.spawn('no such task'), MisuseError);
    const before = rt.counts();
    for (const args of [['none either'], ['echo', {}], ['echo', '', { timeout: -1 }], ['echo', '', { stackSize: 1 }]]) {
      assert.throws(() => rt.spawn(...args), MisuseError);
    }
    assert.deepEqual(rt.counts(), before);
    assert.equal(await rt.spawn('echo', 'unharmed'), 'unharmed');
  });

  test('a call from inside of an import is refused', {
    imports: {
      test: {
        probe() {
          for (const call of [
            () => runtime.spawn('echo'), () => parked.cancel(), () => runtime.tasks(), () => runtime.counts(),
            () => parked.state, () => runtime.gather([parked]), () => runtime.close(),
          ]) {
            try { call(); } catch (error) { refused.push(error); }
          }
          return 9;
        },
        missing() {},
      },
    },
  }, async (rt) => {
    runtime = rt;
    parked = rt.spawn('sleeper', 1e6);
    assert.equal(await rt.spawn('call_import', 0), 9);
    assert.equal(refused.length, 7);
    for (const error of refused.splice(0)) {
      assert.ok(error instanceof MisuseError, String(error));
      assert.match(error.message, /from an import/);
    }
    parked.cancel();
    await errorOf(parked);
  });

  test('C that an import calls back may run, and is refused when it waits', {
    imports: {
      test: { probe: (n) => answers.push(runtime.exports.waits_below(n), runtime.exports.computes_below(n)), missing() {} },
    },
  }, async (rt) => {
    runtime = rt;
    const other = rt.spawn('sleeper', 3);
    for (const length of [2, 4, 6]) assert.equal(await rt.spawn('calls_and_waits', 5), length); // of the answers until then
    assert.deepEqual(answers.splice(0), [-4, 6, -4, 6, -4, 6]);
    assert.equal(await other, 0);
  });

  test('an import that throws ends its task, and is the cause', {
    imports: { test: { probe() { throw new EvalError('in the import'); }, missing() {} } },
  }, async (rt) => {
    const other = rt.spawn('sleeper', 5);
    const error = await errorOf(rt.spawn('call_import', 0));
    assert.ok(error instanceof TrapError);
    assert.ok(error.cause instanceof EvalError);
    assert.equal(await other, 0);
  });

  test('an import that nobody gave says so when it is called', {}, async (rt) => {
    const error = await errorOf(rt.spawn('call_missing'));
    assert.ok(error instanceof TrapError);
    assert.ok(error.cause instanceof LoadError);
    assert.match(error.cause.message, /test\.missing/);
  });

  test('wrong calls that C makes come out with their sentence', {}, async (rt) => {
    for (const [name, pattern] of [['await_self', /WA_EMISUSE.*itself/], ['negative_sleep', /WA_EMISUSE.*wa_sleep/]]) {
      const error = await errorOf(rt.spawn(name));
      assert.ok(error instanceof TaskError);
      assert.equal(error.statusName, 'WA_EMISUSE');
      assert.match(error.message, pattern);
    }
  });

  test('each with its own, whoever else has made one since', {}, async (rt) => {
    const [first, second] = [rt.spawn('negative_sleep'), rt.spawn('await_self')];
    assert.match((await errorOf(first)).message, /wa_sleep/);
    assert.match((await errorOf(second)).message, /itself/);
    const messages = [2, 4, 6].map(async (ms) => (await errorOf(rt.spawn('misuses_by_number', ms))).message);
    (await Promise.all(messages)).forEach((message, i) => assert.match(message, new RegExp(`wa_sleep: t is -${2 * (i + 1)} ns`)));
    const own = await errorOf(rt.spawn('negative_sleep', '', { name: 'n' }));
    assert.equal(own.message, "task 'n' ended with WA_EMISUSE: wa_sleep: t is -1 ns; expected 0 or more"); // named once
    for (const name of ['x', '漢', '🎈'].map((character) => character.repeat(100))) { // of which C's sentence has the beginning
      const long = await errorOf(rt.spawn('negative_sleep', undefined, { name }));
      assert.equal(long.message, `task '${name}' ended with WA_EMISUSE: wa_sleep: t is -1 ns; expected 0 or more`);
    }
    const below = (await errorOf(rt.spawn('misuses_below', '', { name: 'above' }))).message;
    assert.match(below, /^task 'above' ended with WA_EMISUSE \(.*\): task 'task-\d+': wa_sleep: t is -3 ns/);
    const { errors } = await errorOf(rt.spawn('misuse_in_group', '', { name: 't' }));
    assert.equal(errors[0].message, "a member of task 't' ended with WA_EMISUSE");
    assert.match(errors[1].message, /^a member of task 't' ended with WA_EMISUSE: task 'task-\d+': wa_sleep: t is -2 ns;/);
    assert.equal((await errorOf(rt.spawn('only_says_misuse', '', { name: 't' }))).message, "task 't' ended with WA_EMISUSE");
  });

  test('a callback of stdout that throws does not reach C, and the host hears of it', {}, async (_, { path }) => {
    assert.equal(await run(path, `
      const rt = await load(path, { stdout() { throw new Error('no output please'); }, stderr() {} });
      console.log(await rt.spawn('print', 'x'));
    `), 'uncaught: no output please\n0\n');
  });
});
let runtime, parked;
const refused = [], answers = [];
