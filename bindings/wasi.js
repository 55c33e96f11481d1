/* The part of WASI preview 1 that a reactor needs of a page or of Node: clocks, random numbers, and descriptors. There
 * are no files, no arguments and no environment; what is not here answers ENOSYS.
 *
 *     files[fd] = { read(bytes), write(bytes), eof(), want(mask), close(), socket }    each optional
 *
 * read and write give a count, or a negative errno. A socket's may be EAGAIN, and want asks to be told (core.js).
 *
 * 0 to 2 are C's own; streams.js adds others. */
import { MisuseError } from './errors.js';

const { performance } = globalThis; // in Node a getter, which costs more than the clock
const OK = 0, EBADF = 8, EIO = 29, ENOSYS = 52, ENOTSOCK = 57, ESPIPE = 70;
const REALTIME = 0, CHARACTER_DEVICE = 2;
const SOCKET = 6 | (4 << 16); // of a stream, and non-blocking

// Text is handed on as it is written; the console takes whole lines.
function output(write, name, log) {
  const stream = globalThis.process?.[name];
  const decoder = new TextDecoder();
  let line = '';
  const print = (bytes) => {
    if (!write && stream?.write) return stream.write(bytes.slice());
    const text = decoder.decode(bytes, { stream: true });
    if (write) return text && write(text);
    const lines = (line + text).split('\n');
    line = lines.pop();
    lines.forEach((one) => console[log](one));
  };
  return {
    write(bytes) {
      print(bytes);
      return bytes.length;
    },
  };
}

/** Gives the files, and a function that gives the import of a name. memory(): the wasm's, once it is there. */
export function wasi({ stdout, stderr }, memory) {
  const files = [{ read: () => 0 }, output(stdout, 'stdout', 'log'), output(stderr, 'stderr', 'error')];
  const bytes = (at, size) => new Uint8Array(memory(), at >>> 0, size);
  const words = (at, count) => new Uint32Array(memory(), at >>> 0, count);
  const put = (at, ...values) => {
    words(at, values.length).set(values);
    return OK;
  };
  const noList = (count, size) => put(count, 0) || put(size, 0);
  const known = (errno) => (fd) => (files[fd] ? errno : EBADF);
  const move = (way) => (fd, vectors, count, moved) => {
    if (!files[fd]?.[way]) return EBADF;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const [at, size] = words(vectors + 8 * i, 2);
      let n = 0;
      try {
        if (size) n = files[fd][way](bytes(at, size));
      } catch (error) {
        // It must not unwind C's frames. What it wants is the caller's to hear.
        queueMicrotask(() => { throw error; });
        n = -EIO;
      }
      if (n < 0 && !total) return -n;
      if (n > 0) total += n;
      if (n < size) break;
    }
    return put(moved, total);
  };
  let now = new Uint32Array(); // the whole memory; of one that has grown, this is empty

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
      if (now.length === 0) now = new Uint32Array(memory());
      now[out >>> 2] = (ns - high * 2 ** 32) >>> 0;
      now[(out >>> 2) + 1] = high;
      return OK; // for the CPU's time, too, there is no other clock
    },
    clock_res_get: (clock, out) => put(out, 1000, 0),

    fd_read: move('read'),
    fd_write: move('write'),
    fd_close(fd) {
      if (!files[fd]) return EBADF;
      files[fd].close?.();
      delete files[fd];
      return OK;
    },
    sock_shutdown(fd) {
      if (!files[fd]?.eof) return known(ENOTSOCK)(fd);
      files[fd].eof();
      return OK;
    },
    fd_seek: known(ESPIPE),
    fd_fdstat_get: (fd, out) => known(OK)(fd) || put(out, files[fd].socket ? SOCKET : CHARACTER_DEVICE, 0, 0, 0, 0, 0),
    fd_fdstat_set_flags: known(OK),
    fd_prestat_get: () => EBADF,

    sched_yield: () => OK,
    random_get(out, size) {
      for (let at = 0; at < size; at += 65536) {
        crypto.getRandomValues(bytes((out >>> 0) + at, Math.min(65536, size - at)));
      }
      return OK;
    },
    proc_exit(code) {
      throw Object.assign(new MisuseError(`C called exit(${code}): a task ends by returning its status`), { code });
    },
  };

  const own = {
    wasi_snapshot_preview1: preview1,
    env: { emscripten_notify_memory_growth() {}, emscripten_get_now: () => performance.now() },
  };
  const unknown = { wasi_snapshot_preview1: () => ENOSYS };
  return { files, find: (module, name) => own[module]?.[name] ?? unknown[module] };
}
