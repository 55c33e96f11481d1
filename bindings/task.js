/* A C task, seen from JavaScript: a future whose outcome the wasm gives. While it is pending, its handle answers
 * what it is doing; once it is done, everything is here and the handle is gone. */
import {
  CANCELLING, DATA, ECANCELED, EDISCARDED, EGROUP, EHOST, EIO, EMISUSE, ERRORS, ERROR_COUNT, ESTACK, ETRAP,
  FLAGS, NAME, REASON, SITE, SIZE, STATE, STATUS, TYPE, UNSEEN, VALUE,
} from './abi.js';
import { Cause, signalled, timedOut } from './cause.js';
import { queueMicrotask } from './clock.js';
import { Deadline } from './deadline.js';
import { CancelledError, GroupError, misuse, textOf } from './errors.js';
import { Future } from './future.js';
import { leave, join } from './signals.js';

const because = (why) => (why ? `: ${why}` : '');
const states = ['ready', 'running', 'waiting', 'done'];

export class Task extends Future {
  #core;
  #handle;
  #name;
  #signal;
  #deadline;
  #cause; // of who asked from here, the latest
  #causes; // of several, by their texts: the latest with each
  #places; // of several, by where the wasm has their texts, which may be alike
  #site = '';
  #cancelling = 0;
  #controller;
  #ofC; // until the wasm has said that its error is for here
  #hostError; // what a host function that it called threw, or a stream that it read failed with
  #status; // no field of these is public: a frozen task must end, too
  #reason;

  /** ofC: C has spawned it. Who looks at its error is there, unless the wasm says at the end that nobody can. */
  constructor(core, handle, name, ofC) {
    // A Core; whatever else `new Task` is given is refused, before the object is.
    super((core?.schedule ? core : misuse('a Task comes from spawn, not from new')).reports);
    this.#core = core;
    this.#handle = handle;
    this.#name = name;
    this.#ofC = ofC;
    core.owners.set(handle, this);
  }

