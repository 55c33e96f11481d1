/* Streams of the web as descriptors: C reads and writes them by wa_read, wa_write and wa_close. A module of its own,
 * `wasyncio/streams`, because most programs never load it.
 *
 *     ReadableStream --one chunk ahead--> Source --fd_read--> C --fd_write--> Sink --one buffer--> WritableStream
 *
 * Laws
 *   - Bounded: one chunk at most waits on the way in, one buffer on the way out; who comes too early gets EAGAIN, and
 *     waits until a `tell` says that it is worth another try.
 *   - Nothing of a stream's own runs while wasm is on the stack: it is pulled and written from promises.
 *   - An end crosses in both directions: what C, its task, a source, a sink or a reader ends, ends the others. */
import { EAGAIN, EPIPE, WASI_EIO } from './abi.js';
import { MisuseError, misuse, must, options, textOf } from './errors.js';
import { isThenable } from './future.js';
import { bytesIn } from './memory.js';
import { Runtime } from './runtime.js';

const READABLE = 1, WRITABLE = 2;
const BUFFER = 65536;
const encoder = new TextEncoder();
const ignore = () => {};
const bytesFrom = (value, what) => (typeof value === 'string' ? encoder.encode(value) : bytesIn(value, what, 'bytes or a string'));
const soon = (f) => { Promise.resolve().then(f); };

/* What both have in common: an entry of wasi.js's files, which the runtime's end aborts. */
class Descriptor {
  socket = true;
  over = false; // nothing more comes or goes
  #core;

  constructor(core) {
    this.#core = core;
    this.memory = core.memory;
    const { files } = core;
    this.fd = 3;
    while (files[this.fd]) this.fd++;
    files[this.fd] = this;
  }

