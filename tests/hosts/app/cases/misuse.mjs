// Every wrong call gets a MisuseError that names the argument and what was expected, and changes nothing.
export default {
  async 'spawn'(t) {
    const rt = await t.start();
    const view = new Uint8Array(8);
    const { buffer } = view;
    structuredClone(buffer, { transfer: [buffer] }); // which leaves it without its bytes
    for (const [args, pattern] of [
      [['no such task'], /no task is named 'no such task'/],
      [['toString'], /no task is named/], [['wax_alloc'], /no task is named/], [['memory'], /no task is named/],
      [['two_arguments'], /no task is named/], [['__proto__'], /no task is named/], [[''], /no task is named ''/],
      [[], /name.*not undefined/], [[7], /name.*not 7/],
      [['echo', {}], /input of 'echo'.*not Object/],
      [['echo', true], /not true/], [['echo', 1n], /not 1/], [['echo', Symbol('s')], /not Symbol\(s\)/],
      [['echo', () => {}], /input of 'echo'/], [['echo', ['a']], /not Array/],
      [['echo', Object.create(null)], /input of 'echo'/],
      [['echo', buffer], /input of 'echo'.*was transferred or cut off/],
      [['echo', view], /input of 'echo'.*was transferred or cut off/],
      [['echo', '', null], /options.*not null/],
      [['echo', '', 'fast'], /options.*not 'fast'/],
      [['echo', '', { signal: {} }], /signal.*AbortSignal, not Object/],
      [['echo', '', { signal: new AbortController() }], /not AbortController/],
      [['echo', '', { timeout: -1 }], /timeout.*not -1/],
      [['echo', '', { timeout: NaN }], /not NaN/], [['echo', '', { timeout: '10' }], /not '10'/],
      [['echo', '', { name: 5 }], /name.*string, not 5/],
      [['echo', '', { stackSize: 100 }], /stackSize.*not 100/],
      [['echo', '', { stackSize: 2 ** 31 }], /stackSize/],
    ]) t.throws(() => rt.spawn(...args), t.wasyncio.MisuseError, pattern);
    t.same(await rt.spawn('echo', 'unharmed'), 'unharmed');
  },

  async 'the other verbs'(t) {
    const rt = await t.start();
    const task = rt.spawn('echo');
    for (const [call, pattern] of [
      [() => rt.gather(), /gather.*not undefined/], [() => rt.gather('ab'), /gather.*not 'ab'/],
      [() => rt.gather([task, 5]), /member of gather.*not 5/],
      [() => rt.wait([]), /wait/],
      [() => rt.wait([task], { when: 'some' }), /when.*'first', 'error' or 'all', not 'some'/],
      [() => rt.wait([task], { timeout: -5 }), /timeout.*-5/],
      [() => rt.waitFor(task, -1), /waitFor.*-1/], [() => rt.waitFor(undefined, 1), /not undefined/],
      [() => rt.shield('text'), /not 'text'/], [() => rt.asCompleted(5), /asCompleted.*not 5/],
      [() => rt.asCompleted([task], { timeout: 'x' }), /timeout/],
      [() => rt.timeout(-1, async () => {}), /timeout.*-1/],
      [() => rt.timeout(1, 5), /timeout.*not 5/],
      [() => rt.group([]), /group.*function/],
      [() => rt.on('sound', () => {}), /'sound'|swallowed/],
      [() => rt.on('trap', 'x'), /listener.*function/],
      [() => rt.advance(-1), /advance.*-1/], [() => rt.close({ grace: -1 }), /grace.*-1/],
    ]) t.throws(call, t.wasyncio.MisuseError, pattern);
    await task;
  },

  async 'wrong calls that C makes come out with their sentence'(t) {
    const rt = await t.start();
    for (const [name, pattern] of [['await_self', /WA_EMISUSE.*itself/], ['negative_sleep', /WA_EMISUSE.*wa_sleep/]]) {
      const error = await t.error(rt.spawn(name));
      t.same([error.name, error.statusName], ['TaskError', 'WA_EMISUSE']);
      t.match(error.message, pattern);
    }
  },

  async 'a callback of stdout that throws does not reach C, and the host hears of it'(t) {
    const rt = await t.start({ stdout() { throw new Error('no output please'); }, stderr() {} });
    t.same(await rt.spawn('print', 'x'), 0);
    await t.sleep(5);
    t.same(t.uncaught.splice(0).map((error) => error.message), ['no output please']);
  },
};
