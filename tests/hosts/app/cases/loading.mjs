// Where a runtime comes from: every form of source, and what a wrong one is told.
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0); // a wasm with nothing in it

export default {
  async 'from a URL, its text, a Response, bytes, a module, and a promise of one'(t) {
    const bytes = new Uint8Array(await t.fetch(t.url).then((response) => response.arrayBuffer()));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const source of [
      new URL(t.url), t.url, bytes, bytes.buffer, shifted.subarray(3), t.module, Promise.resolve(t.module),
      new Response(bytes), new Response(bytes, { headers: { 'content-type': 'application/wasm' } }),
      t.fetch(t.url),
    ]) {
      const rt = await t.wasyncio.load(source);
      t.same(await rt.spawn('echo', 'here'), 'here');
      await rt.close();
    }
  },

  async 'what is no wasm, or not with the runtime in it, or not there, is a LoadError'(t) {
    const { load, LoadError } = t.wasyncio;
    for (const [source, pattern] of [
      [new Uint8Array(), /is not wasm/],
      [new TextEncoder().encode('<!DOCTYPE html>'), /is not wasm/],
      [empty, /does not hold the runtime/],
      [new WebAssembly.Module(empty), /does not hold the runtime/],
      [new URL('no-such-file.wasm', t.url), /no-such-file\.wasm can't be (read|fetched)/],
      [new Response('', { status: 503, statusText: 'Busy' }), /can't be fetched: 503 Busy/],
    ]) {
      const error = await t.error(load(source));
      t.ok(error instanceof LoadError, `${error}`);
      t.match(error.message, pattern);
    }
  },

  async 'what is no source or no option is a MisuseError'(t) {
    const { load, MisuseError } = t.wasyncio;
    for (const [args, pattern] of [
      [[], /a URL, a path, bytes, a Response.*, not undefined/],
      [[null], /not null/], [[5], /not 5/], [[{}], /not Object/], [[() => {}], /a URL, a path/],
      [[t.module, null], /options.*not null/],
      [[t.module, { clock: 'fast' }], /clock.*'real' or 'virtual', not 'fast'/],
      [[t.module, { host: 5 }], /host.*5/],
      [[t.module, { stdout: 'x' }], /stdout.*'x'/],
      [[t.module, { turnBudget: -1 }], /turnBudget.*not -1/],
      [[t.module, { grace: NaN }], /grace.*not NaN/],
      [[t.module, { stackSize: 1.5 }], /stackSize.*not 1.5/],
    ]) {
      const error = await t.error(load(...args));
      t.ok(error instanceof MisuseError, `${error}`);
      t.match(error.message, pattern);
    }
  },

  async 'runtimes of one module know nothing of each other'(t) {
    const all = await Promise.all(Array.from({ length: 8 }, () => t.start()));
    const tasks = all.map((rt, i) => rt.spawn('sleeper', 10 + i));
    const lost = all[3].spawn('sleeper', 1e9);
    all[3].close();
    t.same((await t.error(lost)).name, 'CancelledError');
    for (const [i, rt] of all.entries()) {
      if (i === 3) t.same((await t.error(tasks[i])).name, 'CancelledError');
      else {
        t.same(await tasks[i], 0);
        t.same(rt.now, 10 + i);
      }
    }
  },

  async 'the wasm of the package is there, a release, and holds no task'(t) {
    const rt = await t.wasyncio.load(t.runtime);
    t.throws(() => rt.spawn('echo'), t.wasyncio.MisuseError, /no task is named 'echo'/);
    const error = await t.error(rt.waitFor(new Promise(() => {}), 1));
    t.ok(error instanceof t.wasyncio.TimeoutError, `${error}`);
    t.same(await rt.gather([Promise.resolve(1), 2].map((one) => Promise.resolve(one))), [1, 2]);
    await rt.close();
    const module = await t.compile(t.runtime);
    t.same(WebAssembly.Module.customSections(module, 'name').length, 0, 'sections with names');
  },
};
