/* The wasm's memory, seen from JavaScript: texts, bytes and numbers in and out. The one rule: a view is asked for
 * afresh after every call into the wasm, because memory that grows leaves its old buffer behind, empty. */
import { BYTES, NOTHING, NUMBER, TEXT } from './abi.js';
import { must } from './errors.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Memory {
  // What `give` has put where: the arguments that the wax_ calls take.
  type = NOTHING;
  data = 0;
  size = 0;
  number = 0;
  #scratch = 0;
  #scratchSize = 0;
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

  /** A value of the runtime's as JavaScript's own: a copy. undefined if there is none. */
  take(type, data, size, number) {
    const start = data >>> 0;
    if (type === NUMBER) return number;
    if (type === TEXT) return decoder.decode(this.fresh().u8.subarray(start, start + size));
    if (type === BYTES) return this.fresh().u8.slice(start, start + size);
  }

  /** Puts a value into memory that the runtime will own, and notes its place. */
  give(value, what) {
    this.type = NOTHING;
    this.data = this.size = this.number = 0;
    if (value === undefined || value === null) return;
    if (typeof value === 'number') {
      this.type = NUMBER;
      this.number = value;
    } else {
      const bytes = typeof value === 'string' ? encoder.encode(value) : bytesOf(value);
      must(bytes, what, 'bytes, a string or a number', value);
      this.size = bytes.length;
      this.data = this.size && this.#alloc(this.size);
      this.fresh().u8.set(bytes, this.data >>> 0);
      this.type = typeof value === 'string' ? TEXT : BYTES;
    }
  }

  /** A pointer to the text, good until the next note; 0 for ''. */
  note(text) {
    if (!text) return 0;
    if (text === this.#noted) return this.#scratch;
    this.#noted = undefined;
    const bytes = encoder.encode(text);
    if (bytes.length >= this.#scratchSize) {
      if (this.#scratch) this.exports.wax_free(this.#scratch);
      this.#scratch = this.#scratchSize = 0;
      const size = 2 * bytes.length + 64;
      this.#scratch = this.#alloc(size);
      this.#scratchSize = size;
    }
    const { u8 } = this.fresh();
    u8.set(bytes, this.#scratch >>> 0);
    u8[(this.#scratch >>> 0) + bytes.length] = 0;
    this.#noted = text;
    return this.#scratch;
  }

  #alloc(size) {
    const pointer = this.exports.wax_alloc(size);
    if (pointer === 0) throw new RangeError(`the wasm has no memory for ${size} bytes`);
    return pointer;
  }
}

/** The bytes of any buffer or view; undefined if it is none, or one that was transferred and has none any more. */
export function bytesOf(value) {
  try {
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (/ArrayBuffer]$/.test(Object.prototype.toString.call(value))) return new Uint8Array(value);
  } catch {}
}
