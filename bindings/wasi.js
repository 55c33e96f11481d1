/* The part of WASI preview 1 that a reactor needs of a page or of Node: clocks, random numbers, and output. There
 * are no files, no arguments and no environment; what is not here answers ENOSYS. */
import { MisuseError } from './errors.js';

const { performance } = globalThis; // in Node a getter, which costs more than the clock
const OK = 0, EBADF = 8, EIO = 29, ENOSYS = 52, ESPIPE = 70;
const REALTIME = 0;
const CLOCK = 0, FD_WRITE = 2;
const CHARACTER_DEVICE = 2;

// Text is handed on as it is written; the console takes whole lines.
function toCallback(write) {
  const decoder = new TextDecoder();
  return (bytes) => {
    const text = decoder.decode(bytes, { stream: true });
    if (text) write(text);
  };
}
function toConsole(log) {
  let line = '';
  return toCallback((text) => {
    const lines = (line + text).split('\n');
    line = lines.pop();
    for (const one of lines) log(one);
  });
}
function sink(write, name, log) {
  if (write) return toCallback(write);
  const stream = globalThis.process?.[name];
  return stream?.write ? (bytes) => stream.write(bytes) : toConsole(log);
}

export function wasiImports({ stdout, stderr }) {
  const sinks = [
    undefined,
    sink(stdout, 'stdout', (line) => console.log(line)),
    sink(stderr, 'stderr', (line) => console.error(line)),
  ];
  let memory;
  const view = () => new DataView(memory.buffer);
  let words = new Uint32Array(); // as memory.js does: one that has grown leaves this empty
  const noList = (count, size) => {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return OK;
  };
  const standard = (errno) => (fd) => (fd >= 0 && fd <= 2 ? errno : EBADF);

  const preview1 = {
    args_get: () => OK,
    args_sizes_get: noList,
    environ_get: () => OK,
    environ_sizes_get: noList,

    clock_time_get(clock, precision, out) {
      const ms = clock === REALTIME ? performance.timeOrigin + performance.now() : performance.now();
      // In two halves: a BigInt would cost more than the clock.
      const ns = ms * 1e6;
      const high = (ns / 2 ** 32) >>> 0;
      if (words.length === 0) words = new Uint32Array(memory.buffer);
      words[out >>> 2] = (ns - high * 2 ** 32) >>> 0;
      words[(out >>> 2) + 1] = high;
      return OK; // for the CPU's time, too, there is no other clock
    },
    clock_res_get(clock, out) {
      view().setBigUint64(out, 1000n, true);
      return OK;
    },

    fd_write(fd, vectors, count, written) {
      if (fd !== 1 && fd !== 2) return EBADF;
      const parts = [];
      let size = 0;
      for (let i = 0; i < count; i++) {
        const start = view().getUint32(vectors + 8 * i, true);
        const length = view().getUint32(vectors + 8 * i + 4, true);
        parts.push(new Uint8Array(memory.buffer, start, length));
        size += length;
      }
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      try {
        if (size > 0) sinks[fd](bytes);
      } catch (error) {
        // It must not unwind C's frames. What it wants is the caller's to hear.
        queueMicrotask(() => { throw error; });
        return EIO;
      }
      view().setUint32(written, size, true);
      return OK;
    },
    fd_read(fd, vectors, count, read) {
      if (fd !== 0) return EBADF;
      view().setUint32(read, 0, true);
      return OK;
    },
    fd_close: standard(OK),
    fd_seek: standard(ESPIPE),
    fd_fdstat_get(fd, out) {
      if (fd < 0 || fd > 2) return EBADF;
      new Uint8Array(memory.buffer, out, 24).fill(0);
      view().setUint8(out, CHARACTER_DEVICE);
      return OK;
    },
    fd_prestat_get: () => EBADF,
    fd_prestat_dir_name: () => EBADF,

    // Answers what need not be waited for: a page must not block.
    poll_oneoff(subscriptions, events, count, out) {
      let ready = 0;
      for (let i = 0; i < count; i++) {
        const from = subscriptions + 48 * i;
        const to = events + 32 * ready;
        const kind = view().getUint8(from + 8);
        const now = kind === CLOCK && view().getBigUint64(from + 24, true) === 0n;
        if (!now && kind !== FD_WRITE) continue;
        new Uint8Array(memory.buffer, to, 32).fill(0);
        view().setBigUint64(to, view().getBigUint64(from, true), true);
        view().setUint8(to + 10, kind);
        ready++;
      }
      view().setUint32(out, ready, true);
      return ready > 0 ? OK : ENOSYS;
    },
    sched_yield: () => OK,
    random_get(out, size) {
      for (let at = 0; at < size; at += 65536) {
        crypto.getRandomValues(new Uint8Array(memory.buffer, out + at, Math.min(65536, size - at)));
      }
      return OK;
    },
    proc_exit(code) {
      throw Object.assign(new MisuseError(`C called exit(${code}): a task ends by returning its status`), { code });
    },
  };

  return {
    attach(itsMemory) { memory = itsMemory; },
    imports: {
      wasi_snapshot_preview1: new Proxy(preview1, { get: (known, name) => known[name] ?? (() => ENOSYS) }),
      env: { emscripten_notify_memory_growth() {}, emscripten_get_now: () => performance.now() },
    },
  };
}
