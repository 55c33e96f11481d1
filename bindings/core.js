/* The wasm's side of the bindings: calls its exports, runs its turns and hands its events out (docs/abi.md).
 * Laws
 *   - Nothing of the caller's runs while wasm is on the stack, but for imports, and those can't call back in: `x`, with which
 *     every call from outside begins, refuses. So host functions, listeners and promises always find the runtime at rest.
 *   - Nor does the engine's stack end while wasm is on it, or in the middle of a change here: where too little is left, `x` fails
 *     with the engine's own RangeError. What then follows from such a call asks no more, and uses `exports`. */
import {
  CANCELLED, ESTACK, ETIMEDOUT, ETRAP, REPORT_STACK, REPORT_TRAP, RUNTIME_KNOWS, SETTLED, STACK_EXHAUSTED, STARTED, WANTED,
} from './abi.js';
import { ClosedError, StackOverflowError, TaskError, TimeoutError, TrapError, misuse, nameOf, textOf } from './errors.js';
import { Memory } from './memory.js';
import { Operations } from './ops.js';
import { Reports } from './reports.js';
import { schedule } from './schedule.js';
import { Table } from './table.js';

const classes = { [ETIMEDOUT]: TimeoutError, [ESTACK]: StackOverflowError, [ETRAP]: TrapError };

export class Core {
  owners = new Table(); // of handles: tasks, deadlines
  open = new Set(); // combinators that are not done: closing cancels them
  alive = 0; // unfinished tasks after the latest turn
  trap; // the latest exception out of the wasm
  afterTurn; // called when a turn's events have been handed out, and when a combinator has ended
  #inside = false;
  #dead; // makes the error that says why nothing can be called any more
  #causes = new Map(); // text -> cause, of tasks that were asked to stop by it and are not over
  #ended = []; // handles of what has ended in this turn
  #traps = []; // recovered from; the report of each comes before its tasks are settled
  #told = []; // those of which this turn's reports are, unless the program listens to them itself
  #astray = false; // a trap has kept `spawn` from returning a handle
  #strays = false; // so the events of this turn name it
  #takeTurn; // not through `exports`, an object that engines look up slowly

