// asyncio's combinators over tasks, promises and each other: the rules are CPython's.
import assert from 'node:assert/strict';
import { CancelledError, GroupError, MisuseError, TimeoutError } from '../../bindings/index.js';
import { errorOf, onBoth, settle } from './setup.mjs';

const never = () => new Promise(() => {});
const soon = (value) => Promise.resolve(value);

onBoth('gather', (test) => {
  test('over an iterator, and over what is no good promise', {}, async (rt) => {
    const tasks = new Map([[1, rt.spawn('echo', 'a')], [2, rt.spawn('echo', 'b')]]);
    assert.deepEqual(await rt.gather(tasks.values()), ['a', 'b']);
    const odd = { get then() { throw new Error('odd'); } };
    assert.match((await errorOf(rt.gather([soon(1), odd]))).message, /odd/);
    assert.equal(await rt.waitFor({ then: (resolve) => resolve({ then: (again) => again(5) }) }, 10), 5);
  });

  test('results in order, over tasks, promises and gathers', {}, async (rt) => {
    const twice = rt.spawn('echo', 'twice');
    const inner = rt.gather([rt.spawn('echo', 'a'), soon('b')]);
    assert.deepEqual(await rt.gather([rt.spawn('sleeper', 10), twice, inner, twice, soon({ any: 'value' })]),
      [0, 'twice', ['a', 'b'], 'twice', { any: 'value' }]);
    assert.deepEqual(await rt.gather([]), []);
  });

  test('fails with the first error, and leaves the others alone', {}, async (rt) => {
    const other = rt.spawn('sleeper', 50);
    const failed = rt.spawn('status', -1001);
    const error = await errorOf(rt.gather([other, failed]));
    assert.equal(error, await errorOf(failed));
    assert.equal(other.done, false);
    assert.equal(await other, 0);
  });

  test('collect: every outcome', {}, async (rt) => {
    const cancelled = rt.spawn('sleeper', 1e6);
    cancelled.cancel('no');
    const [a, b, c] = await rt.gather([rt.spawn('echo', 1), rt.spawn('status', -1001), cancelled], { collect: true });
    assert.deepEqual(a, { status: 'fulfilled', value: 1 });
    assert.equal(b.reason.status, -1001);
    assert.equal(c.reason.reason, 'no');
  });

  test('cancelling it cancels all, and then waits for none but the first to end', {}, async (rt) => {
    const tasks = [rt.spawn('sleeper', 1e6), rt.spawn('slow_cleanup', 10)];
    const all = rt.gather(tasks);
    await rt.spawn('plain');
    const reason = { why: 'enough' };
    assert.equal(all.cancel(reason), true);
    assert.equal((await errorOf(all)).reason, reason);
    assert.equal(all.cancelled, true);
    assert.equal((await errorOf(tasks[1])).reason, reason);
    assert.equal(all.cancel(), false);
  });

  test('cancelling a collecting one ends it as cancelled when all have ended', {}, async (rt) => {
    const before = rt.exports.cleanup_count();
    const all = rt.gather([rt.spawn('sleeper', 1e6), rt.spawn('slow_cleanup', 10)], { collect: true });
    await rt.spawn('plain');
    all.cancel('both');
    assert.equal((await errorOf(all)).reason, 'both');
    assert.equal(rt.exports.cleanup_count(), before + 2);
  });

  test('a cancellation that came too late for all changes nothing', {}, async (rt) => {
    const all = rt.gather([rt.spawn('echo', 1, { eager: true })]);
    assert.equal(all.cancel(), false);
    assert.deepEqual(await all, [1]);
  });
});

