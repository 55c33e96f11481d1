// A task that traps, or overflows its stack, ends alone.
export default {
  async 'a stack overflow is an error with the name of the task, and a report'(t) {
    const rt = await t.start();
    const other = rt.spawn('sleeper', 5);
    const task = rt.spawn('overflow', '', { name: 'deep' });
    const error = await t.error(task);
    const { StackOverflowError, TaskError } = t.wasyncio;
    t.ok(error instanceof StackOverflowError && error instanceof TaskError, `${error}`);
    t.same([error.name, error.statusName, error.task], ['StackOverflowError', 'WA_ESTACK', 'deep']);
    t.match(error.message, /'deep'.*stack overflow/);
    t.same([t.heard(), await other, await rt.spawn('echo', 'alive')], [['stack'], 0, 'alive']);
  },

  async 'again and again, from many tasks at once'(t) {
    const rt = await t.start();
    const tasks = Array.from({ length: 20 }, (_, i) => rt.spawn(i % 2 ? 'overflow' : 'trap'));
    const outcomes = await rt.gather(tasks, { collect: true });
    const wanted = tasks.map((_, i) => (i % 2 ? 'StackOverflowError' : 'TrapError'));
    t.same(outcomes.map(({ reason }) => reason.name), wanted);
    t.same(t.heard().sort(), [...Array(10).fill('stack'), ...Array(10).fill('trap')]);
    t.same(await rt.spawn('echo', 'alive'), 'alive');
  },

  async 'a trap has its cause'(t) {
    const rt = await t.start();
    const error = await t.error(rt.spawn('trap', '', { name: 'trapped' }));
    t.same([error.name, error.statusName, error.task], ['TrapError', 'WA_ETRAP', 'trapped']);
    t.ok(error.cause instanceof WebAssembly.RuntimeError, `${error.cause}`);
    t.same(t.heard(), ['trap']);
  },

  async 'in an eager first step it is thrown'(t) {
    const rt = await t.start();
    const { StackOverflowError } = t.wasyncio;
    t.throws(() => rt.spawn('overflow', '', { eager: true }), StackOverflowError, /stack overflow/);
    await rt.spawn('echo');
    t.same(t.heard(), ['stack']);
  },

  async 'an import that throws, and one that is missing'(t) {
    const thrown = new EvalError('in the import');
    const rt = await t.start({ imports: { test: { probe() { throw thrown; } } } });
    t.same((await t.error(rt.spawn('call_import', 0))).cause, thrown);
    const error = await t.error(rt.spawn('call_missing'));
    t.same([error.name, error.cause.name], ['TrapError', 'LoadError']);
    t.match(error.cause.message, /test\.missing/);
    t.same(t.heard(), ['trap', 'trap']);
  },

  async 'an import that recurses until the engine has no stack left'(t) {
    const deep = () => deep() + 1;
    const rt = await t.start({ imports: { test: { probe: deep } } });
    const error = await t.error(rt.spawn('call_import', 0));
    t.ok(error instanceof t.wasyncio.TaskError, `${error}`);
    t.heard();
    t.same(await rt.spawn('echo', 'alive'), 'alive');
  },

  async 'exit() is refused'(t) {
    const rt = await t.start();
    const error = await t.error(rt.spawn('leave_program'));
    t.same([error.name, error.cause.name, error.cause.code], ['TrapError', 'MisuseError', 3]);
    t.same(t.heard(), ['trap']);
  },

  async 'a trap outside of any task breaks the runtime, and everyone hears of it'(t) {
    const rt = await t.start();
    const pending = rt.spawn('sleeper', 1e9);
    const { cause } = await t.error(rt.spawn('break_runtime'));
    t.ok(cause instanceof WebAssembly.RuntimeError, `${cause}`);
    t.same([(await t.error(pending)).cause, rt.closed], [cause, true]);
    t.throws(() => rt.spawn('echo'), t.wasyncio.ClosedError, /broken/);
    t.heard();
  },

  async 'a step that takes too long, an error that nobody looked at, and a deadlock are reported'(t) {
    const rt = await t.start({ clock: 'real', stallAfter: 20 });
    await rt.spawn('busy', 60, { name: 'hog' });
    const [stalled] = t.reports;
    t.same([stalled.kind, stalled.name], ['stalled', 'hog']);
    t.ok(stalled.age >= 20, `${stalled.age} ms`);
    t.heard();
    const other = await t.start();
    other.spawn('status', -1005, { name: 'unloved' });
    await other.spawn('plain');
    await other.close();
    t.match(t.reports.at(-1).text, /'unloved'.*nobody looked at it/);
    t.same(t.heard(), ['unseen']);
  },

  async 'a listener that throws is reported to the host, and the others hear'(t) {
    const rt = await t.start();
    let heard = 0;
    const off = rt.on('trap', () => { throw new Error('listener'); });
    rt.on('trap', () => heard++);
    await t.error(rt.spawn('trap'));
    await t.until(() => t.uncaught.length > 0);
    t.same([t.uncaught.splice(0).map((error) => error.message), heard], [['listener'], 1]);
    off();
    await t.error(rt.spawn('trap'));
    t.same([heard, t.heard()], [2, ['trap', 'trap']]);
  },
};
