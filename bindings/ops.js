/* Host functions: what C starts with wa_await_op, the host answers, once. A function may return, throw, resolve,
 * reject, do so too late, or never; an answer that nobody waits for any more is dropped. */
import { EHOST, ENOMEM, NOTHING, NUMBER } from './abi.js';
import { CancelledError, misuse, show, wordsOf } from './errors.js';
import { INDEX } from './table.js';

const KEPT = 32; // errors
const { Promise } = globalThis; // a library may put its own there later, of which `then` knows nothing
const { then } = Promise.prototype;
const objects = Object.prototype; // what every object has is no host function

/* The second argument of a host function. Its signal is made when it is asked for: most functions never do, and an
 * AbortController costs more than the whole call. It knows its operation, and not the reverse: giving a field of what is old
 * something new takes 50 instructions. */
class Call {
  #operation;
  #id;
  #controller;

  constructor(operation, id, name, task) {
    this.#operation = operation;
    this.#id = id;
    this.name = name;
    this.task = task;
  }

  get signal() {
    if (!this.#controller) {
      this.#controller = new AbortController();
      const { id, why } = this.#operation;
      if (id === this.#id) this.#operation.controller = this.#controller;
      else if (why?.id === this.#id) this.#controller.abort(why.reason);
    }
    return this.#controller.signal;
  }
}

/* An operation in flight. Used again and again, because the two functions that a promise is given cost more than all
 * the rest; that is safe once its promise has settled, since a native promise settles once. Not after a cancellation. */
class Operation {
  id = 0; // 0: nobody waits for the answer any more
  name;
  task;
  controller; // of the call's signal
  why; // its last call was cancelled
  next; // idle one
  constructor(operations) {
    this.onValue = (value) => operations.settled(this, 0, value);
    this.onError = (error) => operations.settled(this, EHOST, error);
  }
  cancel(reason) {
    this.why = { id: this.id, reason };
    this.id = 0;
    this.controller?.abort(reason);
  }
}

export class Operations {
  #core;
  #host;
  #settle;
  #answers; // where numbers are left for the next call, from words of 4 and of 8 bytes
  #idle;
  #inFlight = []; // by the index of the handle; what is there may be idle, or have another handle by now
  #names = []; // that have a number
  #errors = new Map(); // the latest that host functions threw, by what C hears of them

  constructor(core, host = {}) {
    this.#core = core;
    this.#host = host;
    this.#settle = core.exports.wax_settle;
    this.#answers = core.exports.wax_answers?.() >>> 2;
  }

  start(id, pointer) {
    const { memory, owners } = this.#core;
    const { i32, f64 } = memory.fresh();
    const at = pointer >>> 2;
    const knownAs = i32[at + 7];
    const name = this.#names[knownAs] ?? this.#name(knownAs, i32[at]);
    const type = i32[at + 1];
    const task = i32[at + 6];
    const operation = this.#idle ?? new Operation(this);
    this.#idle = operation.next;
    operation.id = id;
    operation.name = name;
    operation.task = task === 0 ? undefined : owners.get(task);
    const index = id & INDEX;
    while (this.#inFlight.length <= index) this.#inFlight.push(undefined);
    this.#inFlight[index] = operation;
    let result;
    try {
      let input;
      if (type === NUMBER) input = f64[(pointer + 16) >>> 3];
      else if (type !== NOTHING) input = memory.take(type, i32[at + 2], i32[at + 3]);
      const f = this.#host[name];
      if (typeof f !== 'function' || (f === objects[name] || name === 'constructor') && !Object.hasOwn(this.#host, name)) {
        misuse(`the host has no function ${show(name)}`);
      }
      result = f.call(this.#host, input, new Call(operation, id, name, operation.task));
      if (typeof result?.then === 'function') {
        then.call(Promise.resolve(result), operation.onValue, operation.onError);
        return;
      }
    } catch (error) {
      return this.settled(operation, EHOST, error);
    }
    this.settled(operation, 0, result);
  }

  #name(knownAs, pointer) {
    const name = this.#core.memory.text(pointer);
    if (knownAs !== 0) this.#names[knownAs] = name;
    return name;
  }

  cancel(id, reason) {
    const operation = this.#inFlight[id & INDEX];
    if (operation?.id !== id) return;
    const text = this.#core.memory.text(reason);
    // The task's own comes first: another task's may have the same text.
    const cause = operation.task?._causeOf(text, reason) ?? (text ? this.#core.causeOf(text) : undefined);
    this.#inFlight[id & INDEX] = undefined;
    const why = cause?.value;
    operation.cancel(why === undefined ? new CancelledError(text || 'cancelled', text || undefined) : why);
  }

  /** The runtime has ended. */
  abandon() {
    for (const operation of this.#inFlight) {
      if (operation?.id) operation.cancel(new CancelledError('the runtime has ended'));
    }
  }

  settled(operation, status, value) {
    const { id, name, task } = operation;
    if (id === 0) return;
    operation.id = 0;
    operation.task = operation.controller = undefined;
    operation.next = this.#idle;
    this.#idle = operation;
    if (status === 0 && typeof value === 'number') this.#leave(id, value);
    else this.#give(id, status, value, name, task);
    this.#core.wake();
  }

  // A call into the wasm costs more than all the rest.
  #leave(id, number) {
    const { i32, f64 } = this.#core.memory.fresh();
    const at = this.#answers;
    const count = i32[at];
    if (at === 0 || count === i32[at + 1]) return void this.#settle(id, 0, NUMBER, 0, 0, number);
    const entry = at + 2 + 4 * count;
    i32[entry] = id;
    f64[(entry >>> 1) + 1] = number;
    i32[at] = count + 1;
  }

  // What C hears of an error, by which errorOf finds it again.
  #words(error, task) {
    task?._hostFailed(error);
    const words = wordsOf(error);
    const errors = this.#errors;
    errors.delete(words);
    errors.set(words, error);
    if (errors.size > KEPT) errors.delete(errors.keys().next().value);
    return words;
  }

  /** What was thrown with these words: by the latest function that a task has called itself, or else by any. */
  errorOf(words, own) { return own !== undefined && wordsOf(own) === words ? own : this.#errors.get(words); }

  #give(id, status, value, name, task) {
    const { memory } = this.#core;
    if (status !== 0) value = this.#words(value, task);
    let given;
    try {
      try {
        given = memory.give(value, `what the host function '${name}' returns`);
      } catch (error) {
        status = EHOST;
        given = memory.give(this.#words(error, task));
      }
    } catch {} // no memory, not even for the sentence
    if (!given || this.#settle(id, status, ...given) !== 0) this.#settle(id, ENOMEM, NOTHING, 0, 0, 0);
  }
}