onBoth('wait', (test) => {
  test('first, error, all; it cancels nothing', {}, async (rt) => {
    const make = () => [rt.spawn('sleeper', 30), rt.spawn('sleeper', 10), rt.spawn('status', -1001), soon(1)];
    const index = (tasks, { done, pending }) => [done, pending].map((part) => part.map((item) => tasks.indexOf(item)));
    const a = make().slice(0, 2);
    assert.deepEqual(index(a, await rt.wait(a, { when: 'first' })), [[1], [0]]);
    assert.deepEqual(index(a, await rt.wait(a)), [[0, 1], []]);
    const b = make();
    assert.deepEqual(index(b, await rt.wait(b, { when: 'error' }))[1], [0, 1]);
    assert.deepEqual(index(b, await rt.wait(b, { when: 'all', timeout: 15 }))[1], [0]);
    assert.ok((await rt.wait(b)).pending.length === 0 && b.slice(0, 2).every((task) => task.status === 0));
    await errorOf(b[2]);
  });

  test('a timeout that passes leaves them running; cancelling the wait does too', {}, async (rt) => {
    const task = rt.spawn('sleeper', 100);
    assert.deepEqual(await rt.wait([task, task], { timeout: 5 }), { done: [], pending: [task] });
    const waiting = rt.wait([task]);
    waiting.cancel('look away');
    assert.equal((await errorOf(waiting)).reason, 'look away');
    assert.equal(await task, 0);
  });
});

onBoth('waitFor', (test) => {
  test('in time, and not in time', {}, async (rt) => {
    assert.equal(await rt.waitFor(rt.spawn('echo', 'quick'), 10), 'quick');
    assert.equal(await rt.waitFor(soon('promise'), 10), 'promise');
    assert.equal(await rt.waitFor(rt.spawn('sleeper', 5)), 0);
    const before = rt.exports.cleanup_count();
    const task = rt.spawn('slow_cleanup', 20);
    const error = await errorOf(rt.waitFor(task, 10));
    assert.ok(error instanceof TimeoutError);
    assert.equal(rt.exports.cleanup_count(), before + 1); // it was waited for
    const own = await errorOf(task);
    assert.ok(own instanceof CancelledError);
    assert.equal(own.reason, error);
    assert.ok(await errorOf(rt.waitFor(never(), 10)) instanceof TimeoutError);
  });

  test('a task that ends by its own deadline after this one has passed was looked at', {}, async (rt, { reports }) => {
    const task = rt.spawn('slow_cleanup', 20, { timeout: 15 });
    const error = await errorOf(rt.waitFor(task, 10));
    assert.match(error.message, /15 ms/);
    assert.equal(error, await errorOf(task));
    const other = rt.spawn('slow_cleanup', 20, { timeout: 15 });
    await errorOf(rt.waitFor(other, 10));
    await rt.close();
    assert.deepEqual(reports.filter(({ kind }) => kind === 'unseen'), []);
  });

  test('a promise that fails when its time is up harms nobody', {}, async (rt) => {
    let fail;
    assert.ok(await errorOf(rt.waitFor(new Promise((_, reject) => { fail = reject; }), 10)) instanceof TimeoutError);
    fail(new Error('late'));
    await rt.spawn('sleeper', 1); // an unhandled rejection would fail the test
  });

  test('0: done or cancelled at once', {}, async (rt) => {
    const done = rt.spawn('echo', 1);
    await done;
    assert.equal(await rt.waitFor(done, 0), 1);
    assert.equal(await rt.waitFor(Promise.resolve(2), 0), 2);
    assert.ok(await errorOf(rt.waitFor(never(), 0)) instanceof TimeoutError);
    const steps = rt.exports.step_count();
    assert.ok(await errorOf(rt.waitFor(rt.spawn('sleeper', 1), 0)) instanceof TimeoutError);
    assert.equal(rt.exports.step_count(), steps);
  });

  test('a task that swallows the cancellation gives its result', {}, async (rt) => {
    assert.equal(await rt.waitFor(rt.spawn('swallow'), 10), 'done anyway');
  });

  test('cancelling it cancels what it waits for; errors pass', {}, async (rt) => {
    const task = rt.spawn('sleeper', 1e6);
    const waiting = rt.waitFor(task, 1e6);
    waiting.cancel('stop');
    assert.equal((await errorOf(waiting)).reason, 'stop');
    assert.equal(task.cancelled, true);
    assert.equal((await errorOf(rt.waitFor(rt.spawn('status', -1002), 10))).status, -1002);
  });

  test('of a shield: the task lives on', {}, async (rt) => {
    const task = rt.spawn('sleeper', 50);
    assert.ok(await errorOf(rt.waitFor(rt.shield(task), 10)) instanceof TimeoutError);
    assert.equal(task.done, false);
    assert.equal(await task, 0);
    assert.equal(rt.shield(task), task);
  });
});

