/* Host functions: what C starts with wa_await_op, the host answers, once. A function may return, throw, resolve,
 * reject, do so too late, or never; an answer that nobody waits for any more is dropped. */
import { CancelledError, EHOST, show } from './errors.js';
import { textOf } from './future.js';

/* The second argument of a host function. Its signal is made when it is asked for: most functions never do, and an
 * AbortController costs more than the whole call. */
class Call {
  #controller;
  #aborted = false;
  #reason;

  constructor(name, task) {
    this.name = name;
    this.task = task;
  }

  get signal() {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  _abort(reason) {
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

export class Operations {
  #core;
  #host;
  #running = new Map();

  constructor(core, host = {}) {
    this.#core = core;
    this.#host = host;
  }

  start(id, pointer) {
    const { memory } = this.#core;
    const { i32, f64 } = memory.fresh();
    const at = pointer >>> 2;
    const name = memory.text(i32[at]);
    const input = memory.take(i32[at + 1], i32[at + 2], i32[at + 3], f64[(pointer + 16) >>> 3]);
    const task = this.#core.live.get(i32[at + 6]);
    const call = new Call(name, task);
    this.#running.set(id, call);
    const f = this.#host[name];
    if (typeof f !== 'function' || f === Object.prototype[name]) {
      return this.#answer(id, call, EHOST, `the host has no function ${show(name)}`);
    }
    const fail = (error) => {
      if (task) task._hostError = error;
      this.#answer(id, call, EHOST, textOf(error));
    };
    try {
      const result = f.call(this.#host, input, call);
      if (typeof result?.then === 'function') result.then((value) => this.#answer(id, call, 0, value), fail);
      else this.#answer(id, call, 0, result);
    } catch (error) {
      fail(error);
    }
  }

  cancel(id, reason) {
    const call = this.#running.get(id);
    if (!call) return;
    this.#running.delete(id);
    const text = this.#core.memory.text(reason);
    const cause = this.#core.causeOf(text);
    call._abort(cause ? cause.value : new CancelledError(text || 'cancelled', text || undefined));
  }

  /** The runtime has ended: nobody waits for an answer. */
  clear() {
    const calls = [...this.#running.values()];
    this.#running.clear();
    for (const call of calls) call._abort(new CancelledError('the runtime has ended'));
  }

  #answer(id, call, status, value) {
    if (this.#running.get(id) !== call) return;
    this.#running.delete(id);
    const { memory, x } = this.#core;
    try {
      memory.give(value, `what the host function '${call.name}' returns`);
    } catch (error) {
      status = EHOST;
      memory.give(error.message);
    }
    x.wax_settle(id, status, memory.type, memory.data, memory.size, memory.number);
    this.#core.wake();
  }
}
