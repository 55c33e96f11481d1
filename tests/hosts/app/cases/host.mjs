// Functions of the host that C awaits: what they may give, and how a cancellation goes through them, both ways.
const never = () => new Promise(() => {});

export default {
  async 'what a function gives, at once and later'(t) {
    const values = ['text', '', 7.5, Uint8Array.of(1, 2, 3), undefined, null];
    let later;
    const rt = await t.start({
      host: { give: (i) => (later ? t.sleep(1).then(() => values[i]) : values[i]) },
    });
    for (later of [false, true]) {
      for (const [i, value] of values.entries()) t.same(await rt.spawn('call', `give ${i}`), value ?? 0);
    }
  },

  async 'a function that throws, rejects, or gives what is no value: WA_EHOST, and the cause'(t) {
    const broken = new RangeError('broken');
    const rt = await t.start({
      host: {
        throws() { throw broken; },
        rejects: async () => { throw broken; },
        'throws a text': () => { throw 'just a text'; },
        object: () => ({ not: 'a value' }),
      },
    });
    for (const name of ['throws', 'rejects']) {
      const error = await t.error(rt.spawn('call', name));
      t.same([error.name, error.statusName, error.cause], ['TaskError', 'WA_EHOST', broken]);
      t.match(error.message, /broken/);
      t.same(await rt.spawn('call_failing', name), 'broken');
    }
    t.same(await rt.spawn('call_failing', 'throws a text'), 'just a text');
    t.match(await rt.spawn('call_failing', 'object'), /'object' returns.*bytes, a string or a number, not Object/);
    t.match(await rt.spawn('call_failing', 'nobody'), /the host has no function 'nobody'/);
    t.match(await rt.spawn('call_failing', 'toString'), /the host has no function 'toString'/);
  },

  async 'its signal aborts when its caller is cancelled, with the very reason'(t) {
    const seen = [];
    const rt = await t.start({
      host: {
        wait(input, call) {
          call.signal.addEventListener('abort', () => seen.push(input, call.name, call.task, call.signal.reason));
          return never();
        },
      },
    });
    const controller = new AbortController();
    const reason = { any: 'thing' };
    const task = rt.spawn('call', 'wait for it', { signal: controller.signal });
    await rt.spawn('plain');
    controller.abort(reason);
    t.same(await t.error(task), reason);
    t.same(seen, ['for it', 'wait', task, reason]);
  },

  async 'a signal that is asked for after the cancellation has aborted'(t) {
    let late;
    const rt = await t.start({ host: { wait: (_, call) => { late = call; return never(); } } });
    const task = rt.spawn('call', 'wait');
    await rt.spawn('plain');
    task.cancel('before anybody asked');
    await t.error(task);
    t.same([late.signal.aborted, late.signal.reason, late.signal], [true, 'before anybody asked', late.signal]);
  },

  async 'an abort inside a host function, before it returns'(t) {
    const controller = new AbortController();
    const rt = await t.start({
      host: { inside: () => { controller.abort('from inside'); return 'too late'; } },
    });
    t.same(await t.error(rt.spawn('call', 'inside', { signal: controller.signal })), 'from inside');
  },

  async 'one that never settles, settles after its abort, or rejects after it'(t) {
    const late = [];
    const rt = await t.start({
      host: {
        never,
        settles: () => new Promise((resolve) => { late.push(() => resolve('late')); }),
        rejects: () => new Promise((_, reject) => { late.push(() => reject(new Error('late'))); }),
      },
    });
    for (const name of ['never', 'settles', 'rejects']) {
      const task = rt.spawn('call', name);
      await rt.spawn('plain');
      task.cancel(name);
      t.same((await t.error(task)).reason, name);
    }
    for (const settle of late) settle();
    await t.sleep(1);
    t.same(await rt.spawn('echo', 'alive'), 'alive');
  },

  async 'a fetch that never answers ends with its task'(t) {
    if (!t.never) return;
    const rt = await t.start({
      clock: 'real', host: { fetchText: async (url, { signal }) => (await fetch(url, { signal })).text() },
    });
    const task = rt.spawn('call', `fetchText ${t.never}`, { timeout: 50 });
    t.same((await t.error(task)).name, 'TimeoutError');
  },

  async 'a function may use the runtime itself'(t) {
    const rt = await t.start({
      host: { again: async (input) => `${await rt.spawn('echo', input)} and ${await rt.spawn('echo', 'again')}` },
    });
    t.same(await rt.spawn('call', 'again once'), 'once and again');
  },

  async "the host is a class's instance, and its getters and this work"(t) {
    class Host {
      #count = 0;
      next() { return ++this.#count; }
    }
    const rt = await t.start({ host: new Host() });
    t.same([await rt.spawn('call', 'next'), await rt.spawn('call', 'next')], [1, 2]);
  },

  async 'a thenable that is no promise, that settles twice, that throws'(t) {
    const rt = await t.start({
      host: {
        twice: () => ({ then(resolve, reject) { resolve('first'); resolve('second'); reject(new Error('third')); } }),
        throws: () => ({ then() { throw new Error('from then'); } }),
        getter: () => ({ get then() { throw new Error('from the getter'); } }),
      },
    });
    t.same(await rt.spawn('call', 'twice'), 'first');
    t.same(await rt.spawn('call_failing', 'throws'), 'from then');
    t.same(await rt.spawn('call_failing', 'getter'), 'from the getter');
  },

  async 'an import that C calls at once may answer, and may not call back'(t) {
    let rt;
    const refused = [];
    const probe = (n) => {
      for (const call of [() => rt.spawn('echo'), () => rt.tasks(), () => rt.counts(), () => rt.close()]) {
        try { call(); } catch (error) { refused.push(error.name); }
      }
      return n + 1;
    };
    rt = await t.start({ imports: { test: { probe } } });
    t.same(await rt.spawn('call_import', 4), 5);
    t.same(refused, Array(4).fill('MisuseError'));
  },
};
