/* What a caller holds: one runtime in one wasm instance. See index.d.ts for every method. */
import { Cause } from './cause.js';
import { asCompleted, gather, shield, wait, waitFor } from './combine.js';
import { ClosedError, EDISCARDED, TaskError, expect, expectTime, show } from './errors.js';
import { group, timeout } from './scopes.js';
import { Task } from './task.js';

const EAGER = 1, BY_INDEX = 2;
const countNames = ['tasks', 'futures', 'timers', 'operations', 'handles', 'stacks', 'bytes'];

export class Runtime {
  #core;
  #entries = new Map();
  #closing;

  constructor(core) { this.#core = core; }

  get exports() { return this.#core.exports; }
  get memory() { return this.#core.exports.memory; }
  get closed() { return this.#core.dead; }
  get now() { return this.#core.x.wax_now(); }

  spawn(name, input, options = {}) {
    const core = this.#core;
    const { x, memory } = core;
    if (this.#closing) throw new ClosedError('the runtime is closing: it takes no new tasks');
    const { signal, timeout: limit, name: label, stackSize = 0, eager } = checked(options);
    const { entry, flags } = this.#entry(name);
    const atOnce = eager && !signal?.aborted && limit !== 0;
    memory.give(input, `the input of '${name}'`);
    const { type, data, size, number } = memory;
    const start = () =>
      x.wax_spawn(entry, type, data, size, number, memory.note(label), stackSize, flags | (atOnce ? EAGER : 0));
    const handle = atOnce ? core.run(start) : start();
    if (handle === 0) throw new TaskError(core.sentence(), -5, name, '');
    const task = new Task(core, handle, label);
    if (signal || limit !== undefined) task._limit(signal, limit);
    core.wake();
    return task;
  }

  gather(items, options) { return gather(this.#core, items, options); }
  wait(items, options) { return wait(this.#core, items, options); }
  waitFor(item, ms) { return waitFor(this.#core, item, ms); }
  shield(item) { return shield(this.#core, item); }
  asCompleted(items, options) { return asCompleted(this.#core, items, options); }
  timeout(ms, body) { return timeout(this.#core, ms, body); }
  group(body) { return group(this.#core, this, body); }

  /** Also those that C has spawned. */
  tasks() {
    const { x, owners } = this.#core;
    const tasks = [];
    for (let handle = x.wax_next_task(0); handle !== 0; handle = x.wax_next_task(handle)) {
      tasks.push(owners.get(handle) ?? new Task(this.#core, handle));
    }
    return tasks;
  }

  counts() {
    const at = this.#core.x.wax_counts() >>> 2;
    const { i32 } = this.#core.memory.fresh();
    return Object.fromEntries(countNames.map((name, i) => [name, i32[at + i] >>> 0]));
  }

  on(kind, listener) { return this.#core.reports.on(kind, listener); }

  advance(ms) {
    expectTime(ms, 'advance: ms');
    const { x } = this.#core;
    expect(x.wax_advance(ms) === 0, this.#core.sentence());
    this.#core.wake();
  }

  close({ grace = 5000 } = {}) {
    expectTime(grace, 'close: grace');
    if (this.#closing || this.closed) return this.#closing ?? Promise.resolve();
    this.#core.x; // refuses inside of an import
    return this.#closing = this.#close(grace);
  }
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() { return this.close(); }

  async #close(grace) {
    const core = this.#core;
    const cause = Cause.ofCancel('the runtime is closing');
    for (const future of core.open) future.cancel(cause.value);
    // Each task is asked once, also one that another's clean-up has spawned meanwhile.
    const asked = new Set();
    const askAll = () => {
      for (const task of this.tasks()) {
        if (!asked.has(task)) task._stop(cause);
        asked.add(task);
      }
    };
    askAll();
    core.wake();
    let timer;
    await new Promise((resolve) => {
      core.afterTurn = () => {
        if (core.alive === 0) resolve();
        else askAll();
      };
      if (grace < 2 ** 31) timer = setTimeout(resolve, grace);
    });
    clearTimeout(timer);
    if (core.dead) return;
    for (const task of this.tasks()) task.name; // the wasm is asked for it now or never
    core.exports.wax_discard();
    core.end('the runtime is closed', undefined, EDISCARDED);
    core.reports.close();
  }

  // By its WA_TASK; else any exported function that takes a pointer and returns a status.
  #entry(name) {
    const known = this.#entries.get(name);
    if (known) return known;
    expect(typeof name === 'string', `spawn takes the name of a C task, not ${show(name)}`);
    const { x, memory } = this.#core;
    let found = { entry: x.wax_find(memory.note(name)), flags: 0 };
    if (found.entry === 0) {
      const f = /^(_|wax?_)/.test(name) ? undefined : x[name];
      const table = x.__indirect_function_table;
      expect(typeof f === 'function' && f.length === 1 && table,
        `no task is named ${show(name)}: name it with WA_TASK in C`);
      found = { entry: table.grow(1), flags: BY_INDEX };
      table.set(found.entry, f);
    }
    this.#entries.set(name, found);
    return found;
  }
}

function checked(options) {
  expect(typeof options === 'object' && options, `spawn: options must be an object, not ${show(options)}`);
  const { signal, timeout: limit, name, stackSize } = options;
  expect(signal === undefined || typeof signal?.addEventListener === 'function',
    `spawn: signal must be an AbortSignal, not ${show(signal)}`);
  expectTime(limit, 'spawn: timeout');
  expect(name === undefined || typeof name === 'string', `spawn: name must be a string, not ${show(name)}`);
  expect(stackSize === undefined || (Number.isInteger(stackSize) && stackSize >= 256 && stackSize <= 2 ** 30),
    `spawn: stackSize must be bytes, 256 to 1073741824, not ${show(stackSize)}`);
  return options;
}