  get status() { return this.#status; }
  get reason() { return this.#reason; }
  get name() { return this.#name ??= this.#text(NAME) ?? ''; }
  get site() { return this.#text(SITE) ?? this.#site; }
  get state() { return states[this.done ? 3 : this.#word(STATE)]; }
  _isAt(state, x) { return states[this.#word(STATE, x)] === state; }
  get cancelling() { return this.#word(CANCELLING) ?? this.#cancelling; }
  get [Symbol.toStringTag]() { return 'Task'; }
  /** What Node's console shows: there, these are no properties. */
  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { name, state, site, status } = this;
    return `Task ${inspect({ name, state, site, ...(status !== undefined && { status }) }, options)}`;
  }

  /** For what belongs to the task; made when it is asked for. */
  get signal() {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cause) this.#abort(this.#cause.value);
      else if (this.done && !this._resolved) this.#abort(this.#why(this._outcome));
    }
    return this.#controller.signal;
  }

  cancel(reason) {
    return !this._tooLateToCancel() && !this.#core.dead && this.#request(new Cause(reason), this.#core.x);
  }

  /** As cancel, but never throws: an abort inside of an import, or too deep on the engine's stack, waits until that is over. */
  _stop(cause) {
    if (this.#over) return;
    if (this.#core.busy) queueMicrotask(() => this._stop(cause));
    else this.#request(cause, this.#core.exports);
  }

  _hostFailed(error) { this.#hostError = error; }

  /** Of its causes the one with that text at that place in the wasm, or the latest with it. */
  _causeOf(text, place) {
    const cause = this.#places?.get(place) ?? this.#cause;
    return cause?.text === text ? cause : this.#causes?.get(text);
  }

  /** What may stop it besides cancel. Where that can't be had, there is to be no task. */
  _limit(signal, timeout) {
    if (this.done) return;
    try {
      const aborted = signal?.aborted;
      if (aborted) this._stop(signalled(signal));
      else if (signal) join(this.#signal = signal, this);
      if (timeout === 0 && !aborted) this._stop(timedOut(0));
      else if (timeout) this.#deadline = new Deadline(this.#core, timeout, () => this._stop(timedOut(timeout)));
    } catch (error) {
      this._seen();
      this._stop(new Cause(error));
      throw error;
    }
  }

  /** The wasm has the outcome. */
  _ended(memory, info) {
    const { i32, f64 } = memory.fresh();
    const at = info >>> 2;
    const status = i32[at + STATUS];
    this.#name ??= memory.text(i32[at + NAME]);
    this.#cancelling = i32[at + CANCELLING];
    if (status >= 0) {
      this.#leave(status);
      try {
        this._resolve(memory.take(i32[at + TYPE], i32[at + DATA], i32[at + SIZE], f64[(at + VALUE) >>> 1]) ?? status);
      } catch (error) {
        this._fail(error); // more than the engine's strings or buffers hold
      }
      return;
    }
    this.#ofC &&= !(i32[at + FLAGS] & UNSEEN);
    this.#site = memory.text(i32[at + SITE]);
    const members = memory.errors(i32[at + ERRORS], i32[at + ERROR_COUNT]);
    const reason = i32[at + REASON];
    const cause = status === ECANCELED ? this.#whatEndedIt(memory.text(reason), reason) : undefined;
    const words = status === EMISUSE || status === EHOST ? memory.text(i32[at + DATA]) : '';
    this.#fail(status, cause, members, words);
  }

  /** What is known of it only while it runs. */
  _keep() {
    this.#name = this.name;
    this.#site = this.site;
    this.#cancelling = this.cancelling;
  }

  /** The runtime has ended before it. */
  _abandoned(status) { if (!this.done) this.#fail(status); }

  get #over() { return this.done || this.#core.dead; }

  #request(cause, x) {
    const before = this.#cause;
    const kept = before && this.#word(REASON, x);
    if (before) this.#places ??= new Map([[kept, before]]);
    if (x.wax_cancel(this.#handle, this.#core.reason(cause)) !== 1) return false;
    this.#cause = cause;
    this.#core.remember(cause);
    if (before) {
      const place = this.#word(REASON, x);
      if (place !== kept) this.#places.set(place, cause); // else the wait has been cancelled already, and says why
      this.#causes ??= new Map([[before.text, before]]);
      const same = this.#causes.get(cause.text);
      this.#causes.set(cause.text, cause);
      if (same) this.#core.forget(same);
    }
    this.#core.wake();
    this.#abort(cause.value);
    return true;
  }

  #abort(reason) { this.#controller?.abort(reason === undefined ? new CancelledError('cancelled') : reason); }
  #why(error) { return this.reason === undefined ? error : this.reason; }

  #leave(status) {
    this.#status = status;
    this.#handle = 0;
    if (this.#signal) leave(this.#signal, this);
    this.#deadline?.cancel();
    if (this.#causes) this.#causes.forEach((cause) => this.#core.forget(cause));
    else if (this.#cause) this.#core.forget(this.#cause);
    this.#signal = this.#deadline = this.#places = undefined;
  }

  #fail(status, cause, members, words) {
    const cancelled = status === ECANCELED;
    const error = cancelled ? this.#cancellation(cause) : this.#error(status, members, words);
    this.#leave(status);
    this.#cause = this.#causes = this.#hostError = undefined;
    if (this.#ofC) this._seen();
    this._fail(error, cancelled, cause?.late);
    this.#abort(this.#why(error));
  }

  // Several may have asked; the wasm keeps the text of the one that ended it.
  #whatEndedIt(text, place) { return this._causeOf(text, place) ?? (text ? { value: text, text } : this.#cause); }

  #cancellation(cause) {
    this.#reason = cause?.value;
    return cause?.asIs ? cause.value : new CancelledError(this.#sentence('was cancelled', cause?.text), this.reason);
  }

  #error(status, members, words = '') {
    const core = this.#core;
    const ended = (end) => `ended with ${core.statusName(end)}${end < -1000 ? ` (${end})` : ''}`;
    if (status === EGROUP) {
      const each = ([member, said]) => this.#as(member, `a member of task '${this.name}' ${ended(member)}${because(said)}`,
        core.operations.errorOf(said));
      const errors = members.map(each);
      return new GroupError(errors, this.#sentence(ended(status), errors[0]?.message));
    }
    if (status === ESTACK && core.reports.overflow) return this.#as(status, core.reports.overflow, core.trap);
    // The sentence of a wrong call of its own begins with its name, or with the first 80 bytes of that: 27 characters or more.
    const end = words.indexOf("': ", 6 + Math.min(this.name.length, 26));
    const own = status === EMISUSE && end > 0 && `task '${this.name}`.startsWith(words.slice(0, end));
    let cause, why = own ? words.slice(end + 3) : words;
    if (status === EIO) cause = this.#hostError;
    if (status === EHOST) cause = core.operations.errorOf(words, this.#hostError);
    if (status === ETRAP || status === ESTACK) cause = core.trap;
    if (cause !== undefined) why = textOf(cause);
    if (status === EDISCARDED) why = 'it did not end in time after its cancellation';
    return this.#as(status, this.#sentence(ended(status), why), cause);
  }

  #as(status, sentence, cause) { return this.#core.error(status, sentence, this.name, this.#site, cause); }

  #sentence(what, why) {
    return `task '${this.name}' ${what}${this.#site && ` (at ${this.#site})`}${because(why)}`;
  }

  // Of the info record; undefined when the task is done.
  #word(index, x) {
    if (this.#over) return undefined;
    const info = (x ?? this.#core.x).wax_info(this.#handle);
    return this.#core.memory.fresh().i32[(info >>> 2) + index];
  }
  #text(index) {
    const pointer = this.#word(index);
    return pointer === undefined ? undefined : this.#core.memory.text(pointer);
  }
}
