/* The wasm's memory, seen from JavaScript: texts, bytes and numbers in and out. The one rule: a view is asked for
 * afresh after every call into the wasm, because memory that grows leaves its old buffer behind, empty. */
import { BYTES, EHOST, EMISUSE, NOTHING, NUMBER, TEXT } from './abi.js';
import { isA, misuse, must } from './errors.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Memory {
  #scratch = 0;
  #room = 0; // the scratch has so many bytes
  #noted;

  constructor(exports) {
    this.exports = exports;
    this.u8 = this.i32 = this.f64 = new Uint8Array();
  }

  /** This, with views of the memory as it is now: a grown memory's old views have length 0. */
  fresh() {
    if (this.i32.length === 0) {
      const { buffer } = this.exports.memory;
      this.u8 = new Uint8Array(buffer);
      this.i32 = new Int32Array(buffer);
      this.f64 = new Float64Array(buffer);
    }
    return this;
  }

  /** The text at a pointer, up to its 0; '' for a null pointer. */
  text(pointer) {
    const start = pointer >>> 0;
    if (start === 0) return '';
    const { u8 } = this.fresh();
    // A short ASCII text, as names are, is read faster without the decoder.
    let text = '';
    for (let at = start; at < start + 40; at++) {
      const byte = u8[at];
      if (byte === 0) return text;
      if (byte > 127) break;
      text += String.fromCharCode(byte);
    }
    return decoder.decode(u8.subarray(start, u8.indexOf(0, start)));
  }

  /** A group's errors: the status of each and, with EHOST and EMISUSE, what was said. */
  errors(pointer, count) {
    const { i32, u8 } = this.fresh();
    const start = pointer >>> 2;
    let at = (pointer >>> 0) + 4 * count;
    return Array.from(i32.subarray(start, start + count), (status) => {
      if (status !== EHOST && status !== EMISUSE) return [status];
      const end = u8.indexOf(0, at);
      const words = decoder.decode(u8.subarray(at, end));
      at = end + 1;
      return [status, words];
    });
  }

  /** A value of the runtime's as JavaScript's own: a copy. undefined if there is none. */
  take(type, data, size, number) {
    const start = data >>> 0;
    if (type === NUMBER) return number;
    if (type === TEXT) return decoder.decode(this.fresh().u8.subarray(start, start + size));
    if (type === BYTES) return this.fresh().u8.slice(start, start + size);
  }

  /** The value; of the wasm's own memory a copy, before that grows and leaves the view empty. */
  kept(value) {
    const { buffer } = this.exports.memory;
    return value === buffer || (ArrayBuffer.isView(value) && value.buffer === buffer) ? bytesOf(value).slice() : value;
  }

  /** Puts a value into memory that the runtime will own. Gives what the wax_ calls take: type, data, size, number. */
  give(value, what) {
    if (value === undefined || value === null) return [NOTHING, 0, 0, 0];
    if (typeof value === 'number') return [NUMBER, 0, 0, value];
    const isText = typeof value === 'string';
    const bytes = isText ? encoder.encode(value) : this.kept(bytesIn(value, what, 'bytes, a string or a number'));
    const size = bytes.length;
    const data = size && this.#alloc(size);
    this.fresh().u8.set(bytes, data >>> 0);
    return [isText ? TEXT : BYTES, data, size, 0];
  }

  /** A pointer to the text, good until the next note; 0 for ''. */
  note(text) {
    if (!text) return 0;
    if (text === this.#noted) return this.#scratch;
    const bytes = encoder.encode(`${text}\0`);
    if (bytes.length > this.#room) {
      const larger = this.#alloc(2 * bytes.length);
      if (this.#scratch) this.exports.wax_free(this.#scratch);
      this.#scratch = larger;
      this.#room = 2 * bytes.length;
    }
    this.fresh().u8.set(bytes, this.#scratch >>> 0);
    this.#noted = text;
    return this.#scratch;
  }

  #alloc(size) {
    const pointer = size < 2 ** 32 ? this.exports.wax_alloc(size) : 0;
    if (pointer === 0) throw new RangeError(`the wasm has no memory for ${size} bytes`);
    return pointer;
  }
}

const { keys } = Uint8Array.prototype; // of any typed array; refuses one whose buffer does not reach as far any more

/** The bytes of any buffer or view; undefined if it is none, or one that was transferred or cut off and has none any more. */
function bytesOf(value) {
  if (Object(value) !== value) return undefined; // what is refused below costs far more
  try {
    if (!ArrayBuffer.isView(value)) return new Uint8Array(new DataView(value).buffer);
    if (value.length !== undefined) keys.call(value);
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } catch {}
}
/** The same, or an error that names what it is for. */
export function bytesIn(value, what, wanted) {
  const bytes = bytesOf(value);
  if (!bytes && (ArrayBuffer.isView(value) || isA(ArrayBuffer, value))) misuse(`${what}: its buffer was transferred or cut off`);
  must(bytes, what, wanted, value);
  return bytes;
}
