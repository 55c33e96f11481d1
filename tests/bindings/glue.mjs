// What is done with a program that has Emscripten's own glue, in Node and in a browser.
const errorOf = (promise) => promise.then(() => 'no error', (error) => error);

/** load, and the factory's options: what it needs to find its wasm. */
export async function check(load, createModule, settings) {
  const seen = {};
  const printed = [];
  const module = await createModule({ ...settings, print: (line) => printed.push(line) });
  const rt = await load({ emscripten: module }, { host: { fetch: async () => new Uint8Array(1000).fill(7) } });
  seen.copied = await rt.spawn('copy', 'a\nbcd');
  seen.file = module.FS.readFile('/tmp/copy', { encoding: 'utf8' });
  module.FS.writeFile('/tmp/other', 'by JavaScript');

  const stopped = rt.spawn('copy', 'x\n'.repeat(100_000));
  await rt.wait([stopped], { timeout: 10 });
  stopped.cancel('enough');
  seen.reason = (await errorOf(stopped)).reason;
  seen.notes = module.notes;

  const before = rt.memory.buffer.byteLength;
  await rt.spawn('store', '/tmp/stored');
  seen.grown = rt.memory.buffer.byteLength > before;
  seen.stored = [...new Set(module.FS.readFile('/tmp/stored'))];
  await rt.spawn('missing', '/tmp/nowhere');
  await rt.spawn('missing', '/tmp/other');
  seen.printed = printed;

  const controller = new AbortController();
  setTimeout(() => controller.abort('computing'), 20);
  seen.computing = await errorOf(rt.spawn('compute', '', { signal: controller.signal }));
  const { name, cause } = await errorOf(rt.spawn('throwing'));
  seen.thrown = [name, cause.name, cause.message];
  seen.calledBack = await rt.spawn('calls_back');
  seen.after = await rt.spawn('copy', 'still here');
  const { bytes, ...alive } = rt.counts();
  seen.alive = Object.values(alive).some((n) => n > 0);
  await rt.close();

  // By the factory, with callbacks.
  const lines = [];
  const factory = (io) => createModule({ ...settings, ...io });
  const other = await load({ emscripten: factory }, { stdout: (text) => lines.push(text) });
  await other.spawn('missing', '/tmp/other');
  await other.close();
  return { ...seen, lines };
}

export const expected = {
  copied: '2 a\n6 bcd\n',
  file: '2 a\n6 bcd\n',
  reason: 'enough',
  notes: ['cleaned up'],
  grown: true,
  stored: [7],
  printed: ['No such file or directory', 'found'],
  computing: 'computing',
  thrown: ['TrapError', 'RangeError', 'from EM_JS'],
  calledBack: 7,
  after: '20 still here\n',
  alive: false,
  lines: ['No such file or directory\n'],
};