onBoth('asCompleted', (test) => {
  test('the items as they end', {}, async (rt) => {
    const items = [rt.spawn('sleeper', 30), rt.spawn('sleeper', 10), soon('now'), rt.spawn('sleeper', 20)];
    const order = [];
    for await (const item of rt.asCompleted([...items, items[0]])) {
      order.push(items.indexOf(item));
      await item;
    }
    assert.deepEqual(order, [2, 1, 3, 0]);
  });

  test('a deadline, and giving up', {}, async (rt) => {
    const items = [rt.spawn('sleeper', 10), rt.spawn('sleeper', 100)];
    const order = [];
    const error = await errorOf((async () => {
      for await (const item of rt.asCompleted(items, { timeout: 50 })) order.push(item);
    })());
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual(order, [items[0]]);
    for await (const item of rt.asCompleted(items, { timeout: 1000 })) {
      assert.equal(item, items[0]);
      break;
    }
    assert.equal(await items[1], 0);
  });

  test('after the deadline: the error once for each item that is missing, as in asyncio, and then the end', {}, async (rt) => {
    const items = [rt.spawn('sleeper', 10), rt.spawn('sleeper', 100), rt.spawn('sleeper', 100)];
    const late = rt.asCompleted(items, { timeout: 50 });
    assert.equal((await late.next()).value, items[0]);
    for (let i = 0; i < 2; i++) assert.ok(await errorOf(late.next()) instanceof TimeoutError);
    assert.deepEqual(await late.next(), { value: undefined, done: true });
    await rt.gather(items);
  });

  test('one that was given up gives no more, also of what had ended before', {}, async (rt) => {
    const ended = rt.asCompleted([soon(1), soon(2)]);
    for await (const item of ended) { await item; break; }
    assert.deepEqual(await ended.next(), { value: undefined, done: true });
  });
});

onBoth('timeout scope', (test) => {
  test('in time, late, and moved', {}, async (rt) => {
    assert.equal(await rt.timeout(50, async () => rt.spawn('echo', 'quick')), 'quick');
    const inside = [];
    const error = await errorOf(rt.timeout(20, async (scope) => {
      inside.push(scope);
      await rt.spawn('sleeper', 1e6, { signal: scope.signal });
    }));
    assert.ok(error instanceof TimeoutError);
    assert.equal(inside[0].expired, true);
    assert.throws(() => inside[0].reschedule(5), MisuseError);
    assert.equal(await rt.timeout(20, async (scope) => {
      scope.reschedule(100);
      return rt.spawn('sleeper', 60, { signal: scope.signal });
    }), 0);
  });

  test('cancelled from outside while the body cleans up after the deadline: the cancellation is the outcome', {}, async (rt) => {
    const scope = rt.timeout(10, ({ signal }) => rt.spawn('slow_cleanup', 50, { signal }));
    const end = errorOf(scope);
    await rt.spawn('sleeper', 30);
    scope.cancel('outside');
    const error = await end;
    assert.ok(error instanceof CancelledError);
    assert.deepEqual([error.reason, scope.cancelled], ['outside', true]);
  });

  test('a body that was cancelled may give its clean-up another time', {}, async (rt) => {
    const give = (ms) => rt.timeout(10, async (scope) => {
      try {
        await rt.spawn('sleeper', 1e6, { signal: scope.signal });
      } finally {
        scope.reschedule(ms);
        await rt.spawn('sleeper', 50);
      }
    });
    for (const ms of [undefined, 20]) {
      const scope = give(ms);
      await rt.spawn('plain');
      scope.cancel('outside');
      assert.equal((await errorOf(scope)).reason, 'outside');
    }
  });

  test('nested: the inner deadline is the inner error', {}, async (rt) => {
    const result = await rt.timeout(100, async (outer) => {
      const error = await errorOf(rt.timeout(10, ({ signal }) => rt.spawn('sleeper', 1e6, { signal })));
      assert.ok(error instanceof TimeoutError);
      assert.equal(outer.expired, false);
      return 'went on';
    });
    assert.equal(result, 'went on');
  });

  test('a body that fails by itself, and one that is cancelled from outside', {}, async (rt) => {
    assert.equal((await errorOf(rt.timeout(10, () => { throw new RangeError('own'); }))).message, 'own');
    const nothing = rt.timeout(10, () => { throw undefined; });
    assert.deepEqual([await errorOf(nothing), nothing.cancelled], [undefined, false]);
    const scope = rt.timeout(1e6, ({ signal }) => rt.spawn('sleeper', 1e6, { signal }));
    await rt.spawn('plain');
    scope.cancel('outside');
    const error = await errorOf(scope);
    assert.ok(error instanceof CancelledError);
    assert.deepEqual([error.reason, scope.cancelled], ['outside', true]);
  });
});

