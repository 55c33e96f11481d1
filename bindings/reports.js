/* Nothing is silent: what a task did wrong, and nobody may have noticed, is told to whoever listens, else to the
 * console. */
import { REPORT_STACK } from './abi.js';
import { must, need, textOf } from './errors.js';

const kinds = ['swallowed', 'stalled', 'ungraceful', 'unseen', 'stack', 'trap', 'deadlock', 'shutdown'];

const SHOWN = 8; // of many tasks

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

// Of runtimes that nobody may have closed. Where Node has nothing left to wait for, nor can their tasks' waits end.
let open;
/** runtime: is held weakly. */
export function tellIfStuck(runtime, reports) {
  if (!open) {
    open = new Set();
    globalThis.process?.on?.('beforeExit', () => open.forEach((tell) => tell()));
  }
  const held = new WeakRef(runtime);
  const tell = () => {
    const tasks = held.deref()?.closed === false ? held.deref().tasks() : [];
    if (tasks.length === 0) return;
    open.delete(tell); // told once, because a line on the console may keep Node going
    reports.stuck(tasks);
  };
  open.add(tell);
  collected.register(runtime, () => open.delete(tell));
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

  /** These wait for what can never come. */
  stuck(tasks) {
    const places = tasks.slice(0, SHOWN).map(({ name, site }) => `'${name}'${site && ` at ${site}`}`);
    if (tasks.length > SHOWN) places.push('...');
    const text = `deadlock: Node has nothing left to wait for, and ${tasks.length} tasks are left: ${places.join(', ')}`;
    this.#emit(reportOf('deadlock', text, '', 0, '', tasks.length));
  }

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
