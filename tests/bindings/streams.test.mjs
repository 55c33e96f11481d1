// Streams through C: what goes in comes out, no faster than it is taken; an end, from whichever side, ends the rest.
import assert from 'node:assert/strict';
import { CancelledError, MisuseError, TaskError } from '../../bindings/index.js';
import { open, pipe } from '../../bindings/streams.js';
import { errorOf, onBoth, run, settle, sleep } from './setup.mjs';

const onStreams = (title, define) => onBoth(title, define, 'streams');
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const textOf = (stream) => new Response(stream).text();

// A source that says what happened to it. make(i) gives chunk i; undefined: the end.
function source(make) {
  const seen = { pulled: 0, reason: undefined, cancelled: false };
  const stream = new ReadableStream({
    pull(controller) {
      const chunk = make(seen.pulled++);
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel(reason) { Object.assign(seen, { reason, cancelled: true }); },
  }, { highWaterMark: 0 });
  return { stream, seen };
}
const endless = () => source(() => new Uint8Array(65536));

// A sink that says what happened to it. It takes all, or a chunk whenever take() finds one waiting, and then says so.
function sink(all = true) {
  const seen = { bytes: 0, chunks: [], closed: false, reason: undefined, aborted: false };
  let allow;
  const stream = new WritableStream({
    async write(chunk) {
      if (!all) await new Promise((resolve) => { allow = resolve; });
      seen.bytes += chunk.length;
      seen.chunks.push(chunk);
    },
    close() { seen.closed = true; },
    abort(reason) { Object.assign(seen, { reason, aborted: true }); },
  });
  const take = () => {
    const taken = allow !== undefined;
    allow?.();
    allow = undefined;
    return taken;
  };
  return { stream, seen, take };
}

onStreams('streams', (test) => {
  let again;
  test('what a closed stream says late is not said of the next with its number', {
    host: { reopen: () => again() }, clock: 'real',
  }, async (rt) => {
    const silent = () => new ReadableStream({ pull: () => new Promise(() => {}) }, { highWaterMark: 0 });
    again = () => open(rt, silent());
    const error = await errorOf(rt.spawn('reused', open(rt, silent())));
    assert.equal(error.name, 'TimeoutError');
  });

  test('a C task is a transform stream', {}, async (rt) => {
    const { readable, writable, task } = pipe(rt, 'pass', { input: '1' });
    const { stream } = source((i) => [encoder.encode('HAL'), 'IBM', new Uint8Array(), encoder.encode('!').buffer][i]);
    assert.equal(await textOf(stream.pipeThrough({ readable, writable })), 'IBMJCN"');
    assert.equal(await task, 0);
  });

  test('it reads a stream that is given, and writes one', {}, async (rt) => {
    const from = source((i) => (i < 10 ? new Uint8Array(100_000).fill(i) : undefined));
    const to = sink();
    const { task } = pipe(rt, 'pass', { from: from.stream, to: to.stream });
    assert.equal(await task, 0);
    await settle();
    assert.deepEqual([to.seen.bytes, to.seen.closed, from.seen.cancelled], [1_000_000, true, false]);
    const all = Buffer.concat(to.seen.chunks);
    for (let i = 0; i < 10; i++) assert.ok(all.subarray(i * 100_000, (i + 1) * 100_000).every((byte) => byte === i));
  });

  test('a result comes besides; every kind of view goes in', {}, async (rt) => {
    const view = new DataView(Uint8Array.of(9, 3, 9).buffer, 1, 1);
    const chunks = [Uint16Array.of(1, 2), view, Uint8Array.of(4).buffer, '\x05'];
    const { task } = pipe(rt, 'sum', { from: source((i) => chunks[i]).stream });
    assert.equal(await task, 15);
  });

  test('a slow reader holds the C task and the source back', {}, async (rt) => {
    const from = endless();
    const to = sink(false);
    const { task } = pipe(rt, 'pass', { from: from.stream, to: to.stream });
    await settle();
    const { pulled } = from.seen;
    assert.ok(pulled <= 6, `${pulled} chunks were pulled though none was taken`);
    assert.equal(task.state, 'waiting');
    for (let taken = 0; taken < 20; taken += to.take()) await sleep(1);
    while (from.seen.pulled < pulled + 15) await sleep(1);
    await settle();
    assert.ok(from.seen.pulled <= 20 + 6, `${from.seen.pulled} chunks were pulled, 20 were taken`);
    task.cancel();
    await errorOf(task);
  });

  test('a slow source holds the C task', {}, async (rt) => {
    const { readable, writable, task } = pipe(rt, 'pass');
    const writer = writable.getWriter();
    const reader = readable.getReader();
    for (const word of ['one', 'two']) {
      await settle(2);
      writer.write(encoder.encode(word));
      assert.equal(decoder.decode((await reader.read()).value), word);
    }
    writer.close();
    assert.equal((await reader.read()).done, true);
    assert.equal(await task, 0);
  });

  test('cancelling the task cancels the source and aborts the sink, with the reason', {}, async (rt) => {
    const from = endless();
    const to = sink();
    const { task } = pipe(rt, 'pass', { from: from.stream, to: to.stream });
    await settle();
    const reason = { why: 'enough' };
    task.cancel(reason);
    assert.equal((await errorOf(task)).reason, reason);
    await settle();
    assert.equal(from.seen.reason, reason);
    assert.equal(to.seen.reason, reason);
    assert.equal(to.seen.closed, false);
  });

  test('so does its signal, also of a task that closes its output on its way out', {}, async (rt) => {
    const controller = new AbortController();
    const to = sink();
    const { task } = pipe(rt, 'produce', { input: 'x'.repeat(1000), to: to.stream, signal: controller.signal });
    await settle();
    controller.abort('by signal');
    assert.equal(await errorOf(task), 'by signal');
    await settle();
    assert.deepEqual([to.seen.closed, to.seen.reason], [false, 'by signal']);
  });

  test('cancelling the reader cancels the task, and with it the source', {}, async (rt) => {
    const from = endless();
    const { task, readable } = pipe(rt, 'pass', { from: from.stream });
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel('seen enough');
    const error = await errorOf(task);
    assert.ok(error instanceof CancelledError);
    assert.equal(error.reason, 'seen enough');
    await settle();
    assert.equal(from.seen.reason, 'seen enough');
  });

  test('a sink that fails cancels the task', {}, async (rt) => {
    const from = endless();
    const broken = new Error('the disk is full');
    const stream = new WritableStream({ write() { throw broken; } });
    const { task } = pipe(rt, 'pass', { from: from.stream, to: stream });
    assert.equal((await errorOf(task)).reason, broken);
    await settle();
    assert.equal(from.seen.reason, broken);
  });

  test('a sink that was closed before cancels the task, and nothing is thrown', {}, async (rt) => {
    for (const name of ['produce', 'say']) {
      const stream = new WritableStream();
      await stream.close();
      const { task } = pipe(rt, name, { to: stream, input: 'x'.repeat(1000) });
      const error = await errorOf(task);
      assert.ok(error instanceof CancelledError, `${name}: ${error}`);
      assert.match(String(error.reason), /the stream was closed/);
    }
  });

  test('closed tells what a sink does with the rest when the task has ended', {}, async (rt) => {
    const full = new Error('the disk is full');
    const late = { async write() { await sleep(20); throw full; } };
    for (const sinks of [{ close() { throw full; } }, late, { write() { throw full; } }, { async write() { throw full; } }]) {
      const { task, closed } = pipe(rt, 'say', { to: new WritableStream(sinks), input: 'x' });
      const heard = errorOf(closed);
      assert.equal(await task, 0);
      assert.equal(await heard, full);
    }
    const to = sink();
    const { closed } = pipe(rt, 'say', { to: to.stream, input: 'x' });
    await closed;
    assert.deepEqual([to.seen.bytes, to.seen.closed], [1, true]);
  });

  test('a chunk that shrinks before C has read it is an error, not an end', {}, async (rt) => {
    if (!('resizable' in ArrayBuffer.prototype)) return;
    const bytes = new Uint8Array(new ArrayBuffer(1e6, { maxByteLength: 1e6 }));
    const from = source((i) => (i ? undefined : bytes));
    const to = sink(false);
    const { task } = pipe(rt, 'pass', { from: from.stream, to: to.stream });
    while (!to.take()) await settle();
    bytes.buffer.resize(10);
    const end = errorOf(task);
    while (!task.done) {
      to.take();
      await settle();
    }
    assert.match((await end).message, /transferred or resized/);
  });

  test('a source that fails is WA_EIO in C, and the cause of what the task fails with', {}, async (rt) => {
    const broken = new Error('the cable was cut');
    const { stream } = source((i) => { if (i === 1) throw broken; return Uint8Array.of(1); });
    const to = sink();
    const { task } = pipe(rt, 'pass', { from: stream, to: to.stream });
    const error = await errorOf(task);
    assert.ok(error instanceof TaskError);
    assert.deepEqual([error.statusName, error.cause], ['WA_EIO', broken]);
    assert.match(error.message, /the cable was cut/);
    await settle();
    assert.equal(to.seen.reason, error);
  });

  test('it is the cause, whatever a host function has failed with since', {
    host: { async fails() { await sleep(2); throw new Error('of the host'); } }, clock: 'real',
  }, async (rt) => {
    const broken = new Error('of the source');
    const from = new ReadableStream({
      start: (controller) => controller.enqueue('one'), pull: (controller) => controller.error(broken),
    }, { highWaterMark: 0 });
    assert.equal((await errorOf(pipe(rt, 'carry_on', { from, to: new WritableStream() }).task)).cause, broken);
  });

  for (const [how, status] of [['well', 0], ['badly', -1001]]) {
    test(`when a task ends ${how}, who else waits for its streams waits no more`, { clock: 'real' }, async (rt) => {
      const from = new ReadableStream({ pull: () => new Promise(() => {}) });
      const { task } = pipe(rt, 'leave', { from, to: sink(false).stream, input: `${status}` });
      await task.catch(() => {});
      await settle();
      assert.equal(rt.counts().tasks, 0);
    });
  }

  test('a chunk of a wrong type is named', {}, async (rt) => {
    const { stream, seen } = source(() => ({ no: 'bytes' }));
    const { cause } = await errorOf(pipe(rt, 'pass', { from: stream }).task);
    assert.ok(cause instanceof MisuseError);
    assert.match(cause.message, /a chunk of a stream must be bytes or a string, not Object/);
    assert.equal(seen.reason, cause);
  });

  test('a task that ends early gives up the source, and what it wrote arrives', {}, async (rt) => {
    const from = source(() => 'first line\nsecond line\n');
    const { readable, task } = pipe(rt, 'head', { from: from.stream });
    assert.equal(await textOf(readable), 'first line');
    assert.equal(await task, 0);
    await settle();
    assert.equal(from.seen.reason.message, 'C reads no more of the stream');
  });

  test('what is piped into a task that ends early is told so', {}, async (rt) => {
    const { readable, writable, task } = pipe(rt, 'head');
    const piped = errorOf(source(() => 'first line\nsecond line\n').stream.pipeTo(writable));
    assert.equal(await textOf(readable), 'first line');
    assert.equal(await task, 0);
    assert.equal((await piped).message, 'C reads no more of the stream');
  });

  test('an output that C closes has ended, though the task goes on', {}, async (rt) => {
    for (const name of ['say', 'finish']) {
      const { readable, task } = pipe(rt, name, { input: 'hello' });
      assert.equal(await textOf(readable), 'hello');
      assert.equal(await task, 0, name);
    }
  });

  test('streams as descriptors of their own', {}, async (rt) => {
    const to = sink();
    const { stream } = source((i) => ['a', 'b'][i]);
    assert.equal(await rt.spawn('copy', `${open(rt, stream)} ${open(rt, to.stream)}`), 0);
    await settle();
    assert.deepEqual([decoder.decode(Buffer.concat(to.seen.chunks)), to.seen.closed], ['ab', true]);
    const again = open(rt, endless().stream);
    assert.equal(again, 3); // both numbers are free again
  });

  test('a sink of its own that fails is WA_ECLOSED in C', {}, async (rt) => {
    const stream = new WritableStream({ write() { throw new Error('full'); } });
    const from = endless();
    const error = await errorOf(rt.spawn('copy', `${open(rt, from.stream)} ${open(rt, stream)}`));
    assert.equal(error.statusName, 'WA_ECLOSED');
    await settle();
    assert.equal(from.seen.cancelled, true);
  });

  test('a sink of its own that fails when C has closed it is a report', {}, async (rt, { reports }) => {
    const broken = [{ write() { throw new Error('full'); } }, { close() { throw new Error('full'); } }];
    for (const sinks of [...broken, { async write() { await sleep(20); throw new Error('full'); } }]) {
      const from = source((i) => ['a'][i]);
      assert.equal(await rt.spawn('copy', `${open(rt, from.stream)} ${open(rt, new WritableStream(sinks))}`), 0);
      while (reports.length === 0) await sleep(5);
      const [{ kind, text }] = reports.splice(0);
      assert.deepEqual([kind, text], ['unseen', 'an output that C had closed was lost: full']);
    }
  });

  test('of a task that fails between two streams somebody hears', {}, async (rt, { reports }) => {
    const between = () => pipe(rt, 'pass', {
      name: 'alone', from: source(() => 7).stream, to: new WritableStream(),
    });
    between();
    const looked = between();
    await errorOf(looked.task);
    assert.match((await errorOf(between().closed)).message, /task 'alone' ended with WA_EIO/);
    await assert.rejects(new Response(pipe(rt, 'pass', { from: source(() => 7).stream }).readable).text());
    await settle();
    await rt.close();
    assert.deepEqual(reports.map(({ kind, task, name }) => [kind, task, name]), [['unseen', undefined, 'alone']]);
    assert.match(reports[0].text, /^task 'alone' ended with WA_EIO .*; nobody looked at it$/);
  });

  test('closing the runtime ends what is open', { clock: 'real' }, async (rt) => {
    const [a, b, to] = [endless(), endless(), sink()];
    const { task } = pipe(rt, 'pass', { from: a.stream, to: to.stream });
    open(rt, b.stream);
    const error = errorOf(task);
    await settle();
    await rt.close();
    assert.ok(await error instanceof CancelledError);
    await settle();
    assert.deepEqual([a.seen.reason.message, to.seen.reason.message], ['the runtime is closing', 'the runtime is closing']);
    assert.equal(b.seen.reason.name, 'ClosedError');
    assert.throws(() => open(rt, endless().stream), { name: 'ClosedError' });
  });

  test('what a task has written arrives, though its reader comes late and the runtime is closed', {
    clock: 'real',
  }, async (rt) => {
    const to = sink(false);
    const { task } = pipe(rt, 'say', { input: 'x'.repeat(200_000), to: to.stream });
    const takes = setInterval(to.take, 1);
    assert.equal(await task, 0);
    await rt.close();
    while (!to.seen.closed) await sleep(1);
    clearInterval(takes);
    assert.deepEqual([to.seen.bytes, to.seen.aborted], [200_000, false]);
  });

  test('a refused call leaves the streams as they were', {}, async (rt) => {
    const from = source((i) => ['untouched'][i]);
    const to = sink();
    assert.throws(() => pipe(rt, 'no such task', { from: from.stream, to: to.stream }), MisuseError);
    assert.throws(() => pipe(rt, 'pass', { from: from.stream, to: to.stream, timeout: -1 }), MisuseError);
    await settle();
    assert.deepEqual([from.seen.cancelled, to.seen.aborted, from.stream.locked], [false, false, false]);
    assert.equal(await pipe(rt, 'pass', { from: from.stream, to: to.stream }).task, 0);
    await settle();
    assert.equal(to.seen.bytes, 9);
  });

  test('waiting for what a descriptor can never be ends at once', {}, async (rt) => {
    const from = open(rt, endless().stream);
    const to = open(rt, sink().stream);
    assert.equal(await rt.spawn('ready', `${from} ${to}`), 0);
  });

  test('of a call that has room for its first part only, that part has been written', {}, async (rt) => {
    const { readable, task } = pipe(rt, 'parts');
    assert.equal((await textOf(readable)).length, 65536);
    assert.equal(await task, 65536);
  });

  test("C's own descriptors wait for nothing", {}, async (rt, { printed }) => {
    assert.equal(await rt.spawn('print', '\uFEFFto stdout'), 0);
    assert.equal(printed.join(''), '\uFEFFto stdout');
  });

  test('a stdout that throws at a character that was cut off disturbs neither C nor the end', {}, async (_, { path }) => {
    assert.equal(await run(path, `
      const stdout = (text) => { if (text !== 'a') throw new Error('no output please'); };
      for (const end of [(rt) => rt.spawn('copy', '0 1'), (rt) => rt.close()]) {
        const rt = await load(path, { stdout });
        await rt.spawn('print', Uint8Array.of(97, 0xe2));
        console.log(await end(rt).catch(String));
        await rt.close();
      }
    `), 'uncaught: no output please\n0\nuncaught: no output please\nundefined\n');
  });

  test('a thousand tasks, each between streams of its own', {}, async (rt) => {
    const tasks = Array.from({ length: 1000 }, (_, i) =>
      textOf(pipe(rt, 'pass', { from: source((n) => (n < 3 ? `${i},` : undefined)).stream }).readable));
    assert.ok((await Promise.all(tasks)).every((text, i) => text === `${i},`.repeat(3)));
  });
});

onStreams('streams: 1 GB', (test) => {
  // In a process of its own, whose memory is nobody else's.
  const script = (size, stopAt) => `
    const { pipe } = await import(${JSON.stringify(new URL('../../bindings/streams.js', import.meta.url).href)});
    const rt = await load(path);
    const chunk = new Uint8Array(65536);
    const pass = async (size, stopAt) => {
      const end = {};
      let left = size, bytes = 0, n = 0, peak = 0;
      const from = new ReadableStream({
        pull(controller) {
          if (left <= 0) return controller.close();
          left -= chunk.length;
          controller.enqueue(chunk);
        },
        cancel(reason) { end.cancelled = reason; },
      }, { highWaterMark: 0 });
      const to = new WritableStream({
        write(piece) {
          bytes += piece.length;
          if ((n++ & 255) === 0) peak = Math.max(peak, process.memoryUsage().rss);
          if (bytes >= stopAt) task.cancel('half is enough');
        },
        close() { end.closed = true; },
        abort(reason) { end.aborted = reason; },
      });
      const start = performance.now();
      const { task } = pipe(rt, 'pass', { from, to, input: '1' });
      end.task = await task.catch(({ reason }) => reason);
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      return { ...end, bytes, peak, ms: performance.now() - start, memory: rt.memory.buffer.byteLength };
    };
    const before = await pass(2 ** 25);
    console.log(JSON.stringify([before, await pass(${size}, ${stopAt}), rt.counts()]));
    await rt.close();`;
  const check = async (path, context, size, stopAt) => {
    const [before, { ms, peak, memory, bytes, ...end }, counts] = JSON.parse(await run(path, script(size, stopAt)));
    const rate = Math.round(bytes / ms / 1e3);
    context.diagnostic(`${bytes} bytes, ${rate} MB/s, at most ${Math.round(peak / 1e6)} MB resident in the process`);
    assert.ok(peak < before.peak + 64e6, `${peak} bytes after ${before.peak}`);
    assert.equal(memory, before.memory);
    assert.deepEqual([counts.tasks, counts.futures, counts.operations], [0, 0, 0]);
    return { bytes, ...end };
  };

  test('in constant memory', {}, async (_, { path, context }) => {
    assert.deepEqual(await check(path, context, 2 ** 30), { bytes: 2 ** 30, closed: true, task: 0 });
  });

  test('cancelled in the middle, both ends close', {}, async (_, { path, context }) => {
    const { bytes, ...end } = await check(path, context, 2 ** 30, 2 ** 29);
    assert.ok(bytes >= 2 ** 29 && bytes < 2 ** 29 + 2 ** 20, `${bytes} bytes`);
    assert.deepEqual(end, { cancelled: 'half is enough', aborted: 'half is enough', task: 'half is enough' });
  });
});
