// One instance under fuzz: its imports (a clock that only this moves, so that a run can be repeated; each may call back
// into the exports), and what must hold after every call.
import assert from 'node:assert/strict';
import { notFromImports, shapes } from './exports.mjs';

const EMISUSE = -4, EPENDING = -14, EIO = -16, INTR = 27, OP_STARTED = 2, DESCRIPTOR = 5, AGAIN = 6;
const byHandle = { handle: true, open: true };
const tooLong = 50_000; // imports in one call: none that ends makes so many

export class Guest {
  constructor(module, values) {
    this.values = values;
    this.random = values.random;
    this.clock = 1_000_000_000;
    this.depth = 0;
    this.log = null; // a list while a sequence is printed
    this.instance = new WebAssembly.Instance(module, this.#imports(module));
    this.exports = this.instance.exports;
    this.names = Object.keys(shapes).filter((name) => this.exports[name]);
    values.attach(this);
    this.exports._initialize?.();
  }

  get memory() { return this.exports.memory.buffer; }

  #imports(module) {
    const known = {
      clock_time_get: (id, precision, out) => {
        this.#imported();
        this.clock += 200 * this.random.below(100);
        new DataView(this.memory).setBigUint64(out >>> 0, BigInt(this.clock), true);
        this.#reenter(0.01);
        return 0;
      },
      sched_yield: () => {
        this.#imported();
        this.#reenter(0.2);
        return this.random.chance(0.3) ? INTR : 0;
      },
      fd_write: (fd, vectors, count, written) => {
        this.#imported();
        const view = new DataView(this.memory);
        let size = 0;
        for (let i = 0; i < count; i++) size += view.getUint32((vectors >>> 0) + 8 * i + 4, true);
        view.setUint32(written >>> 0, size, true);
        this.#reenter(0.2);
        return 0;
      },
      fd_read: (fd, vectors, count, read) => {
        this.#imported();
        new DataView(this.memory).setUint32(read >>> 0, this.random.below(3), true);
        return this.random.pick([0, AGAIN, 8]);
      },
      poll_oneoff: (wanted, events, count, ready) => this.#poll(wanted >>> 0, events >>> 0, ready >>> 0),
      called: () => this.#reenter(1),
    };
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = known[name] ?? (() => 8);
    }
    return imports;
  }

  // The first subscription, or none, is what happened.
  #poll(subscriptions, events, ready) {
    this.#imported();
    this.#reenter(0.2);
    const view = new DataView(this.memory), happened = this.random.below(2);
    this.clock += 1e6;
    view.setUint32(ready, happened, true);
    if (happened) {
      view.setBigUint64(events, view.getBigUint64(subscriptions, true), true);
      view.setUint16(events + 8, this.random.pick([0, 0, 8]), true);
      view.setUint8(events + 10, view.getUint8(subscriptions + 8));
    }
    return this.random.pick([0, 0, 0, 28]);
  }

  #imported() { if (++this.imports > tooLong) throw new Error('it hangs: a call that does not come back'); }

  #reenter(chance) {
    if (this.depth === 0 || this.depth > 2 || !this.random.chance(chance)) return;
    this.any((name) => !notFromImports.has(name));
  }

  // A random call.
  any(allowed = () => true) {
    let name;
    do name = this.values.name(this.names);
    while (!allowed(name));
    this.call(name, ...this.values.all(shapes[name][0]));
  }

  call(name, ...args) {
    this.log?.push(`${'  '.repeat(this.depth)}${name}(${args.join(', ')})`);
    if (this.depth === 0) this.imports = 0;
    this.depth++;
    const isVoid = shapes[name][0][0] in byHandle && this.values.released.has(args[0] >>> 0);
    const result = this.exports[name](...args);
    this.depth--;
    this.log?.push(`${'  '.repeat(this.depth)}  = ${result}`);
    if (isVoid && result !== EMISUSE && result !== 0) assert.fail(`${name} took the released handle ${args[0]}`);
    this.#check(name, result);
    this.values.done(name, args, result);
    return result;
  }

  #check(name, result) {
    const [kind, size] = shapes[name][1].split(' ');
    if (kind === 'number') return assert.ok(!Number.isNaN(result), `${name} = ${result}`);
    if (kind === 'status') return this.#expect(name, result, result <= 0);
    if (kind === 'verdict') return this.#expect(name, result, result <= 1);
    if (kind === 'count') return this.#expect(name, result, true);
    if (kind === 'text') return this.#text(name, result >>> 0);
    if (kind === 'handle') return this.values.handle(result >>> 0);
    if (kind === 'open') return this.values.open(result >>> 0);
    if (kind === 'block') return this.values.block(result >>> 0);
    if (kind === 'answers') return this.#answer(name, result >>> 0);
    this.#inside(name, result >>> 0, Number(size ?? 24));
    if (kind === 'state') this.#events(result >>> 0);
  }

  #expect(name, status, holds) {
    if (!holds || status === EPENDING || status < EIO) assert.fail(`${name} gave ${status}`);
    if (status === EMISUSE) this.#text('wax_error', this.exports.wax_error() >>> 0);
  }

  #inside(name, pointer, size) {
    if (pointer && pointer + size > this.memory.byteLength) assert.fail(`${name} gave the pointer ${pointer}`);
  }

  #text(name, pointer) {
    this.#inside(name, pointer, 1);
    if (pointer && new Uint8Array(this.memory).indexOf(0, pointer) < 0) assert.fail(`${name}: a text without an end`);
  }

  // Leaves answers, also to what is no operation, also more than there is room for.
  #answer(name, at) {
    const { random: r, values } = this;
    const view = new DataView(this.memory), capacity = view.getUint32(at + 4, true);
    this.#inside(name, at, 8 + 16 * capacity);
    for (let i = 0; i < capacity; i++) {
      view.setUint32(at + 8 + 16 * i, values.of('open'), true);
      view.setFloat64(at + 16 + 16 * i, values.of('number'), true);
    }
    view.setUint32(at, r.pick([0, 1, 1, 2, 5, capacity, capacity + 1, 0xffffffff]), true);
  }

  #events(state) {
    const view = new DataView(this.memory);
    const events = view.getUint32(state + 8, true), count = view.getUint32(state + 12, true);
    this.#inside('the events', events, 16 * count);
    if (this.depth > 0) return; // refused: the record is of the latest turn
    for (let i = 0; i < count; i++) {
      const kind = view.getUint32(events + 16 * i, true), id = view.getUint32(events + 16 * i + 4, true);
      assert.ok(kind >= 1 && kind <= 5, `an event of kind ${kind}`);
      if (id && kind !== DESCRIPTOR) this.values[kind === OP_STARTED ? 'open' : 'handle'](id);
    }
  }
}