  /** Not of a number that is another's by now: what was closed may still answer. */
  tell(mask) { if ((this.#core.files[this.fd] ?? this) === this) this.#core.ready(this.fd, mask); }
  /** What it can't do needs no wait: the attempt says so. */
  want(mask) {
    if (mask & ~this.side) this.tell(mask & ~this.side);
    if (mask & this.side) this.wanted();
  }
  /** C has no use for it any more. */
  forget() { if (this.#core.files[this.fd] === this) delete this.#core.files[this.fd]; }
  /** As if it had never been. */
  giveBack() {
    this.over = true;
    this.forget();
    this.lock.releaseLock();
  }

  /** The stream has ended by itself, and not well. Of a source, C hears of that. */
  gone() {}
}

class Source extends Descriptor {
  side = READABLE;
  #chunk;
  #at = 0;
  #size = 0; // of the chunk as it was when it came
  #pulling = false;
  #error; // what the stream failed with: C reads that as EIO

  constructor(core, stream) {
    const lock = stream.getReader();
    must(typeof lock?.read === 'function', "what a stream's getReader gives", 'a reader', lock);
    super(core);
    this.lock = lock;
  }

  read(bytes) {
    const chunk = this.#chunk;
    if (!chunk && !this.over) return -EAGAIN;
    if (!chunk) return this.#error === undefined ? 0 : this.#refuse();
    if (chunk.length !== this.#size) {
      this.#spoiled(new MisuseError('a chunk of a stream was transferred or resized before C had read it'));
      return this.#refuse();
    }
    const part = chunk.subarray(this.#at, this.#at + bytes.length);
    bytes.set(part);
    this.#at += part.length;
    if (this.#at === chunk.length) {
      this.#chunk = undefined;
      soon(() => this.#pull());
    }
    return part.length;
  }

  // Told now: what else the task hears of until then is not why this read fails.
  #refuse() {
    this.gone(this.#error);
    return -WASI_EIO;
  }

  wanted() {
    if (this.#chunk || this.over) this.tell(READABLE);
    else this.#pull();
  }

  /** C has closed it: what is left is not wanted. */
  close() { soon(() => this.abort()); }

  // The reason is what a pipeTo into a pipe's writable rejects with.
  abort(reason = new Error('C reads no more of the stream')) {
    if (this.over) return;
    this.#failed(reason);
    this.lock.cancel(reason).catch(ignore);
  }

  #pull() {
    if (this.#pulling || this.#chunk || this.over) return;
    this.#pulling = true;
    this.lock.read().then(({ value, done }) => {
      this.#pulling = false;
      if (done) this.over = true;
      else if (!this.over) this.#take(value);
      if (this.#chunk || this.over) this.tell(READABLE);
    }, (error) => {
      if (!this.over) this.#failed(error);
      this.tell(READABLE);
    });
  }

  #take(value) {
    let bytes;
    try {
      bytes = bytesFrom(value, 'a chunk of a stream');
    } catch (error) {
      return this.#spoiled(error);
    }
    this.#at = 0;
    if (!bytes.length) return this.#pull();
    this.#chunk = this.memory.kept(bytes);
    this.#size = bytes.length;
  }

  // Also while wasm is on the stack: what the stream does about it comes later.
  #spoiled(error) {
    this.#failed(error);
    soon(() => { this.lock.cancel(error).catch(ignore); });
  }

  #failed(error = new Error('the stream was given up')) {
    this.over = true;
    this.#error = error;
    this.#chunk = undefined;
  }
}

class Sink extends Descriptor {
  side = WRITABLE;
  #buffer; // made when there is something for it
  #size = 0;
  #sending; // a promise while there is something to send
  #ending = false;
  #shut = false; // C writes no more
  #unheard; // what it failed with, which C has not noticed
  #settle;
  closed = new Promise((...functions) => { this.#settle = functions; }); // the stream has all; or what it was lost by

  constructor(core, stream) {
    const lock = stream.getWriter();
    must(typeof lock?.write === 'function' && isThenable(lock.closed), "what a stream's getWriter gives", 'a writer', lock);
    super(core);
    this.lock = lock;
    lock.closed.then(() => this.#lost(new Error('the stream was closed')), (reason) => this.#lost(reason));
  }

  #lost(reason) {
    if (this.over) return;
    if (this.#ending) return this.#late(reason);
    this.#failed(reason);
    this.#unheard = { reason };
    this.gone(reason);
    this.tell(WRITABLE);
  }

  // Whoever holds the task hears of it there.
  #failed(reason) {
    this.over = true;
    this.closed.catch(ignore);
    this.#settle[1](reason);
  }

  write(bytes) {
    this.#unheard = undefined;
    if (this.over || this.#shut) return -EPIPE;
    const part = bytes.subarray(0, BUFFER - this.#size);
    if (!part.length) return -EAGAIN;
    this.#buffer ??= new Uint8Array(BUFFER);
    this.#buffer.set(part, this.#size);
    this.#size += part.length;
    this.#sending ??= this.#send();
    return part.length;
  }

  wanted() { if (this.over || this.#size < BUFFER) this.tell(WRITABLE); }

  eof() {
    this.#shut = true;
    this.close();
  }
  close() { soon(() => this.end()); }

  /** After what has been written; from here on nothing but the stream itself can spoil it. */
  async end() {
    if (this.#unheard) this.missed(this.#unheard.reason);
    if (this.over || this.#ending) return;
    this.#ending = true;
    await this.#sending;
    if (this.over) return;
    this.over = true;
    this.lock.close().catch(ignore); // what it fails with need not be why
    this.lock.closed.then(this.#settle[0], (reason) => this.#late(reason));
  }

  #late(reason) {
    this.over = true;
    this.missed(reason);
  }
  /** The stream has failed after its end, when C could hear of it no more. */
  missed(reason) { this.#settle[1](reason); }

  abort(reason) {
    if (this.over || this.#ending) return;
    this.#failed(reason);
    this.lock.abort(reason).catch(ignore);
  }

  async #send() {
    await this.lock.ready.catch(ignore);
    this.#sending = undefined;
    if (this.over) return;
    const chunk = this.#buffer.slice(0, this.#size);
    this.#size = 0;
    try {
      this.lock.write(chunk).catch((error) => this.#lost(error));
    } catch {
      this.#lost(new Error('the stream was closed')); // what Node's throws of such a one tells nobody anything
    }
    this.tell(WRITABLE);
  }
}

function coreOf(rt) {
  must(rt instanceof Runtime, 'the runtime of a stream', 'a Runtime', rt);
  const core = Runtime._core(rt);
  core.x; // refuses if nothing can be called now
  if (!core.files) misuse("a program with Emscripten's own glue has descriptors of its own, and takes no streams");
  return core;
}

const kinds = { from: ['getReader', 'a ReadableStream'], to: ['getWriter', 'a WritableStream'] };
function check(what, way, stream) {
  const [method, wanted] = kinds[way];
  must(typeof stream?.[method] === 'function', what, wanted, stream);
  if (stream.locked) misuse(`${what} is locked: somebody else reads or writes it`);
}

/** One stream as a descriptor. C closes it, or the end of the runtime does. */
export function open(rt, stream) {
  const core = coreOf(rt);
  must(stream?.getWriter || stream?.getReader, 'open: the stream', 'a ReadableStream or a WritableStream', stream);
  const way = stream.getWriter ? 'to' : 'from';
  check('open: the stream', way, stream);
  const descriptor = new (way === 'to' ? Sink : Source)(core, stream);
  descriptor.missed = (reason) => core.reports.unseen(`an output that C had closed was lost: ${textOf(reason)}`);
  return descriptor.fd;
}

/** A task between two streams. */
export function pipe(rt, name, given) {
  const core = coreOf(rt);
  const { from, to, input, name: label, signal, timeout, stackSize, eager } = options('pipe', given);
  if (from !== undefined) check('pipe: from', 'from', from);
  if (to !== undefined) check('pipe: to', 'to', to);
  const inlet = from ?? new TransformStream();
  const outlet = to ?? new TransformStream();
  let source, sink, task;
  try {
    source = new Source(core, from ?? inlet.readable);
    sink = new Sink(core, to ?? outlet.writable);
    task = rt.spawn(name, withDescriptors(source.fd, sink.fd, input), { name: label, signal, timeout, stackSize, eager });
  } catch (error) {
    source?.giveBack();
    sink?.giveBack();
    throw error;
  }
  source.gone = (error) => task._hostFailed(error); // the cause, if C ends with WA_EIO
  sink.gone = (reason) => task.cancel(reason);
  // A task that was told to stop may close what it leaves unfinished: that is no end to be taken for the whole.
  sink.close = () => soon(() => { if (task.cancelling === 0) sink.end(); });
  task._watch(() => {
    const why = task._resolved || task.reason !== undefined ? task.reason : task._outcome;
    source.abort(why);
    if (task._resolved) sink.end();
    else sink.abort(why);
    source.forget();
    sink.forget();
    soon(() => sink.tell(WRITABLE)); // who else waits for it, waits in vain; a source has told when its read ended
  });
  if (to === undefined) sink.closed.catch(ignore); // its reader knows
  // Whoever takes one of these hears there how the task failed.
  const heard = (end) => (task._seen(), end);
  return {
    task, writable: inlet.writable, get readable() { return heard(outlet.readable); }, get closed() { return heard(sink.closed); },
  };
}

// What C gets: { int in, out; } and then the input.
function withDescriptors(from, to, input) {
  const bytes = bytesFrom(input ?? '', 'pipe: input');
  const whole = new Uint8Array(8 + bytes.length);
  new Int32Array(whole.buffer, 0, 2).set([from, to]);
  whole.set(bytes, 8);
  return whole;
}
