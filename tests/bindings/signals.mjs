// The table of docs/signals.md, row by row: what is done, and what must be seen then. The same in Node and in a
// browser, so nothing here is of Node's; what run gives must be as JSON.
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const errorOf = (promise) => promise.then(() => 'no error', (error) => error);
const parked = async (rt) => { await rt.spawn('plain'); };

/** A controller that counts the listeners on its signal. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const count = { now: 0, most: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args) => {
    count.most = Math.max(count.most, ++count.now);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args) => {
    count.now--;
    removeEventListener.apply(signal, args);
  };
  return { controller, signal, count };
}

const outcome = async (task, reason) => {
  const error = await errorOf(task);
  return { sameReason: error === reason, cancelled: task.cancelled, status: task.status };
};
const stopped = { sameReason: true, cancelled: true, status: -1 };

async function inHost(rt, name) {
  const reason = new Error(name);
  const task = rt.spawn('call', name);
  await parked(rt);
  task.cancel(reason);
  const error = await errorOf(task);
  await sleep(20); // longer than it takes for what comes after the abort
  return { reason: error.reason === reason, operations: rt.counts().operations };
}

const seen = {};
const until = (signal) => new Promise((_, reject) => {
  signal.addEventListener('abort', () => reject(signal.reason));
});
const after = (signal) => until(signal).catch(() => sleep(1));
export const host = {
  obeys: (_, { signal }) => until(seen.signal = signal),
  aborts: (_, { signal }) => {
    seen.signal = signal;
    seen.controller.abort('from the host function');
    return seen.inside = signal.aborted;
  },
  throws: () => { throw new RangeError('thrown'); },
  rejects: () => Promise.reject(new TypeError('rejected')),
  throwsAnObject: () => { throw { code: 7, message: 'an object' }; },
  never: () => new Promise(() => {}),
  late: async (_, { signal }) => { await after(signal); return 'too late'; },
  failsLate: async (_, { signal }) => { await after(signal); throw new Error('too late'); },
};

export const rows = [
  {
    when: 'aborted before `spawn`',
    what: "the task's body never runs; the task rejects with the signal's reason",
    async run(rt) {
      const reason = new Error('too late');
      const before = rt.exports.step_count();
      const task = rt.spawn('sleeper', 1, { signal: AbortSignal.abort(reason), eager: true });
      return { ...await outcome(task, reason), steps: rt.exports.step_count() - before };
    },
    expected: { ...stopped, steps: 0 },
  },
  {
    when: 'during the first turn, before its first step',
    what: 'the same',
    async run(rt) {
      const controller = new AbortController();
      const before = rt.exports.step_count();
      const task = rt.spawn('sleeper', 1, { signal: controller.signal });
      controller.abort('early');
      return { ...await outcome(task, 'early'), steps: rt.exports.step_count() - before };
    },
    expected: { ...stopped, steps: 0 },
  },
  {
    when: 'during the first turn, from an import that its first step calls',
    what: 'the request is passed on when the wasm has returned: the next await returns it',
    async run(rt, { imports }) {
      const controller = new AbortController();
      imports.probe = () => controller.abort('from an import');
      const task = rt.spawn('sleeper', 1e6, { signal: controller.signal });
      const caller = await rt.spawn('call_import', 1);
      return { caller, ...await outcome(task, 'from an import') };
    },
    expected: { caller: 0, ...stopped },
  },
  {
    when: 'while it is parked in an await',
    what: 'the await returns `WA_ECANCELED`, the task cleans up, then rejects',
    async run(rt) {
      const controller = new AbortController();
      const before = rt.exports.cleanup_count();
      const task = rt.spawn('slow_cleanup', 5, { signal: controller.signal });
      await parked(rt);
      controller.abort('parked');
      const { done } = task;
      return { done, ...await outcome(task, 'parked'), cleanups: rt.exports.cleanup_count() - before };
    },
    expected: { done: false, ...stopped, cleanups: 1 },
  },
  {
    when: 'while it computes, calling `wa_checkpoint`',
    what: 'the abort gets its turn after a slice of 8 ms; then the checkpoint returns `WA_ECANCELED`',
    async run(rt) {
      const controller = new AbortController();
      setTimeout(() => controller.abort('computing'), 20);
      return outcome(rt.spawn('compute', '', { signal: controller.signal }), 'computing');
    },
    expected: stopped,
  },
  {
    when: 'after the end',
    what: 'nothing happens; no listener was left on the signal',
    async run(rt) {
      const { controller, signal, count } = counted();
      const task = rt.spawn('echo', 'done', { signal });
      const result = await task;
      const left = count.now;
      controller.abort();
      return { result, again: await task, left, cancelled: task.cancelled };
    },
    expected: { result: 'done', again: 'done', left: 0, cancelled: false },
  },
  {
    when: 'with a reason of any type',
    what: 'the task rejects with that same value; C reads its `message`, or its text',
    async run(rt) {
      const unprintable = { toString() { throw new Error('no'); } };
      const reasons = [null, '', 0, -0, 1n, true, 'text', Symbol('s'), {}, [], unprintable, new TypeError('t')];
      const wrong = [];
      for (const reason of reasons) {
        const controller = new AbortController();
        const task = rt.spawn('sleeper', 1e6, { signal: controller.signal });
        await parked(rt);
        controller.abort(reason);
        if (!Object.is(await errorOf(task), reason)) wrong.push(typeof reason);
      }
      return wrong;
    },
    expected: [],
  },
  {
    when: 'with `undefined`, or without a reason',
    what: "the task rejects with the signal's own reason: a `DOMException` named AbortError",
    async run(rt) {
      const controller = new AbortController();
      const task = rt.spawn('sleeper', 1e6, { signal: controller.signal });
      await parked(rt);
      controller.abort(undefined);
      const error = await errorOf(task);
      return { same: error === controller.signal.reason, name: error.name };
    },
    expected: { same: true, name: 'AbortError' },
  },
  {
    when: '`cancel(reason)` instead',
    what: 'a `CancelledError` that has the value as its `reason`, also if that is `undefined`',
    async run(rt) {
      const results = [];
      for (const reason of [undefined, { an: 'object' }]) {
        const task = rt.spawn('sleeper', 1e6);
        await parked(rt);
        task.cancel(reason);
        const error = await errorOf(task);
        results.push([error.name, error.reason === reason, task.reason === reason]);
      }
      return results;
    },
    expected: [['CancelledError', true, true], ['CancelledError', true, true]],
  },
  {
    when: '`timeout`',
    what: "a `TimeoutError` of this package, after the clean-up",
    async run(rt) {
      const task = rt.spawn('slow_cleanup', 5, { timeout: 10 });
      const { name, message } = await errorOf(task);
      return { name, message, status: task.status };
    },
    expected: { name: 'TimeoutError', message: 'not done within 10 ms', status: -1 },
  },
  {
    when: '`AbortSignal.timeout`',
    what: "the signal's reason: a `DOMException` that is also named TimeoutError",
    async run(rt) {
      const signal = AbortSignal.timeout(10);
      const error = await errorOf(rt.spawn('sleeper', 1e6, { signal }));
      return { same: error === signal.reason, name: error.name };
    },
    expected: { same: true, name: 'TimeoutError' },
  },
  {
    when: '`AbortSignal.any`',
    what: 'the reason of the first signal that aborts',
    async run(rt) {
      const controller = new AbortController();
      const signal = AbortSignal.any([AbortSignal.timeout(1e6), controller.signal]);
      const task = rt.spawn('sleeper', 1e6, { signal });
      await parked(rt);
      controller.abort('one of them');
      return outcome(task, 'one of them');
    },
    expected: stopped,
  },
  {
    when: 'one signal on 100,000 tasks',
    what: 'one listener while they run, none afterwards; no warning; tasks are told in the order of their spawn',
    options: { stackSize: 2048 },
    async run(rt, { warnings }) {
      const n = 100_000;
      const { controller, signal, count } = counted();
      const before = rt.exports.step_count();
      let inOrder = true;
      let last = -1;
      const tasks = Array.from({ length: n }, () => rt.spawn('sleeper', 1e6, { signal }));
      const ends = tasks.map((task, i) => task.catch((error) => {
        inOrder &&= i === last + 1;
        last = i;
        return error;
      }));
      while (rt.exports.step_count() < before + n) await sleep(1);
      const reason = new Error('all');
      controller.abort(reason);
      const same = (await Promise.all(ends)).filter((error) => error === reason).length;
      // An abort takes its listener, which was added for once, away by itself.
      return { same, most: count.most, inOrder, warnings };
    },
    expected: { same: 100_000, most: 1, inOrder: true, warnings: [] },
  },
  {
    when: 'one signal on 100,000 tasks that end by themselves',
    what: 'no listener is left; no warning',
    async run(rt, { warnings }) {
      const { signal, count } = counted();
      await rt.gather(Array.from({ length: 100_000 }, () => rt.spawn('echo', 1, { signal })));
      return { ...count, warnings };
    },
    expected: { now: 0, most: 1, warnings: [] },
  },
  {
    when: 'while the task waits for a host function',
    what: "the function's own `signal` aborts with the same reason",
    async run(rt) {
      const controller = new AbortController();
      const task = rt.spawn('call', 'obeys', { signal: controller.signal });
      await parked(rt);
      const before = seen.signal.aborted;
      controller.abort();
      const same = await errorOf(task) === controller.signal.reason;
      return { before, same, reason: seen.signal.reason === controller.signal.reason };
    },
    expected: { before: false, same: true, reason: true },
  },
  {
    when: 'by the host function itself, while it runs',
    what: "the request is made at once; the function's own signal aborts when C has been told, unless the function has " +
      'settled by then; what it returns is dropped',
    async run(rt) {
      seen.controller = new AbortController();
      const task = rt.spawn('call', 'aborts', { signal: seen.controller.signal });
      const result = await outcome(task, 'from the host function');
      return { ...result, inside: seen.inside };
    },
    expected: { ...stopped, inside: false },
  },
  {
    when: 'a host function throws, or rejects',
    what: 'C gets `WA_EHOST` with the message; a task that returns this status, and every task that awaits such a task and ' +
      'returns its status, rejects with a `TaskError` that has the message, and the error as its `cause`',
    async run(rt) {
      const results = [];
      for (const name of ['throws', 'rejects']) {
        const error = await errorOf(rt.spawn('call', name));
        const above = await errorOf(rt.spawn('call_below', name));
        results.push([await rt.spawn('call_failing', name), error.name, error.statusName, error.cause.name, above.cause.name]);
      }
      return results;
    },
    expected: [
      ['thrown', 'TaskError', 'WA_EHOST', 'RangeError', 'RangeError'],
      ['rejected', 'TaskError', 'WA_EHOST', 'TypeError', 'TypeError'],
    ],
  },
  {
    when: 'the function was called by a member of a C task group',
    what: 'a `GroupError`, whose `errors` have the message and the `cause`',
    async run(rt) {
      const { name, errors } = await errorOf(rt.spawn('call_in_groups', 'throws', { name: 'groups' }));
      return [name, errors[0].message, errors[0].cause.name];
    },
    expected: ['GroupError', "a member of task 'groups' ended with WA_EHOST: thrown", 'RangeError'],
  },
  {
    when: 'a host function throws an object that is no Error',
    what: 'the same: its `message`, if it has one, and the object as the `cause`',
    async run(rt) {
      const { statusName, cause } = await errorOf(rt.spawn('call', 'throwsAnObject'));
      return { statusName, cause, text: await rt.spawn('call_failing', 'throwsAnObject') };
    },
    expected: { statusName: 'WA_EHOST', cause: { code: 7, message: 'an object' }, text: 'an object' },
  },
  {
    when: 'a host function never settles',
    what: 'the cancelled task does not wait for it',
    run: (rt) => inHost(rt, 'never'),
    expected: { reason: true, operations: 0 },
  },
  {
    when: 'a host function settles, or fails, after its abort',
    what: 'the answer is dropped, without an unhandled rejection',
    run: async (rt) => [await inHost(rt, 'late'), await inHost(rt, 'failsLate')],
    expected: [{ reason: true, operations: 0 }, { reason: true, operations: 0 }],
  },
  {
    when: 'the task swallows the cancellation',
    what: 'the task resolves with its result; a report "swallowed" names the task and the await that told it',
    async run(rt, { reports }) {
      const controller = new AbortController();
      const task = rt.spawn('swallow', '', { signal: controller.signal, name: 'glutton' });
      await parked(rt);
      controller.abort();
      const result = await task;
      await sleep(1);
      const [{ kind, name, site }] = reports.splice(0);
      return { result, cancelled: task.cancelled, kind, name, sited: /^tasks\.c:\d+$/.test(site) };
    },
    expected: { result: 'done anyway', cancelled: false, kind: 'swallowed', name: 'glutton', sited: true },
  },
  {
    when: 'the signal, or another one, aborts while the task cleans up',
    what: 'a second request; the task rejects with the reason that its last await returned',
    async run(rt) {
      const controller = new AbortController();
      const task = rt.spawn('slow_cleanup', 1e6, { signal: controller.signal });
      await parked(rt);
      controller.abort('first');
      await parked(rt);
      task.cancel('second');
      const error = await errorOf(task);
      return { reason: error.reason, cancelling: task.cancelling };
    },
    expected: { reason: 'second', cancelling: 2 },
  },
  {
    when: "`task.signal`, for work on the task's behalf",
    what: "aborts with the request's reason, before the task has ended; never, if the task ends well",
    async run(rt) {
      const task = rt.spawn('slow_cleanup', 5);
      const { signal } = task;
      await parked(rt);
      task.cancel('enough');
      const { done } = task;
      await errorOf(task);
      const well = rt.spawn('echo', 1);
      await well;
      return { reason: signal.reason, done, well: well.signal.aborted };
    },
    expected: { reason: 'enough', done: false, well: false },
  },
];

/** Runs the i-th row; gives what was seen, and what was left. */
export async function run(load, module, i) {
  const reports = [];
  const warnings = [];
  const { warn } = console;
  console.warn = (...args) => warnings.push(args.join(' '));
  const imports = { probe() {}, missing() {} };
  try {
    const rt = await load(module, {
      host, ...rows[i].options,
      onReport: (report) => { if (report.kind !== 'stalled') reports.push(report); }, // that would be the machine's doing
      imports: { test: { probe: () => imports.probe() ?? 0, missing() {} } },
    });
    const result = await rows[i].run(rt, { reports, warnings, imports });
    await sleep(0);
    const { bytes, ...alive } = rt.counts();
    await rt.close();
    return { result, left: Object.values(alive).reduce((sum, n) => sum + n, 0) + reports.length };
  } finally {
    console.warn = warn;
  }
}
