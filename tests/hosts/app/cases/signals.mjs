// AbortSignal: in every state of a task, with every kind of reason; and that nothing stays on a signal.

/** A controller whose signal counts the listeners on it. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set();
  signal.addEventListener = (type, f, options) => {
    listeners.add(f);
    AbortSignal.prototype.addEventListener.call(signal, type, f, options);
  };
  signal.removeEventListener = (type, f) => {
    listeners.delete(f);
    AbortSignal.prototype.removeEventListener.call(signal, type, f);
  };
  // Those that went with their event are gone as well.
  AbortSignal.prototype.addEventListener.call(signal, 'abort', () => listeners.clear());
  return { controller, signal, listeners };
}

export default {
  async 'aborted before spawn: the body never runs'(t) {
    const rt = await t.start();
    const before = rt.exports.step_count();
    const reason = new Error('too late');
    for (const eager of [false, true]) {
      const task = rt.spawn('sleeper', 1, { signal: AbortSignal.abort(reason), eager });
      t.same(await t.error(task), reason);
      t.same([task.cancelled, task.status, task.reason], [true, -1, reason]);
    }
    t.same(rt.exports.step_count(), before);
  },

  async 'aborted after spawn, before the first turn'(t) {
    const rt = await t.start();
    const { controller, signal, listeners } = counted();
    const before = rt.exports.step_count();
    const task = rt.spawn('sleeper', 1, { signal });
    controller.abort('early');
    t.same([await t.error(task), task.cancelled, listeners.size], ['early', true, 0]);
    t.same(rt.exports.step_count(), before);
  },

  async 'aborted during the first turn, by an import that its own task calls'(t) {
    const { controller, signal, listeners } = counted();
    const rt = await t.start({ imports: { test: { probe: (n) => (controller.abort('mid-turn'), n) } } });
    const parked = rt.spawn('sleeper', 1e9, { signal });
    const caller = rt.spawn('call_import', 5, { signal });
    t.same([await caller, await t.error(parked), listeners.size], [5, 'mid-turn', 0]);
  },

  async 'aborted while it is parked'(t) {
    const rt = await t.start();
    const { controller, signal, listeners } = counted();
    const cleanups = rt.exports.cleanup_count();
    const task = rt.spawn('sleeper', 1e9, { signal });
    await rt.spawn('plain');
    t.same([task.state, listeners.size], ['waiting', 1]);
    controller.abort('parked');
    t.same([await t.error(task), task.cancelled, listeners.size], ['parked', true, 0]);
    t.same(rt.exports.cleanup_count(), cleanups + 1);
  },

  async 'aborted while it computes, by a timer of the same thread'(t) {
    const rt = await t.start({ clock: 'real' });
    const { controller, signal, listeners } = counted();
    const task = rt.spawn('compute', '', { signal });
    let ticks = 0;
    const interval = setInterval(() => { if (++ticks === 3) controller.abort('computing'); }, 1);
    t.same([await t.error(task), listeners.size], ['computing', 0]);
    clearInterval(interval);
  },

  async 'aborted after the end: nothing happens'(t) {
    const rt = await t.start();
    const { controller, signal, listeners } = counted();
    const task = rt.spawn('echo', 'done', { signal });
    t.same(await task, 'done');
    t.same(listeners.size, 0);
    controller.abort('after');
    t.same([await task, task.cancelled], ['done', false]);
  },

  async 'aborted while it cleans up: the first reason stays'(t) {
    const rt = await t.start();
    const first = new AbortController();
    const task = rt.spawn('slow_cleanup', 10, { signal: first.signal });
    await rt.spawn('plain');
    first.abort('first');
    await rt.spawn('plain');
    t.same(task.done, false);
    t.same([await t.error(task), task.reason], ['first', 'first']);
  },

  async 'a reason of any type comes back as it is'(t) {
    const rt = await t.start();
    let thrown;
    try { throw { code: 7, toString() { throw new Error('no text'); } }; } catch (error) { thrown = error; }
    const reasons = [
      null, '', 0, NaN, false, 10n, 'text', 'a\0b', '\ud800', 'long '.repeat(10_000), Symbol('s'), { a: 1 }, [],
      () => {}, thrown, Object.create(null), new TypeError('t'), new DOMException('d', 'DataError'),
      new Proxy({}, { get() { throw new Error('trap'); } }),
    ];
    for (const [i, reason] of reasons.entries()) {
      const controller = new AbortController();
      const task = rt.spawn('sleeper', 1e9, { signal: controller.signal });
      await rt.spawn('plain');
      controller.abort(reason);
      const error = await task.then(() => 'no error', (error) => [error]);
      t.ok(Object.is(error[0], reason), `reason ${i}`);
    }
  },

  async 'abort() without a reason, and with undefined, is an AbortError'(t) {
    const rt = await t.start();
    for (const args of [[], [undefined]]) {
      const controller = new AbortController();
      const task = rt.spawn('sleeper', 1e9, { signal: controller.signal });
      controller.abort(...args);
      const error = await t.error(task);
      t.same([error, error.name], [controller.signal.reason, 'AbortError']);
    }
    const task = rt.spawn('sleeper', 1e9);
    task.cancel(undefined);
    t.same([(await t.error(task)).name, task.reason], ['CancelledError', undefined]);
  },

  async 'a signal that is not the own of the platform, and has no reason, is an AbortError'(t) {
    const rt = await t.start();
    const signal = Object.assign(new EventTarget(), { aborted: false });
    const task = rt.spawn('sleeper', 1e9, { signal });
    await rt.spawn('plain');
    signal.aborted = true;
    signal.dispatchEvent(new Event('abort'));
    t.same([(await t.error(task)).name, task.cancelled], ['AbortError', true]);
    t.same((await t.error(rt.spawn('sleeper', 1, { signal }))).name, 'AbortError');
  },

  async 'AbortSignal.timeout and AbortSignal.any'(t) {
    const rt = await t.start({ clock: 'real' });
    const error = await t.error(rt.spawn('sleeper', 1e6, { signal: AbortSignal.timeout(10) }));
    t.same([error.name, error instanceof t.wasyncio.TimeoutError], ['TimeoutError', false]);
    const controller = new AbortController();
    const any = AbortSignal.any([controller.signal, AbortSignal.timeout(10_000)]);
    const task = rt.spawn('sleeper', 1e6, { signal: any });
    await rt.spawn('plain');
    controller.abort('any');
    t.same(await t.error(task), 'any');
  },

  async 'timeout is a TimeoutError, on the clock of the runtime'(t) {
    const rt = await t.start();
    const { TimeoutError } = t.wasyncio;
    const error = await t.error(rt.spawn('sleeper', 1e9, { timeout: 50 }));
    t.same([error instanceof TimeoutError, error.name, rt.now], [true, 'TimeoutError', 50]);
    const before = rt.exports.step_count();
    t.ok(await t.error(rt.spawn('sleeper', 1, { timeout: 0 })) instanceof TimeoutError, 'at once');
    t.same(rt.exports.step_count(), before);
    t.same(await rt.spawn('sleeper', 5, { timeout: 6 }), 0);
    t.same(await rt.spawn('sleeper', 5, { timeout: Infinity }), 0);
  },

  async 'the first of signal, timeout and cancel decides'(t) {
    const rt = await t.start();
    const { signal, listeners, controller } = counted();
    const task = rt.spawn('sleeper', 1e9, { signal, timeout: 50 });
    t.same((await t.error(task)).name, 'TimeoutError');
    t.same(listeners.size, 0);
    const other = rt.spawn('sleeper', 1e9, { signal, timeout: 50 });
    t.same([other.cancel('by hand'), other.cancelling], [true, 1]);
    t.same([(await t.error(other)).reason, other.cancel('again')], ['by hand', false]);
    controller.abort();
  },

  async 'C reads the reason'(t) {
    const rt = await t.start();
    const task = rt.spawn('reason');
    await rt.spawn('plain');
    task.cancel('because of é');
    await t.error(task);
    t.same(t.printed.join(''), 'because of é');
  },

  async 'a task that swallows its cancellation is told of'(t) {
    const rt = await t.start();
    const controller = new AbortController();
    const task = rt.spawn('swallow', '', { signal: controller.signal });
    await rt.spawn('plain');
    controller.abort('stop');
    t.same([await task, task.cancelled], ['done anyway', false]);
    const [{ kind, site, text }] = t.reports;
    t.same([kind, t.heard()], ['swallowed', ['swallowed']]);
    t.match(site, /^tasks\.c:\d+$/);
    t.match(text, /swallow/);
  },

  async 'one signal of many tasks has one listener, and reaches them in the order of their spawn'(t) {
    const rt = await t.start();
    const { controller, signal, listeners } = counted();
    const order = [];
    const tasks = Array.from({ length: 200 }, (_, i) => {
      const task = rt.spawn('sleeper', 1e9, { signal });
      task.catch(() => order.push(i));
      return task;
    });
    t.same(listeners.size, 1);
    controller.abort('all');
    await rt.gather(tasks, { collect: true });
    t.same([order, listeners.size], [[...tasks.keys()], 0]);
  },

  async 'an abort from a listener of the same signal, and from the handler of another task'(t) {
    const rt = await t.start();
    const first = new AbortController(), second = new AbortController();
    const a = rt.spawn('sleeper', 1e9, { signal: first.signal });
    const b = rt.spawn('sleeper', 1e9, { signal: second.signal });
    first.signal.addEventListener('abort', () => rt.spawn('echo').then(() => second.abort('second')));
    a.catch(() => rt.spawn('echo'));
    first.abort('first');
    t.same([await t.error(a), await t.error(b)], ['first', 'second']);
  },
};
