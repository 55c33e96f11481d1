/* Nothing is silent: what a task did wrong, and nobody may have noticed, is told to whoever listens, else to the
 * console. */
import { expect, show } from './errors.js';

const kinds = ['swallowed', 'stalled', 'ungraceful', 'unseen', 'stack', 'trap', 'deadlock', 'shutdown'];

// A failed task's error was never looked at, and now nobody can any more.
const collected = new FinalizationRegistry((record) => record.reports.unseen(record));

export class Reports {
  #core;
  #everything;
  #listeners = new Map(kinds.map((kind) => [kind, new Set()]));
  #unseen = new Set();
  latest; // the text of the latest one from the wasm

  constructor(core, everything) {
    this.#core = core;
    this.#everything = everything;
  }

  /** Returns what takes the listener away again. */
  on(kind, listener) {
    const listeners = this.#listeners.get(kind);
    expect(listeners, `there is no event ${show(kind)}; there are ${kinds.join(', ')}`);
    expect(typeof listener === 'function', `on: the listener must be a function, not ${show(listener)}`);
    const own = (report) => listener(report); // the same function twice is two listeners
    listeners.add(own);
    return () => { listeners.delete(own); };
  }

  fromWasm(handle, pointer) {
    const { memory, owners, exports } = this.#core;
    const { i32, f64 } = memory.fresh();
    const at = pointer >>> 2;
    const task = owners.get(handle);
    const report = {
      kind: kinds[i32[at] - 1], task, name: memory.text(i32[at + 7]), status: i32[at + 1], count: i32[at + 2],
      site: memory.text(i32[at + 3]), age: f64[(pointer + 16) >>> 3], text: memory.text(i32[at + 6]),
    };
    this.latest = report.text;
    if (handle !== 0 && !task) exports.wax_release(handle); // it was made for this report
    this.#emit(report);
  }

  /** Somebody should look at this error while its future can be reached. Returns a record for `looked`. */
  expectLook(future, error) {
    const { name = '', site = '', status = 0 } = future;
    const record = { reports: this, name, site, status, text: `${error}; nobody looked at it` };
    this.#unseen.add(record);
    collected.register(future, record, record);
    return record;
  }

  looked(record) {
    if (this.#unseen.delete(record)) collected.unregister(record);
  }

  unseen(record) {
    if (!this.#unseen.delete(record)) return;
    const { name, site, status, text } = record;
    this.#emit({ kind: 'unseen', task: undefined, name, status, count: 0, site, age: 0, text });
  }

  /** The last chance to look has passed. */
  close() {
    for (const record of this.#unseen) this.unseen(record);
  }

  #emit(report) {
    const listeners = [...this.#listeners.get(report.kind)];
    if (this.#everything) listeners.push(this.#everything);
    if (listeners.length === 0) console.warn(`wasyncio: ${report.text}`);
    for (const listener of listeners) {
      // A listener that throws is the host's to report, and keeps no other from hearing.
      try { listener(report); } catch (error) { queueMicrotask(() => { throw error; }); }
    }
  }
}
