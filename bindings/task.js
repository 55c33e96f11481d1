/* A C task, seen from JavaScript: a future whose outcome the wasm gives. While it is pending, its handle answers
 * what it is doing; once it is done, everything is here and the handle is gone. */
import { Cause } from './cause.js';
import { Deadline } from './deadline.js';
import {
  CancelledError, ECANCELED, EDISCARDED, EGROUP, EHOST, ESTACK, ETIMEDOUT, ETRAP,
  GroupError, StackOverflowError, TaskError, TimeoutError, TrapError, statusName,
} from './errors.js';
import { Future, textOf } from './future.js';
import { leave, join } from './signals.js';

// The info record of docs/abi.md, in words.
const STATE = 0, STATUS = 1, CANCELLING = 3, TYPE = 4, DATA = 5, SIZE = 6, REASON = 7, NAME = 8, SITE = 9, NUMBER = 10;
const ERRORS = 14, ERROR_COUNT = 15;
const states = ['ready', 'running', 'waiting', 'done'];
const EMISUSE = -4;

export class Task extends Future {
  #core;
  #handle;
  #name;
  #signal;
  #deadline;
  #causes; // one cause, or several; undefined: nobody asked from here
  #site = '';
  #cancelling = 0;
  _hostError; // what a host function that it called threw
  status;
  reason;

  constructor(core, handle, name) {
    super(core.reports);
    this.#core = core;
    this.#handle = handle;
    this.#name = name;
    core.owners.set(handle, this);
  }

  get name() { return this.#name ??= this.#text(NAME) ?? ''; }
  get site() { return this.#text(SITE) ?? this.#site; }
  get state() { return states[this.done ? 3 : this.#word(STATE)]; }
  get cancelling() { return this.#word(CANCELLING) ?? this.#cancelling; }

  cancel(reason) {
    if (this.done || this.#core.dead) return false;
    return this.#request(this.#core.x, Cause.ofCancel(reason));
  }

  /** As cancel, but never throws: an abort inside of an import waits until the wasm has returned. */
  _stop(cause) {
    if (this.done || this.#core.dead) return;
    if (this.#core.inside) Promise.resolve().then(() => this._stop(cause));
    else this.#request(this.#core.x, cause);
  }

  /** The latest of its causes with that text. */
  _causeOf(text) {
    const causes = this.#causes;
    if (Array.isArray(causes)) return causes.findLast((one) => one.text === text);
    return causes?.text === text ? causes : undefined;
  }

  /** What may stop it besides cancel. */
  _limit(signal, timeout) {
    if (signal?.aborted) {
      this._stop(Cause.ofSignal(signal));
    } else if (signal) {
      this.#signal = signal;
      join(signal, this);
    }
    if (timeout === 0) this._stop(Cause.ofTimeout(timeout));
    else if (timeout) this.#deadline = new Deadline(this.#core, timeout, () => this._stop(Cause.ofTimeout(timeout)));
  }

  /** The wasm has the outcome. */
  _ended(memory, info) {
    const { i32, f64 } = memory.fresh();
    const at = info >>> 2;
    const status = i32[at + STATUS];
    this.#name ??= memory.text(i32[at + NAME]);
    this.#cancelling = i32[at + CANCELLING];
    if (status >= 0) {
      const value = memory.take(i32[at + TYPE], i32[at + DATA], i32[at + SIZE], f64[(at + NUMBER) >>> 1]);
      this.#leave(status);
      this._resolve(value ?? status);
      return;
    }
    this.#site = memory.text(i32[at + SITE]);
    const errors = i32[at + ERRORS] >>> 2;
    const members = status === EGROUP ? [...i32.subarray(errors, errors + i32[at + ERROR_COUNT])] : [];
    this.#fail(status, status === ECANCELED ? memory.text(i32[at + REASON]) : '', members);
  }

  /** The runtime has ended before it. */
  _abandoned(status) { this.#fail(status, '', []); }

  #request(x, cause) {
    if (x.wax_cancel(this.#handle, this.#core.reason(cause)) !== 1) return false;
    this.#causes = this.#causes ? [this.#causes, cause].flat() : cause;
    this.#core.wake();
    return true;
  }

  #leave(status) {
    this.status = status;
    this.#handle = 0;
    if (this.#signal) leave(this.#signal, this);
    this.#deadline?.cancel();
    this.#signal = this.#deadline = undefined;
  }

  #fail(status, reason, members) {
    const cancelled = status === ECANCELED;
    const error = cancelled ? this.#cancellation(reason) : this.#error(status, members);
    this.#leave(status);
    this.#causes = this._hostError = undefined;
    this._fail(error, cancelled);
  }

  // Several may have asked; the wasm keeps the text of the one that ended it.
  #cancellation(text) {
    const causes = this.#causes;
    let cause = Array.isArray(causes) ? causes.findLast((one) => one.text === text) ?? causes.at(-1) : causes;
    if (text && cause?.text !== text) cause = undefined;
    this.reason = cause ? cause.value : text || undefined;
    if (cause?.asIs) return cause.value;
    return new CancelledError(this.#sentence(text ? `was cancelled: ${text}` : 'was cancelled'), this.reason);
  }

  #error(status, members) {
    const { trap, reports } = this.#core;
    const cause = this._hostError;
    const because = (cause) => (cause === undefined ? undefined : { cause });
    const make = (Class, sentence, cause) => new Class(sentence, status, this.name, this.#site, because(cause));
    const ended = this.#sentence(`ended with ${statusName(status)}${status < -1000 ? ` (${status})` : ''}`);
    switch (status) {
      case ETIMEDOUT: return new TimeoutError(this.#sentence('timed out'));
      case EGROUP: return new GroupError(members.map((member) => this.#member(member)), ended);
      case ESTACK: return make(StackOverflowError, reports.latest ?? ended, trap);
      case ETRAP: return make(TrapError, `${ended}: ${trap?.message ?? trap}`, trap);
      case EHOST: return make(TaskError, cause === undefined ? ended : `${ended}: ${textOf(cause)}`, cause);
      case EMISUSE: return make(TaskError, `${ended}: ${this.#core.sentence()}`);
      case EDISCARDED: return make(TaskError, `${ended}: it did not end in time after its cancellation`);
      default: return make(TaskError, ended);
    }
  }

  #member(status) {
    const sentence = `a member of task '${this.name}' ended with ${statusName(status)}`;
    return status === ETIMEDOUT ? new TimeoutError(sentence) : new TaskError(sentence, status, this.name, this.#site);
  }

  #sentence(what) { return `task '${this.name}' ${what}${this.#site && ` (at ${this.#site})`}`; }

  // Of the info record; undefined when the task is done.
  #word(index) {
    if (this.done || this.#core.dead) return undefined;
    const info = this.#core.x.wax_info(this.#handle);
    return this.#core.memory.fresh().i32[(info >>> 2) + index];
  }
  #text(index) {
    const pointer = this.#word(index);
    return pointer === undefined ? undefined : this.#core.memory.text(pointer);
  }
}
Object.defineProperty(Task.prototype, Symbol.toStringTag, { value: 'Task' });
