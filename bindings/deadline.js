/* A deadline on the runtime's clock, which may be a virtual one: the host's timers would know nothing of it. */
import { ENOMEM } from './abi.js';
import { queueMicrotask } from './clock.js';

export class Deadline {
  #core;
  #passed;
  #handle;

  /** Calls passed() after ms; never, without ms or for Infinity. */
  constructor(core, ms, passed) {
    this.#core = core;
    this.#passed = passed;
    this.set(ms);
  }

  set(ms = Infinity) {
    this.cancel();
    if (ms === Infinity) return;
    const core = this.#core;
    const handle = core.exports.wax_timer(ms);
    if (handle === 0) throw core.error(ENOMEM, core.sentence(), '', '');
    core.owners.set(this.#handle = handle, this);
    core.wake();
  }

  cancel() {
    const core = this.#core;
    if (!this.#handle || core.dead) return;
    const handle = this.#handle;
    core.owners.delete(handle);
    this.#handle = 0;
    // Another runtime's end may tell it so in the middle of a call from this one's wasm.
    if (core.inside) queueMicrotask(() => this.#release(handle));
    else this.#release(handle);
  }

  #release(handle) {
    const core = this.#core;
    if (core.dead) return;
    core.exports.wax_release(handle); // a timer that nobody holds is no timer
    core.wake();
  }

  _ended() {
    this.#handle = 0;
    this.#passed();
  }
  _abandoned() {}
}
