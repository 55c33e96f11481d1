// Streams of the web that C reads and writes: what ends one end ends the other.
const bytes = (size) => new Uint8Array(size);

// A source of so many chunks (as they are asked for), and what became of it.
function source(count, chunk = () => bytes(65536)) {
  const seen = { pulled: 0, cancelled: undefined };
  const stream = new ReadableStream({
    pull(controller) {
      if (seen.pulled === count) return controller.close();
      controller.enqueue(chunk(seen.pulled++));
    },
    cancel(reason) { seen.cancelled = [reason]; },
  }, { highWaterMark: 0 });
  return { stream, seen };
}

function sink(write = () => {}) {
  const seen = { bytes: 0, closed: false, aborted: undefined };
  const stream = new WritableStream({
    async write(chunk) {
      seen.bytes += chunk.length;
      await write(seen);
    },
    close() { seen.closed = true; },
    abort(reason) { seen.aborted = [reason]; },
  });
  return { stream, seen };
}

const start = (t, options) => t.start({ clock: 'real', ...options }, t.streamsModule);

export default {
  async 'a C task is a transform: bytes, texts, buffers and nothing'(t) {
    const rt = await start(t);
    const chunks = [new TextEncoder().encode('HAL'), 'IBM', bytes(0), new TextEncoder().encode('!').buffer];
    const { readable, writable, task } = t.streams.pipe(rt, 'pass', { input: '1' });
    const { stream } = source(4, (i) => chunks[i]);
    t.same(await new Response(stream.pipeThrough({ readable, writable })).text(), 'IBMJCN"');
    t.same(await task, 0);
  },

  async '32 MB from a source to a sink, in constant memory'(t) {
    const rt = await start(t);
    let size;
    const from = source(512), to = sink((seen) => { if (seen.bytes < 2e6) size = rt.memory.buffer.byteLength; });
    t.same(await t.streams.pipe(rt, 'pass', { from: from.stream, to: to.stream }).task, 0);
    await t.until(() => to.seen.closed);
    t.same([to.seen.bytes, from.seen.cancelled, rt.memory.buffer.byteLength], [512 * 65536, undefined, size]);
  },

  async 'a slow reader holds C and the source back'(t) {
    const rt = await start(t);
    const from = source(Infinity);
    const { readable, task } = t.streams.pipe(rt, 'pass', { from: from.stream });
    const reader = readable.getReader();
    await reader.read();
    await t.settle();
    t.ok(from.seen.pulled < 8, `${from.seen.pulled} chunks were pulled`);
    await reader.cancel('enough');
    t.same([(await t.error(task)).reason, from.seen.cancelled], ['enough', ['enough']]);
  },

  async 'cancelled in the middle, both ends close, with the reason'(t) {
    const rt = await start(t);
    const controller = new AbortController();
    const reason = new Error('half is enough');
    const from = source(Infinity), to = sink(({ bytes }) => { if (bytes > 4e6) controller.abort(reason); });
    const { task } = t.streams.pipe(rt, 'pass', { from: from.stream, to: to.stream, signal: controller.signal });
    t.same(await t.error(task), reason);
    await t.until(() => from.seen.cancelled && to.seen.aborted);
    t.same([from.seen.cancelled, to.seen.aborted, to.seen.closed], [[reason], [reason], false]);
  },

  async 'a source that fails is the cause; a sink that fails cancels'(t) {
    const rt = await start(t);
    const broken = new Error('broken');
    const failing = new ReadableStream({ pull() { throw broken; } });
    const { task, readable } = t.streams.pipe(rt, 'pass', { from: failing });
    const error = await t.error(task);
    t.same([error.statusName, error.cause], ['WA_EIO', broken]);
    t.same(await t.error(new Response(readable).text()) instanceof Error, true);
    const from = source(Infinity), to = sink(() => { throw broken; });
    t.same((await t.error(t.streams.pipe(rt, 'pass', { from: from.stream, to: to.stream }).task)).reason, broken);
    await t.until(() => from.seen.cancelled);
    t.same(from.seen.cancelled, [broken]);
  },

  async 'a task that ends early gives its source up'(t) {
    const rt = await start(t);
    const from = source(Infinity, () => 'one line\nand more');
    const { task, readable } = t.streams.pipe(rt, 'head', { from: from.stream });
    t.same([await new Response(readable).text(), await task], ['one line', 0]);
    await t.until(() => from.seen.cancelled);
  },

  async "a response's body, through C"(t) {
    const rt = await start(t);
    const wanted = new Uint8Array(await (await t.fetch(t.url)).arrayBuffer());
    const { body } = await t.fetch(t.url);
    const through = body.pipeThrough(t.streams.pipe(rt, 'pass', { input: '0' }));
    t.same(new Uint8Array(await new Response(through).arrayBuffer()), wanted);
  },

  async 'closing the runtime ends what is open'(t) {
    const rt = await start(t);
    const from = source(Infinity), to = sink();
    const { task } = t.streams.pipe(rt, 'pass', { from: from.stream, to: to.stream });
    const error = t.error(task);
    await t.settle();
    await rt.close();
    t.same((await error).reason.message, 'the runtime is closing');
    await t.until(() => from.seen.cancelled && to.seen.aborted);
  },
};