onBoth('group', (test) => {
  test('waits for every member and gives what the body gave', {}, async (rt) => {
    const members = [];
    const result = await rt.group(async (group) => {
      members.push(group.spawn('sleeper', 30), group.spawn('echo', 'x'), group.add(soon('y')));
      return 'body';
    });
    assert.equal(result, 'body');
    assert.ok(members.slice(0, 2).every((task) => task.done));
  });

  test('the first failure cancels the others and the body; all errors come out, flattened', {}, async (rt) => {
    const before = rt.exports.cleanup_count();
    let body = '';
    const error = await errorOf(rt.group(async (group) => {
      group.spawn('slow_cleanup', 10);
      group.spawn('status', -1001);
      group.add(rt.group((inner) => { inner.spawn('status', -1002); inner.spawn('status', -1003); }));
      await new Promise((resolve) => { group.signal.addEventListener('abort', resolve); });
      body = 'told';
    }));
    assert.ok(error instanceof GroupError);
    assert.deepEqual(error.errors.map(({ status }) => status).sort(), [-1001, -1002, -1003].sort());
    assert.equal(rt.exports.cleanup_count(), before + 1);
    assert.equal(body, 'told');
  });

  test('a member that fails with an error of no members fails the group', {}, async (rt) => {
    for (const none of [new GroupError([], 'none left'), Object.assign(new GroupError([], 'nothing'), { errors: null })]) {
      const error = await errorOf(rt.group((group) => { group.add(Promise.reject(none)); return 'fine'; }));
      assert.deepEqual(error.errors, [none]);
      assert.equal(await errorOf(rt.group(() => { throw none; })).then(({ errors }) => errors[0]), none);
    }
  });

  test('a status of groups that a task made up has no errors', {}, async (rt) => {
    const error = await errorOf(rt.spawn('status', -3, { name: 'alone' }));
    assert.ok(error instanceof GroupError);
    assert.deepEqual(error.errors, []);
    assert.match(error.message, /^task 'alone' ended with WA_EGROUP/);
  });

  test('a member that fails with more errors than a call takes arguments', {}, async (rt) => {
    const many = new GroupError(Array.from({ length: 200_000 }, (_, i) => new Error(`${i}`)), 'many');
    const error = await errorOf(rt.group((group) => { group.add(Promise.reject(many)); }));
    assert.equal(error.errors.length, 200_000);
  });

  test("a member's error that the body hands on counts once", {}, async (rt) => {
    const same = new Error('the one');
    const error = await errorOf(rt.group(async (group) => { await group.add(Promise.reject(same)); }));
    assert.deepEqual(error.errors, [same]);
  });

  test("a body's own error cancels the members", {}, async (rt) => {
    const before = rt.exports.cleanup_count();
    const error = await errorOf(rt.group(async (group) => {
      group.spawn('slow_cleanup', 5);
      await rt.spawn('plain');
      throw new RangeError('body');
    }));
    assert.deepEqual(error.errors.map(({ message }) => message), ['body']);
    assert.equal(rt.exports.cleanup_count(), before + 1);
  });

  test('a body that awaits its failing member counts the error once', {}, async (rt) => {
    const error = await errorOf(rt.group(async (group) => group.spawn('status', -1001)));
    assert.equal(error.errors.length, 1);
  });

  test('a body that spawns after the group was told to stop has not failed by that', {}, async (rt) => {
    const late = (first) => rt.group(async ({ spawn }) => {
      first(spawn);
      await rt.spawn('sleeper', 20);
      spawn('sleeper', 5);
    });
    const cancelled = late(() => {});
    const end = errorOf(cancelled);
    await rt.spawn('sleeper', 5);
    cancelled.cancel('out');
    assert.equal((await end).reason, 'out');
    const failed = await errorOf(late((spawn) => spawn('status', -1001)));
    assert.deepEqual(failed.errors.map(({ status }) => status), [-1001]);
  });

  test('a cancelled member is no error; a cancelled group is cancelled', {}, async (rt) => {
    assert.equal(await rt.group(async (group) => {
      group.spawn('sleeper', 1e6).cancel();
      return 'fine';
    }), 'fine');
    const group = rt.group(async ({ signal, spawn }) => { await errorOf(rt.spawn('sleeper', 1e6, { signal })); });
    await rt.spawn('plain');
    group.cancel('all out');
    const error = await errorOf(group);
    assert.ok(error instanceof CancelledError);
    assert.equal(error.reason, 'all out');
  });

  test('a promise that its signal has stopped is no failed member, whatever the error is called', {}, async (rt) => {
    const error = await errorOf(rt.group(({ signal, add, spawn }) => {
      add(new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('of its own', 'AbortError')));
      }));
      spawn('status', -1001);
    }));
    assert.deepEqual(error.errors.map(({ status }) => status), [-1001]);
  });

  test('a body whose own time is up has failed: what cancelled a task inside is an error outside', {}, async (rt) => {
    const error = await errorOf(rt.group(() => rt.timeout(5, ({ signal }) => rt.spawn('sleeper', 1e6, { signal }))));
    assert.ok(error instanceof GroupError);
    assert.deepEqual(error.errors.map(({ name }) => name), ['TimeoutError']);
  });

  test('its members have the reason that the group was given', {}, async (rt) => {
    let member;
    const group = rt.group(({ spawn }) => { member = spawn('sleeper', 1e6, { name: 'm' }); });
    await rt.spawn('plain');
    group.cancel('all out');
    assert.equal((await errorOf(group)).reason, 'all out');
    assert.equal(member.reason, 'all out');
    assert.match((await errorOf(member)).message, /^task 'm' was cancelled.*: all out$/);
  });

  test('the message of a failed group has the first error', {}, async (rt) => {
    const error = await errorOf(rt.group(({ spawn }) => { spawn('status', -1001, { name: 'm' }); }));
    assert.match(error.message, /^1 of the group's members failed: task 'm' ended with WA_EUSER \(-1001\)/);
  });

  test('a promise cannot be stopped: the group tells it by the signal, and waits', {}, async (rt) => {
    const rest = async (signal, how) => {
      await errorOf(rt.spawn('sleeper', 1e6, { signal }));
      await rt.spawn('sleeper', 30);
      how();
    };
    const fail = () => { throw new RangeError('in the clean-up'); };
    const outer = rt.group(({ signal, add }) => { add(rest(signal, fail)); });
    await rt.spawn('sleeper', 10);
    outer.cancel('all out');
    assert.deepEqual((await errorOf(outer)).errors, [new RangeError('in the clean-up')]);
    assert.equal(rt.now, 40);

    let ended = 0;
    const told = rt.group(({ signal, add, spawn }) => {
      add(rest(signal, () => { ended = rt.now; throw signal.reason; }));
      spawn('status', -1001);
    });
    assert.deepEqual((await errorOf(told)).errors.map(({ status }) => status), [-1001]);
    assert.equal(ended, 70);
  });

  test('a promise that a cancellation comes out of is a cancelled member', {}, async (rt) => {
    const stopped = rt.spawn('sleeper', 1e6), sibling = rt.spawn('sleeper', 20);
    const awaits = async () => { await stopped; };
    assert.equal(await rt.group(({ add }) => {
      add(awaits());
      add(sibling);
      stopped.cancel();
      return 7;
    }), 7);
    assert.equal(sibling.cancelled, false);
    assert.equal(rt.now, 20);
    await rt.wait([awaits(), rt.spawn('sleeper', 10)], { when: 'error' });
    assert.equal(rt.now, 30);
    const given = rt.shield(awaits());
    await errorOf(given);
    assert.equal(given.cancelled, true);
  });

  test('it takes no members when it shuts down or is finished', {}, async (rt) => {
    let late;
    await errorOf(rt.group(async (group) => {
      late = group;
      group.spawn('status', -1001);
      await settle();
      assert.throws(() => group.spawn('echo'), { name: 'MisuseError', message: /shutting down/ });
    }));
    assert.throws(() => late.spawn('echo'), { name: 'MisuseError', message: /finished/ });
  });
});
