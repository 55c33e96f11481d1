/* Nothing is silent: what a task did wrong, and nobody may have noticed, is told to whoever listens, else to the
 * console. */
import { REPORT_STACK } from './abi.js';
import { must, need, textOf } from './errors.js';

const kinds = ['swallowed', 'stalled', 'ungraceful', 'unseen', 'stack', 'trap', 'deadlock', 'shutdown'];

const reportOf = (kind, text, name = '', status = 0, site = '', count = 0, age = 0, task) =>
  ({ kind, task, name, status, count, site, age, text });

// A failed task's error was never looked at, and now nobody can any more.
const collected = new FinalizationRegistry((last) => last());

// Whose last chance the end of Node's process is, because nobody has closed the runtime.
let untold;
function tellAtExit(reports) {
  if (!untold) {
    untold = new Set();
    globalThis.process?.on?.('exit', () => untold.forEach((each) => each.close()));
  }
  untold.add(reports);
}

export class Reports {
  #core;
  #listeners = new Set(); // of { kind, listener }
  #unseen = new Set(); // reports to make, unless somebody looks
  overflow; // the text of the latest one of a stack's

  constructor(core, everything) {
    this.#core = core;
    if (everything) this.#listeners.add({ listener: everything });
  }

  /** Returns what takes the listener away again. */
  on(kind, listener) {
    must(kinds.includes(kind), 'on: kind', kinds.join(' or '), kind);
    need('function', 'on: listener', listener);
    const entry = { kind, listener };
    this.#listeners.add(entry);
    return () => { this.#listeners.delete(entry); };
  }

  fromWasm(handle, pointer) {
    const { memory, owners, exports } = this.#core;
    const { i32, f64 } = memory.fresh();
    const at = pointer >>> 2;
    const task = owners.get(handle);
    const text = (word) => memory.text(i32[at + word]);
    if (i32[at] === REPORT_STACK) this.overflow = text(6);
    if (handle !== 0 && !task) exports.wax_release(handle); // it was made for this report
    this.#emit(reportOf(kinds[i32[at] - 1], text(6), text(7), i32[at + 1], text(3), i32[at + 2],
      f64[(pointer + 16) >>> 3], task));
  }

  /** Somebody should look at this error while its future can be reached. Returns what says that somebody has. */
  expectLook(future, error) {
    const whose = future.cancelled ? `task '${future.name}': ` : ''; // by its own deadline, whose error does not say so
    const text = `${whose}${textOf(error)}; nobody looked at it`;
    const report = reportOf('unseen', text, future.name, future.status, future.site);
    this.#unseen.add(report);
    tellAtExit(this);
    collected.register(future, () => this.#lost(report));
    return () => { this.#take(report); };
  }
  #take(report) {
    const taken = this.#unseen.delete(report);
    if (this.#unseen.size === 0) untold.delete(this);
    return taken;
  }

  /** What nobody is there to look at. */
  unseen(text) { this.#emit(reportOf('unseen', text)); }

  /** So many tasks wait for what can never come. */
  deadlock(text, count) { this.#emit(reportOf('deadlock', text, '', 0, '', count)); }

  /** The last chance to look has passed. */
  close() { this.#unseen.forEach((report) => this.#lost(report)); }

  #lost(report) { if (this.#take(report)) this.#emit(report); }

  #emit(report) {
    let heard = false;
    for (const { kind = report.kind, listener } of [...this.#listeners]) {
      if (kind !== report.kind) continue;
      heard = true;
      // A listener that throws is the host's to report, and keeps no other from hearing.
      try { listener(report); } catch (error) { queueMicrotask(() => { throw error; }); }
    }
    if (!heard) console.warn(`wasyncio: ${report.text}`);
  }
}
