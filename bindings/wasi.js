/* The part of WASI preview 1 that a reactor needs of a page or of Node: clocks, random numbers, and descriptors. There
 * are no files, no arguments and no environment; what is not here answers ENOSYS.
 *
 *     files[fd] = { read(bytes), write(bytes), flush(), eof(), want(mask), close(), abort(error), socket }    each optional
 *
 * read and write give a count, or a negative errno. A socket's may be EAGAIN, and want asks to be told (core.js).
 *
 * 0 to 2 are C's own; streams.js adds others. */
import {
  CHARACTER_DEVICE, EBADF, ENOSYS, ENOTSOCK, ESPIPE, REALTIME, SOCKET, WASI_EIO,
} from './abi.js';
import { MisuseError } from './errors.js';

const { performance } = globalThis; // in Node a getter, which costs more than the clock

/** What f gives, or EIO: what it throws must not unwind C's frames, nor the runtime's end. The caller hears of it. */
function attempt(f) {
  try {
    return f();
  } catch (error) {
    queueMicrotask(() => { throw error; });
    return -WASI_EIO;
  }
}

// Text is handed on as it is written; the console takes whole lines.
function output(write, name, log) {
  const stream = globalThis.process?.[name];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let line = '';
  const print = (text) => {
    if (write) return text && write(text);
    const lines = text.split('\n');
    lines[0] = line + lines[0];
    line = lines.pop();
    lines.forEach((one) => console[log](one));
  };
  return {
    write(bytes) {
      if (!write && stream?.write) stream.write(bytes.slice());
      else print(decoder.decode(bytes, { stream: true }));
      return bytes.length;
    },
    /** No more comes: a line without an end, and a character that was cut off. */
    flush() {
      attempt(() => {
        print(decoder.decode());
        if (line) print('\n');
      });
    },
    close() { this.flush(); },
  };
}

/** Gives the files, and a function that gives the import of a name. memory(): the wasm's, once it is there. */
export function wasi(stdout, stderr, memory) {
  const files = [{ read: () => 0 }, output(stdout, 'stdout', 'log'), output(stderr, 'stderr', 'error')];
  let view = new Uint32Array(); // the whole memory; of one that has grown, this is empty
  const words = () => (view.length ? view : view = new Uint32Array(memory()));
  const put = (at, ...values) => words().set(values, at >>> 2);
  const noList = (count, size) => {
    put(count, 0);
    put(size, 0);
  };
  const of = (f) => (fd, ...rest) => (files[fd] ? f(files[fd], ...rest) : EBADF);
  const move = (way) => of((file, vectors, count, moved) => {
    if (!file[way]) return EBADF;
    let total = 0;
    for (let at = vectors >>> 2; count-- > 0; at += 2) {
      const [start, size] = words().subarray(at, at + 2);
      const n = size && attempt(() => file[way](new Uint8Array(memory(), start, size)));
      if (n < 0 && !total) return -n;
      if (n > 0) total += n;
      if (n < size) break;
    }
    put(moved, total);
  });
  const nothing = () => {};

  const own = {
    // What gives nothing gives 0, success.
    wasi_snapshot_preview1: {
      args_get: nothing,
      args_sizes_get: noList,
      environ_get: nothing,
      environ_sizes_get: noList,

      clock_time_get(clock, precision, out) {
        // Not timeOrigin and now: those don't count the time that the machine sleeps, and nobody sets them.
        const ms = clock === REALTIME ? Date.now() : performance.now();
        // In two halves: a BigInt would cost more than the clock.
        const ns = ms * 1e6;
        const high = (ns / 2 ** 32) >>> 0;
        const at = out >>> 2;
        words()[at] = (ns - high * 2 ** 32) >>> 0;
        view[at + 1] = high; // for the CPU's time, too, there is no other clock
      },
      clock_res_get: (clock, out) => put(out, clock === REALTIME ? 1e6 : 1000, 0),

      fd_read: move('read'),
      fd_write: move('write'),
      fd_close: (fd) => {
        if (!files[fd]) return EBADF;
        files[fd].close?.();
        delete files[fd];
      },
      sock_shutdown: of((file) => (file.eof ? file.eof() : ENOTSOCK)),
      fd_seek: of(() => ESPIPE),
      fd_fdstat_get: of(({ socket }, out) => put(out, socket ? SOCKET : CHARACTER_DEVICE, 0, 0, 0, 0, 0)),
      fd_fdstat_set_flags: of(nothing),
      fd_prestat_get: () => EBADF,

      sched_yield: nothing,
      random_get(out, size) {
        for (let at = 0; at < size; at += 65536) {
          crypto.getRandomValues(new Uint8Array(memory(), (out >>> 0) + at, Math.min(65536, size - at)));
        }
      },
      proc_exit(code) {
        throw Object.assign(new MisuseError(`C called exit(${code}): a task ends by returning its status`), { code });
      },
      others: () => ENOSYS,
    },
    env: { emscripten_notify_memory_growth: nothing, emscripten_get_now: () => performance.now() },
  };
  return { files, find: (module, name) => own[module]?.[name] ?? own[module]?.others };
}
