/* What a caller holds: one runtime in one wasm instance. See index.d.ts for every method. */
import { BY_INDEX, EAGER, EDISCARDED, ENOMEM } from './abi.js';
import { Cause } from './cause.js';
import { clearTimeout, setTimeout } from './clock.js';
import { asCompleted, gather, shield, wait, waitFor } from './combine.js';
import { CancelledError, ClosedError, misuse, must, need, options, show } from './errors.js';
import { asyncDispose, dispose, stop } from './future.js';
import { longest } from './schedule.js';
import { group, timeout } from './scopes.js';
import { Task } from './task.js';

const countNames = ['tasks', 'futures', 'timers', 'operations', 'handles', 'stacks', 'bytes'];
const ofSpawn = { signal: 'signal', timeout: 'time', name: 'string', stackSize: 'size' };

export class Runtime {
  #core;
  #entries = new Map();
  #closing;

  constructor(core) { this.#core = core?.schedule ? core : misuse('a Runtime comes from load, not from new'); }
  static _core(rt) { return rt.#core; } // for streams.js and stuck.js

  get exports() { return this.#core.exports; }
  get memory() { return this.exports.memory; }
  get closed() { return this.#core.dead; }
  get now() { return this.#core.x.wax_now(); }

  spawn(name, input, given) {
    const core = this.#core;
    const { x, memory } = core;
    if (this.#closing) throw new ClosedError('the runtime is closing: it takes no new tasks');
    const { signal, timeout: limit, name: label, stackSize = 0, eager } = options('spawn', given, ofSpawn);
    const kept = memory.kept(input);
    const [entry, flags] = this.#entry(name);
    const atOnce = eager && !signal?.aborted && limit !== 0;
    const noted = memory.note(label);
    const [type, data, size, number] = memory.give(kept, `spawn: the input of '${name}'`);
    const start = () => x.wax_spawn(entry, type, data, size, number, noted, stackSize, flags | (atOnce ? EAGER : 0));
    const handle = atOnce ? core.run(start, label) : start();
    if (handle === 0) throw core.error(ENOMEM, core.sentence(), name, '');
    const task = new Task(core, handle, label || undefined); // of an empty name the wasm makes "task-N"
    if (atOnce && task._isAt('done', x)) core.outcome(handle, task); // its event comes with the next turn
    if (signal || limit !== undefined) task._limit(signal, limit);
    core.wake();
    return task;
  }

  gather(items, given) { return gather(this.#core, items, given); }
  wait(items, given) { return wait(this.#core, items, given); }
  waitFor(item, ms) { return waitFor(this.#core, item, ms); }
  shield(item) { return shield(this.#core, item); }
  asCompleted(items, given) { return asCompleted(this.#core, items, given); }
  timeout(ms, body, given) { return timeout(this.#core, ms, body, given); }
  group(body, given) { return group(this.#core, this, body, given); }

  /** Also those that C has spawned. */
  tasks() { return this.#tasks(this.#core.x); }
  #tasks(x) {
    const { owners } = this.#core;
    const tasks = [];
    for (let handle = 0; (handle = x.wax_next_task(handle)) !== 0;) {
      tasks.push(owners.get(handle) ?? new Task(this.#core, handle, undefined, true));
    }
    return tasks;
  }

  counts() {
    const at = this.#core.x.wax_counts() >>> 2;
    const { i32 } = this.#core.memory.fresh();
    return Object.fromEntries(countNames.map((name, i) => [name, i32[at + i] >>> 0]));
  }

  on(kind, listener) {
    if (this.closed) this.#core.x; // refuses
    return this.#core.reports.on(kind, listener);
  }

  advance(ms) {
    need('time', 'advance: ms', ms);
    must(ms < 9e12, 'advance: ms', 'less than 9e12', ms);
    if (this.#core.x.wax_advance(ms) !== 0) misuse("advance: the runtime's clock is not virtual");
    this.#core.wake();
  }

  close(given) {
    const { grace = 5000 } = options('close', given, { grace: 'time' });
    if (this.#closing || this.closed) return this.#closing ?? Promise.resolve();
    this.#core.x; // refuses inside of an import
    return this.#closing = this.#close(grace);
  }
  [dispose]() { this.close(); }
  [asyncDispose]() { return this.close(); }

  async #close(grace) {
    const core = this.#core;
    const cause = new Cause(new CancelledError('the runtime is closing'));
    for (const future of core.open) stop(future, cause.value);
    // Each task is asked once, also one that another's clean-up has spawned meanwhile.
    const asked = new Set();
    let left = 0; // of those asked
    const askAll = () => {
      for (const task of this.#tasks(core.exports)) {
        if (asked.has(task)) continue;
        asked.add(task);
        left++;
        task._watch(() => { left--; });
        task._stop(cause);
      }
    };
    askAll();
    core.alive = left; // as of the latest turn, since which some have come
    core.wake();
    let timer;
    await new Promise((resolve) => {
      core.afterTurn = () => {
        if (core.alive === 0 && core.open.size === 0) resolve(); // the bodies of scopes are waited for, too
        else if (core.alive > left) askAll();
      };
      timer = setTimeout(resolve, Math.min(grace, longest));
    });
    clearTimeout(timer);
    if (core.dead) return;
    for (const task of this.#tasks(core.exports)) task._keep(); // the wasm is asked for it now or never
    core.exports.wax_discard();
    core.end('the runtime is closed', undefined, EDISCARDED);
    core.reports.close();
  }

  #taskNames() {
    const { x, memory } = this.#core;
    const names = [];
    for (let i = 0, name; (name = x.wax_entry(i)) !== 0; i++) names.push(memory.text(name));
    return names;
  }

  // By its WA_TASK; else any exported function that takes a pointer and returns a status.
  #entry(name) {
    const known = this.#entries.get(name);
    if (known) return known;
    need('string', 'spawn: the name of a task', name);
    const { x, memory } = this.#core;
    let found = [name.includes('\0') ? 0 : x.wax_find(memory.note(name)), 0];
    if (found[0] === 0) {
      const f = x[name];
      const table = x.__indirect_function_table;
      const exported = !/^(_|wax?_)/.test(name) && typeof f === 'function' && table;
      if (!exported || f.length !== 1) {
        const takes = `the export of that name takes ${f?.length} arguments, a task one pointer`;
        const why = exported ? takes : `name it with WA_TASK in C; the wasm has ${this.#taskNames().join(', ') || 'none'}`;
        misuse(`spawn: no task is named ${show(name)}: ${why}`);
      }
      found = [table.grow(1), BY_INDEX];
      table.set(found[0], f);
    }
    this.#entries.set(name, found);
    return found;
  }
}
