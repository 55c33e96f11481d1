// What a task is given and what it gives: each type, empty, odd and large.
export default {
  async 'nothing, texts, numbers and bytes, there and back'(t) {
    const rt = await t.start();
    for (const text of ['', 'é 漢 🎉', '\uFEFFmarked', 'x'.repeat(100_000)]) {
      t.same(await rt.spawn('echo', text), text);
    }
    for (const number of [0, -0, 1.5, -1e300, 2 ** 53, Infinity, NaN]) {
      t.same(await rt.spawn('echo', number), number);
    }
    for (const nothing of [undefined, null]) t.same(await rt.spawn('echo', nothing), 0);
    t.same(await rt.spawn('echo'), 0);
    for (const status of [0, 1, 2 ** 31 - 1]) t.same(await rt.spawn('status', status), status);
  },

  async 'bytes of every kind of view, and what comes back is a copy'(t) {
    const rt = await t.start();
    const bytes = Uint8Array.of(9, 1, 2, 3, 0, 255, 7, 8, 6);
    for (const [view, from, to] of [
      [bytes.subarray(1, 6), 1, 6], [bytes.buffer, 0, 9], [new DataView(bytes.buffer, 2, 4), 2, 6],
      [new Int8Array(bytes.buffer, 3, 2), 3, 5], [new Uint16Array(bytes.buffer, 4, 2), 4, 8],
      [new Uint8Array(), 0, 0],
    ]) t.same(await rt.spawn('echo', view), bytes.slice(from, to));
    const first = await rt.spawn('echo', bytes);
    await rt.spawn('echo', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0));
    t.same(first, bytes);
    t.ok(first.buffer !== rt.memory.buffer && first.buffer.byteLength === 9, 'a copy of its own');
  },

  async 'a text that C cannot hold: half a surrogate pair is replaced, a 0 ends it'(t) {
    const rt = await t.start();
    t.same([await rt.spawn('echo', '\ud800 half'), await rt.spawn('echo', 'a\0b')], ['\ufffd half', 'a']);
  },

  async '16 MB each way, while memory grows'(t) {
    const rt = await t.start();
    const large = new Uint8Array(16 << 20);
    for (let i = 0; i < large.length; i += 4096) large[i] = i >> 12;
    const before = rt.memory.buffer.byteLength;
    t.same(await rt.spawn('echo', large), large);
    t.ok(rt.memory.buffer.byteLength > before, 'memory has grown');
    t.same(await rt.spawn('grow', 40e6), Uint8Array.of(120, 120, 120));
    t.same(await rt.spawn('echo', 'after'), 'after');
  },

  async 'more than the wasm can have is refused, and nothing is lost'(t) {
    const rt = await t.start();
    const error = await t.error(rt.spawn('grow', 4.29e9));
    t.same([error.name, error.statusName], ['TaskError', 'WA_ENOMEM']);
    t.same(await rt.spawn('echo', 'after'), 'after');
  },

  async 'what a task says of itself'(t) {
    const rt = await t.start();
    const task = rt.spawn('sleeper', 5, { name: 'Ümläut' });
    t.same([task.name, task.state, task.done, task.cancelled, task.status, task.cancelling],
      ['Ümläut', 'ready', false, false, undefined, 0]);
    await rt.spawn('echo');
    t.same(task.state, 'waiting');
    t.match(task.site, /^tasks\.c:\d+$/);
    t.same(rt.tasks(), [task]);
    t.same(await task, 0);
    t.same([task.state, task.done, task.status, `${task}`], ['done', true, 0, '[object Task]']);
  },

  async 'a task is awaited as a promise is'(t) {
    const rt = await t.start();
    const { Task, Future } = t.wasyncio;
    const task = rt.spawn('echo', 'v');
    t.ok(task instanceof Task && task instanceof Future, 'its classes');
    let ended = 0;
    t.same(await Promise.all([task, task.then((v) => v + v), task.catch(() => {}), task.finally(() => ended++)]),
      ['v', 'vv', 'v', 'v']);
    t.same([ended, await task, await Promise.race([task])], [1, 'v', 'v']);
    t.same(await (async () => rt.spawn('echo', 'from an async function'))(), 'from an async function');
  },

  async 'an exported function is a task as well; one that starts eagerly has run to its first wait'(t) {
    const rt = await t.start();
    t.same(await rt.spawn('plain'), 'plain');
    const before = rt.exports.step_count();
    const task = rt.spawn('sleeper', 1, { eager: true });
    t.same(rt.exports.step_count(), before + 1);
    t.same(await task, 0);
  },

  async 'what C prints'(t) {
    const errors = [];
    const rt = await t.start({ stderr: (text) => errors.push(text) });
    await rt.spawn('print', 'ä\nb');
    t.same([t.printed.join(''), errors.join('')], ['out: ä\nb\n', 'err: ä\nb\n']);
  },

  async 'outcomes can be cloned to another thread'(t) {
    const rt = await t.start();
    t.same(structuredClone(await rt.spawn('echo', Uint8Array.of(1, 2))), Uint8Array.of(1, 2));
    const error = await t.error(rt.spawn('status', -1001, { name: 'cloned' }));
    t.match(structuredClone(error).message, /cloned/);
    t.throws(() => structuredClone(rt.spawn), Error, /./);
  },
};
