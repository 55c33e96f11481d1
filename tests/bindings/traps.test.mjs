// A trap ends its task alone, also in the middle of what the runtime does for others: they miss nothing, nothing is left.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TrapError } from '../../bindings/index.js';
import { errorOf, onBoth, settle } from './setup.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const small = /^O[sz]$/.test(process.env.WASYNCIO_LEVEL ?? '');

onBoth('a trap in the middle', (test) => {
  test('of a put: whoever waits for the item is woken, and it counts', {}, async (rt) => {
    await rt.spawn('begin', 0);
    const getters = [rt.spawn('get', 0), rt.spawn('get', 0)];
    await settle(3);
    const putter = await errorOf(rt.spawn('put_two'));
    assert.equal(putter.name, 'TrapError');
    const all = rt.spawn('all_done');
    assert.deepEqual((await Promise.all(getters)).sort(), [5, 6]);
    assert.equal(await all, 2);
  });

  test('of a get: whoever waits for room is woken', {}, async (rt) => {
    await rt.spawn('begin', 3);
    for (const item of [1, 2, 3]) await rt.spawn('put', item);
    const putter = rt.spawn('put', 4);
    await settle(3);
    const getter = rt.spawn('get', 1);
    assert.equal((await errorOf(getter)).name, 'TrapError');
    await putter;
    await rt.spawn('get', 0);
  });

  test('of a shutdown: it compares nothing, and ends every wait', {}, async (rt) => {
    await rt.spawn('begin', 3);
    for (const item of [1, 2, 3]) await rt.spawn('put', item);
    const putter = errorOf(rt.spawn('put', 4)), joiner = rt.spawn('join');
    await settle(3);
    await rt.spawn('shut_down');
    assert.equal((await putter).statusName, 'WA_ESHUTDOWN');
    await joiner;
  });

  test("of a wait's end: no reference is given back twice", {}, async (rt) => {
    const waiter = rt.spawn('wait_for_both');
    await settle(3);
    await rt.spawn('end_both');
    assert.equal((await errorOf(waiter)).name, 'TrapError');
    assert.equal(await rt.spawn('still_there'), 0);
  });

  test('of a task with a C stack: the next on that stack has all of it', { clock: 'real' }, async (rt) => {
    const [first, ...others] = [1, 1e6, 1e6].map((ms) => rt.spawn('sleep_and_trap', ms));
    assert.equal((await errorOf(first)).name, 'TrapError');
    assert.equal(await rt.spawn('with_locals'), 7);
    others.forEach((other) => other.cancel());
    await Promise.allSettled(others);
  });

  test("of an eager member's first step: the group keeps nothing", {}, async (rt) => {
    const bytes = [];
    for (let i = 0; i < 4; i++) {
      const error = await errorOf(rt.spawn('eager_member'));
      assert.equal(error.name, 'TrapError'); // the one that spawned it was running, too
      bytes.push(rt.counts().bytes);
    }
    assert.equal(bytes[3], bytes[1]);
  });

  test('of a wait at a barrier, for want of stack, wherever: the next two meet there', {}, async (rt) => {
    for (let used = 16; used < 512; used += 16) {
      const short = rt.spawn('meets', used, { stackSize: 512 });
      await settle(3);
      short.cancel();
      await errorOf(short);
      await Promise.all([rt.spawn('meets', 16), rt.spawn('meets', 16)]);
    }
  });

  test('of an eager task that an eager one spawns: the host keeps no handle of either', {}, async (rt) => {
    assert.throws(() => rt.spawn('spawns_traps', '', { eager: true }), TrapError);
    await settle(3);
    assert.equal(rt.counts().handles, 0);
  });

  test('of a listener that the loop tells: it is reported, and the rest goes on', {}, async (rt, { reports }) => {
    const told = async () => {
      const text = 'a listener of reports hit a wasm trap, and hears no more';
      await settle();
      assert.deepEqual(reports.splice(0).map((report) => [report.kind, report.name, report.text]), [['trap', '', text]]);
      assert.equal(rt.counts().futures, 0);
    };
    for (let i = 0; i < 200 && !small; i++) { // whose future stays there; each leaves all of the host's stack
      await rt.spawn('fails_unseen');
      await told();
    }
    const swallower = rt.spawn('swallows');
    await settle(3);
    swallower.cancel();
    assert.equal(await swallower, 7);
    await told();
  });

  test('where the program itself listens: the error says the same, and is not kept', {}, async (rt) => {
    await rt.spawn('listens_itself');
    const messages = ['traps', 'overflows'].map((name) => {
      try { rt.spawn(name, '', { eager: true, name: 't' }); } catch (error) { return `${error.name}: ${error.message}`; }
    });
    const sentence = small ? /^TrapError/ /* it notes none */ : /^TrapError: task 't' hit a wasm trap, after its start: /;
    assert.match(messages[0], sentence);
    if (!small) assert.match(messages[1], /^StackOverflowError: task 't': stack overflow, 16384 bytes/);
    const causes = [];
    for (let i = 0; i < 5; i++) causes.push(new WeakRef((await errorOf(rt.spawn('traps'))).cause));
    await settle(3);
    gc();
    assert.ok(causes.filter((cause) => cause.deref()).length < 3); // the latest
  });
}, 'traps');
