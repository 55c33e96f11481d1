// A random program, the same one for the same seed and number. It makes nodes, cancels some and aborts signals.
//
// `apart`: what one node, or one body, deals with has no source in common, so that it ends at moments of its own.
// `shared`: anything may wait for anything.
// `ties`: as `apart`, but many end at one moment, a whole thousand (not after a clean-up). Nodes are made soon after it;
//   deadlines pass, and cancellations come, at moments of their own between two of them.

import { Random } from '../random.mjs';
import { SIGNALS } from './program.mjs';

const FAMILIES = ['apart', 'shared', 'ties'];
const MOMENTS = 1e8; // so many that hardly two are one
const LEAVES = { leaf: 20, promise: 7 };
const COMBINATORS = { gather: 13, wait: 10, waitFor: 12, shield: 8, timeout: 10, group: 12, asCompleted: 5 };
const DEPTH = 3;

/** What a node's end depends on; `common`: two things that it deals with have some of that in common. */
class Sources extends Set {
  take(others) {
    for (const source of others) {
      this.common ||= this.has(source);
      this.add(source);
    }
  }
}

class Author {
  constructor(random, family) {
    Object.assign(this, { random, family });
    this.now = 0;
    this.deadlines = 0;
    this.made = []; // ids
    this.sources = []; // by id: what its end may depend on
    this.count = 0;
  }

  /** After so long, made now. */
  moment(offset = 0) {
    return this.family === 'ties' ? 1000 * this.random.from(1, 6) + offset - this.now : this.random.from(1, MOMENTS);
  }
  deadline() {
    return this.moment(100 + 10 * this.deadlines++);
  }
  signal(share) {
    return this.random.chance(share) ? { signal: this.random.from(0, SIGNALS - 1) } : {};
  }

  /** Up to `most` ids; outside of `shared`, only such as have nothing in common, with each other and with `taken`. */
  items(most, taken) {
    const chosen = [];
    for (let n = this.random.from(1, most); n > 0 && this.made.length; n--) {
      const id = this.random.pick(this.made);
      const again = chosen.includes(id) && this.random.chance(0.3);
      if (!again && this.family !== 'shared' && [...this.sources[id]].some((source) => taken.has(source))) continue;
      taken.take(this.sources[id]);
      chosen.push(id);
    }
    return chosen;
  }

  /** A node of the kind. What it depends on is added to `taken`. */
  node(kind, depth, taken) {
    const id = this.count++;
    const own = new Sources([id]);
    const node = { id, kind, ...this[kind](own, depth) };
    if (node.signal !== undefined) own.add(`signal ${node.signal}`);
    if (this.family !== 'shared' && [...own].some((source) => taken.has(source))) return undefined;
    this.sources[id] = new Set([...own, ...taken]); // in a body it is made after what stands before it
    taken.take(own);
    // Of ties only these: another body might ask for what a body makes at that very moment.
    if (depth === 0 || this.family !== 'ties') this.made.push(id);
    return node;
  }
  any(depth, taken) {
    return this.node(this.random.weighted(this.made.length ? { ...LEAVES, ...COMBINATORS } : LEAVES), depth, taken);
  }

  leaf() {
    const { random } = this;
    return {
      after: this.moment(), mode: random.pick([0, 0, 0, 1, 2, 2, 3, 4]), clean: random.from(1, MOMENTS),
      end: random.chance(0.35) ? -random.from(1001, 1500) : random.from(0, 49),
      ...(random.chance(0.2) ? { eager: true } : {}), ...(random.chance(0.12) ? { timeout: this.deadline() } : {}),
      ...this.signal(0.25),
    };
  }
  promise() {
    const end = this.random.chance(0.4) ? -this.random.from(2000, 2499) : this.random.from(100, 149);
    return { after: this.moment(), end };
  }
  late() {
    return this.random.chance(0.5) ? { timeout: this.deadline() } : {};
  }
  gather(own) {
    return { items: this.random.chance(0.06) ? [] : this.items(4, own), ...(this.random.chance(0.4) ? { collect: true } : {}) };
  }
  wait(own) {
    return { items: this.items(4, own), when: this.random.pick(['first', 'error', 'all']), ...this.late() };
  }
  waitFor(own) {
    return { items: this.items(1, own), ...(this.random.chance(0.75) ? { timeout: this.deadline() } : {}) };
  }
  shield(own) {
    return { items: this.items(1, own) };
  }
  asCompleted(own) {
    return { items: this.items(4, own), ...this.late(), ...(this.random.chance(0.3) ? { take: this.random.from(1, 3) } : {}) };
  }
  timeout(own, depth) {
    return { ...this.late(), ...this.body(own, depth, { make: 6, await: 3, move: 1.5, stop: 1 }), ...this.signal(0.15) };
  }
  group(own, depth) {
    return { ...this.body(own, depth, { spawn: 4, add: 2, make: 3, await: 2, stop: 1.5 }), ...this.signal(0.15) };
  }

  body(own, depth, weights) {
    const known = [own.values().next().value]; // whom its steps may stop: its own scope, and what they have made
    const steps = Array.from({ length: this.random.from(0, 3) }, () =>
      this.step(this.random.weighted(weights), own, depth, known));
    const end = this.random.chance(0.2) ? -this.random.from(3000, 3499) : this.random.from(200, 249);
    const done = steps.filter((step) => step && Object.values(step)[0] !== undefined);
    return { steps: done, end, ...(own.common ? { common: true } : {}) };
  }
  step(verb, own, depth, known) {
    const { random } = this;
    if (verb === 'stop') return { stop: random.pick(known), reason: `s${this.count}` };
    if (verb === 'move') return { move: random.chance(0.2) ? null : this.deadline() };
    if (verb === 'spawn') {
      const spawn = this.node('leaf', depth + 1, own);
      if (spawn) known.push(spawn.id);
      return { spawn };
    }
    if (verb === 'add') {
      const [add] = this.items(1, own);
      if (add !== undefined) known.push(add);
      return { add };
    }
    const caught = random.chance(0.3) ? { catches: true } : {};
    if (verb === 'await') return { await: this.items(1, own)[0], ...caught };
    return { make: depth < DEPTH ? this.any(depth + 1, own) : this.node('leaf', depth + 1, own), ...caught };
  }
}

/** Program `index` of the stream `seed`. */
export function generate(seed, index) {
  const family = FAMILIES[index % FAMILIES.length];
  const random = new Random(seed, index);
  const author = new Author(random, family);
  const moments = Array.from({ length: random.from(3, 10) }, (_, i) =>
    random.chance(0.6) ? i + 1 : author.moment(i + 1));
  const events = moments.sort((a, b) => a - b).map((at) => {
    author.now = family === 'ties' ? at % 1000 : 0;
    return { at, make: author.any(0, new Sources()) };
  });
  author.now = 0;
  for (let n = random.from(0, 3); n > 0; n--) {
    const what = random.chance(0.75) ? { cancel: random.pick(author.made) } : { abort: random.from(0, SIGNALS - 1) };
    events.push({ at: author.moment(900 + n), ...what, reason: `r${n}` });
  }
  return { name: `${family}-${seed}-${index}`, family, events: events.sort((a, b) => a.at - b.at) };
}
