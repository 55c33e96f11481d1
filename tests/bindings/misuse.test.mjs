// Every wrong call that JavaScript can make gets its documented error, and changes nothing.
import assert from 'node:assert/strict';
import { LoadError, MisuseError, TaskError, TrapError } from '../../bindings/index.js';
import { errorOf, onBoth, run } from './setup.mjs';

onBoth('misuse', (test) => {
  test('wrong arguments of spawn', {}, async (rt) => {
    for (const [args, pattern] of [
      [['no such task'], /no task is named 'no such task'/],
      [['toString'], /no task is named/],
      [['wax_alloc'], /no task is named/],
      [['two_arguments'], /no task is named/],
      [['memory'], /no task is named/],
      [[''], /no task is named ''/],
      [[], /the name of a task must be a string, not undefined/],
      [[7], /not 7/],
      [['echo', {}], /input of 'echo' must be bytes, a string or a number, not Object/],
      [['echo', true], /not true/],
      [['echo', 1n], /not 1/],
      [['echo', Symbol('s')], /not Symbol\(s\)/],
      [['echo', () => {}], /input of 'echo'/],
      [['echo', ['a']], /not Array/],
      [['echo', '', null], /options must be an object, not null/],
      [['echo', '', 'fast'], /options must be an object, not 'fast'/],
      [['echo', '', { signal: {} }], /signal must be an AbortSignal, not Object/],
      [['echo', '', { signal: new AbortController() }], /not AbortController/],
      [['echo', '', { timeout: -1 }], /timeout must be milliseconds, 0 or more, not -1/],
      [['echo', '', { timeout: NaN }], /not NaN/],
      [['echo', '', { timeout: '10' }], /not '10'/],
      [['echo', '', { name: 5 }], /name must be a string, not 5/],
      [['echo', '', { stackSize: 100 }], /stackSize must be bytes, 256 to/],
      [['echo', '', { stackSize: 2 ** 31 }], /stackSize/],
    ]) {
      assert.throws(() => rt.spawn(...args), (error) => {
        assert.ok(error instanceof MisuseError && error instanceof TypeError, String(error));
        assert.match(error.message, pattern);
        return true;
      }, String(pattern));
    }
    assert.equal(await rt.spawn('echo', 'unharmed'), 'unharmed');
  });

  test('wrong arguments of the others', {}, async (rt) => {
    const task = rt.spawn('echo');
    for (const [call, pattern] of [
      [() => rt.gather(), /gather must be given an array/],
      [() => rt.gather('ab'), /gather must be given an array/],
      [() => rt.gather([task, 5]), /a member of gather must be a task or a promise, not 5/],
      [() => rt.wait([]), /wait must be given something to wait for/],
      [() => rt.wait([task], { when: 'some' }), /when must be 'first', 'error' or 'all', not 'some'/],
      [() => rt.wait([task], { timeout: -5 }), /timeout.*-5/],
      [() => rt.waitFor(task, -1), /waitFor.*-1/],
      [() => rt.waitFor(undefined, 1), /not undefined/],
      [() => rt.shield('text'), /not 'text'/],
      [() => rt.asCompleted(5), /asCompleted must be given an array/],
      [() => rt.asCompleted([task], { timeout: 'x' }), /timeout/],
      [() => rt.timeout(-1, async () => {}), /timeout.*-1/],
      [() => rt.timeout(1), /timeout: the body must be a function, not undefined/],
      [() => rt.group([]), /group: the body must be a function, not Array/],
      [() => rt.on('sound', () => {}), /on: kind must be swallowed or .* or shutdown, not 'sound'/],
      [() => rt.on('trap', 'x'), /on: listener must be a function, not 'x'/],
      [() => rt.advance(-1), /advance.*-1/],
      [() => rt.close({ grace: -1 }), /grace.*-1/],
    ]) {
      assert.throws(call, (error) => {
        assert.ok(error instanceof MisuseError, `${call}: ${error}`);
        assert.match(error.message, pattern);
        return true;
      });
    }
    await task;
  });

  test('a virtual clock alone can be moved', { clock: 'real' }, async (rt) => {
    assert.throws(() => rt.advance(5), MisuseError);
  });

  test('a task cannot be made by hand, nor a runtime that works', {}, async (rt) => {
    const { Task, Runtime } = await import('../../bindings/index.js');
    assert.throws(() => new Task());
    assert.throws(() => new Runtime().spawn('echo'));
    assert.equal(await rt.spawn('echo', 1), 1);
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

  test('a callback of stdout that throws does not reach C, and the host hears of it', {}, async (_, { path }) => {
    assert.equal(await run(path, `
      const rt = await load(path, { stdout() { throw new Error('no output please'); }, stderr() {} });
      console.log(await rt.spawn('print', 'x'));
    `), 'uncaught: no output please\n0\n');
  });
});
let runtime, parked;
const refused = [];
