// Arguments: right ones, so that things happen, and every kind of wrong one: stale and forged handles, pointers into
// the stack, the heap's middle, beyond the memory, sizes without end, numbers that are none.
const words = [0, 1, 2, 7, 8, 16, 24, 32, 40, 48, 64, 255, 256, 4096, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];
const wild = (r) => (r.chance(0.1) ? r.next() : r.pick(words));
const stacks = [0, 8192, 16384, 65536], wrongStacks = [1, 255, 2 ** 30 + 1, 0x80000000, 0xffffffff];
const numbers = [0, 1, 2, 17, 0.5, -1, -0.001, 1e-300, 1e9, 1e18, 1e300, -1e300, NaN, Infinity, -Infinity];

export class Values {
  constructor(random, weights) {
    this.random = random;
    this.weights = weights;
    this.handles = [];
    this.released = new Set(); // void until they are given again
    this.opens = [];   // of what the host settles
    this.blocks = [];  // {pointer}, given by wax_alloc: some freed, some taken over
    this.entries = [];
  }

  attach(guest) { this.guest = guest; }

  name(names) {
    if (!this.table) {
      this.table = names.flatMap((name) => Array(Math.round(10 * (this.weights[name] ?? 1))).fill(name));
    }
    return this.random.pick(this.table);
  }

  handle(handle) {
    if (!handle) return;
    this.released.delete(handle);
    this.#keep(this.handles, handle);
  }

  open(handle) {
    this.handle(handle);
    if (handle) this.#keep(this.opens, handle);
  }

  block(pointer) {
    if (!pointer) return;
    if (pointer >= this.guest.memory.byteLength) throw new Error(`wax_alloc gave ${pointer}`);
    this.#keep(this.blocks, pointer);
  }

  /** What the call has made of its arguments: most of what is stale is forgotten, or nothing else would be left. */
  done(name, args, result) {
    if (name === 'wax_release' && result === 0) this.released.add(args[0] >>> 0);
    if (!this.random.chance(0.9)) return;
    const others = (list, gone = args[0]) => list.filter((one) => one !== gone >>> 0);
    if (name === 'wax_spawn') this.blocks = others(this.blocks, args[2]);
    if (name === 'wax_settle') this.blocks = others(this.blocks, args[3]);
    if (result !== 0) return;
    if (name === 'wax_release') this.handles = others(this.handles);
    if (name === 'wax_settle') this.opens = others(this.opens);
    if (name === 'wax_free') this.blocks = others(this.blocks);
  }

  #keep(list, item) {
    if (list.length < 60) list.push(item);
    else list[this.random.below(60)] = item;
  }

  // Type, data, size and number that go together.
  #operands() {
    const r = this.random, block = r.chance(0.5) ? r.pick(this.blocks) : undefined;
    if (block) return { type: 1 + r.below(2), data: block, size: r.below(8), number: 0 };
    return { type: r.pick([0, 3]), data: 0, size: 0, number: r.pick(numbers) };
  }

  /** The arguments of a call. */
  all(kinds) {
    const right = kinds.includes('type') && this.random.chance(0.9) ? this.#operands() : {};
    return kinds.map((kind) => right[kind] ?? this.of(kind));
  }

  /** A text for wax_find and for names; the host may give any address. */
  #text() {
    const r = this.random;
    if (r.chance(0.6)) return 0;
    if (r.chance(0.5) && this.entries.length) return this.guest.exports.wax_entry(r.below(20)) >>> 0;
    return r.chance(0.5) ? r.below(this.guest.memory.byteLength) : this.#pointer();
  }

  #pointer() {
    const r = this.random, end = this.guest.memory.byteLength;
    const near = (r.pick(this.blocks) ?? 0) + r.below(24) - 8;
    return r.pick([wild(r), r.below(end), end - r.below(32), end + r.below(32), near]) >>> 0;
  }

  /** An argument alone: right as often as not. */
  of(kind) {
    const r = this.random;
    switch (kind) {
      case 'entry': return r.chance(0.93) ? r.pick(this.entries) ?? 0 : r.chance(0.5) ? r.below(200) : this.#pointer();
      case 'handle':
        if (r.chance(0.8)) return r.pick(this.handles) ?? 0;
        return r.chance(0.5) ? r.below(100) | r.below(4) << 22 : wild(r);
      case 'open': return r.chance(0.8) ? r.pick(this.opens) ?? 0 : this.of('handle');
      case 'data': return r.chance(0.3) ? 0 : r.chance(0.7) ? r.pick(this.blocks) ?? 0 : this.#pointer();
      case 'size': return r.chance(0.96) ? r.below(200) : wild(r);
      case 'text': return this.#text();
      case 'type': return r.chance(0.9) ? r.below(4) : wild(r);
      case 'number': case 'ms': return r.chance(0.5) ? r.below(5) : r.pick(numbers);
      // A small stack that the runtime accepts is a task's own overflow, which is a trap as it should be.
      case 'stack': return r.pick(r.chance(0.93) ? stacks : wrongStacks);
      case 'flags': return r.chance(0.93) ? r.below(2) : wild(r);
      case 'status': return r.chance(0.7) ? r.pick([0, -1, -8, -1001]) : wild(r) | 0;
      case 'index': return r.chance(0.9) ? r.below(30) : wild(r);
      case 'fd': return r.chance(0.9) ? r.below(5) : wild(r);
      case 'kind': return r.chance(0.5) ? r.below(5) : wild(r);
      case 'capacity': return r.pick([0, 0, 16, 1000]);
      default: throw new Error(`no kind ${kind}`);
    }
  }
}