  constructor({ exports, files, virtual, host, onReport }) {
    this.exports = exports;
    this.files = files; // by descriptor; of a program that links itself, unknown
    this.#takeTurn = exports.wax_turn;
    this.memory = new Memory(exports);
    this.reports = new Reports(this, onReport);
    this.operations = new Operations(this, host);
    this.schedule = schedule(() => this.#turn(), virtual);
  }

  /** The exports, if they can be called now. */
  get x() {
    if (this.#dead) throw this.#dead();
    if (this.#inside) misuse('the runtime was called from an import that the wasm itself is calling');
    this.exports.wax_room();
    return this.exports;
  }
  get inside() { return this.#inside; }
  /** Whether a call would be refused that can be made later. */
  get busy() {
    try { return !this.dead && !this.x; } catch { return true; }
  }
  get dead() { return this.#dead !== undefined; }

  wake() { this.schedule.wake(); }

  /** A combinator has ended. */
  over(future) {
    this.open.delete(future);
    this.afterTurn?.();
  }

  /** The sentence of the latest error. */
  sentence() { return this.memory.text(this.exports.wax_error()); }

  statusName(status) { return this.memory.text(this.exports.wax_status_name(status)); }

  /** What a task's negative status is here. */
  error(status, message, task, site, cause) {
    const options = { statusName: this.statusName(status) };
    if (cause !== undefined) options.cause = cause;
    return new (classes[status] ?? TaskError)(message, status, task, site, options);
  }

  /** A pointer to the reason's text. */
  reason(cause) {
    try { return this.memory.note(cause.text); } catch { return 0; } // no memory for the words: it comes without
  }
  /** While a task is not over that was asked to stop by it: where the text comes back, in a task of C's, it is found again. */
  remember(cause) {
    cause.asked++;
    this.#causes.set(cause.text, cause);
  }
  forget(cause) {
    if (--cause.asked === 0 && this.#causes.get(cause.text) === cause) this.#causes.delete(cause.text);
  }
  causeOf(text) { return this.#causes.get(text); }

  /** Runs f, which may run C. An exception out of it ends the task that was running, no other, and is a TrapError. task: the name
   * that the task was given, which the sentence may have cut. */
  run(f, task) {
    this.#inside = true;
    try {
      return f();
    } catch (error) {
      this.#recover(error);
      this.#astray = true;
      const text = this.sentence(); // names the task
      const overflow = text.includes(': stack overflow, ');
      task ||= /^task '(task-\d+)'/.exec(text)?.[1] ?? '';
      throw this.error(overflow ? ESTACK : ETRAP, overflow ? text : `${text}: ${textOf(error)}`, task, '', error);
    } finally {
      this.#inside = false;
    }
  }

  #turn() {
    let state;
    this.#inside = true;
    try {
      state = this.#takeTurn();
    } catch (error) {
      this.#recover(error);
      return this.dead ? -1 : 0;
    } finally {
      this.#inside = false;
    }
    const { i32, f64 } = this.memory.fresh();
    const next = f64[state >>> 3];
    const count = i32[(state >>> 2) + 3];
    this.alive = i32[(state >>> 2) + 4];
    let at = i32[(state >>> 2) + 2] >>> 2;
    this.#told = this.#traps.splice(0);
    this.#strays = this.#astray;
    this.#astray = false;
    for (let i = 0; i < count && !this.dead; i++, at += 4) {
      // What is thrown is the host's to report; no event keeps another from being heard of.
      try { this.#hear(this.memory.fresh().i32, at); } catch (error) { queueMicrotask(() => { throw error; }); }
    }
    while (this.#ended.length) this.owners.delete(this.#ended.pop());
    this.afterTurn?.();
    return next;
  }

  #hear(events, at) {
    const id = events[at + 1];
    const data = events[at + 2];
    switch (events[at]) {
      case SETTLED: this.#settled(id); break;
      case STARTED: this.operations.start(id, data); break;
      case CANCELLED: this.operations.cancel(id, data); break;
      case WANTED: this.#wanted(id, data); break;
      default:
        if (events[data >>> 2] === REPORT_STACK || events[data >>> 2] === REPORT_TRAP) this.trap = this.#told.shift();
        this.reports.fromWasm(id, data);
    }
  }

  // Its owner stays until the turn's other events are heard: a report on its last step comes after its end.
  #settled(handle) {
    const owner = this.owners.get(handle);
    if (owner && !owner.done) this.outcome(handle, owner);
    else if (!owner && this.#strays) this.exports.wax_release(handle); // unless the report of the trap has
    this.#ended.push(handle);
  }
  /** It is read at once and the handle given back, so a task that is done costs the wasm nothing. */
  outcome(handle, owner) {
    owner._ended(this.memory, this.exports.wax_info(handle));
    this.exports.wax_release(handle);
  }

  // C waits for a descriptor. A stream's tells when it is ready; any other always is.
  #wanted(fd, mask) {
    const file = this.files?.[fd];
    if (mask !== 0 && file?.want) file.want(mask);
    else this.ready(fd, mask);
  }
  ready(fd, mask) {
    if (mask === 0 || this.dead) return;
    this.x.wax_fd_ready(fd, mask);
    this.wake();
  }

  #recover(error) {
    this.trap = error;
    const deep = /^(Range|Internal)Error$/.test(nameOf(error)) && /call stack|recursion/i.test(textOf(error));
    try {
      if (this.exports.wax_recover(deep ? STACK_EXHAUSTED : RUNTIME_KNOWS) !== 0) {
        this.#traps.push(error);
        return this.wake();
      }
    } catch (again) {
      this.trap = again;
    }
    this.#inside = false;
    for (const owner of this.owners.all()) {
      try { owner._keep?.(); } catch {} // the wasm may be beyond that
    }
    this.end('the runtime is broken: the wasm trapped outside of its tasks', this.trap);
  }

  /** No call from here on. What is still pending ends with this status. */
  end(message, cause, status = ETRAP) {
    this.schedule.stop();
    this.#dead = () => new ClosedError(message, cause && { cause });
    this.trap = cause;
    this.alive = 0;
    for (const owner of this.owners.clear()) owner._abandoned(status);
    this.operations.abandon();
    for (const file of this.files ?? []) file?.flush?.(); // a last line without its end
    for (const file of this.files ?? []) file?.abort?.(this.#dead()); // a stream
    for (const future of this.open) future._fail(this.#dead());
    this.afterTurn?.();
  }
}
