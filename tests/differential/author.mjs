// Writes the bodies of one program, at random but valid by construction:
//   a body of level n spawns and awaits only tasks of bodies below n, so awaits have no cycle and spawning has an end;
//   a slot's name tells its body (t10b runs b10), so that this stays true whatever is spawned again;
//   `finally` blocks hold no `return` and no `raise`; `reraise` stands only in handlers.

import { block, op, walk } from './tree.mjs';
import { STATEMENTS } from './vocabulary.mjs';

const DAMPING = 0.18; // how much less likely a block is with every level of blocks around it: what is deep seldom runs
const NESTING = new Set(['try', 'repeat', 'timeout', 'group', 'locked', 'limited', 'burst']);
const SIZES = { small: 5, medium: 4, large: 1 };
const SHAPE = {
  small: { levels: [1, 2], bodies: [1, 2], main: [3, 7], body: [1, 5], block: [1, 3] },
  medium: { levels: [1, 3], bodies: [1, 3], main: [4, 10], body: [1, 7], block: [1, 4] },
  large: { levels: [2, 4], bodies: [2, 3], main: [6, 16], body: [2, 9], block: [1, 6] },
};

function mayTimeOut(ops) {
  return [...walk(ops)].some(({ words }) => ['timeout', 'wait_for', 'as_completed'].includes(words[0]));
}

export class Author {
  constructor(random, family) {
    Object.assign(this, { random }, family);
    this.shape = SHAPE[random.weighted(SIZES)];
    this.values = 0;
    this.slots = []; // { name, body, level }
    this.depth = 0;
  }

  count(name) {
    return this.random.from(...this.shape[name]);
  }

  object(kind) {
    const names = this.objects.filter((words) => words[0] === kind).map((words) => words[1]);
    return names.length ? this.random.pick(names) : undefined;
  }

  lockOf(condition) {
    return this.objects.find((words) => words[1] === condition)[2];
  }

  value() {
    return `v${++this.values}`;
  }

  error() {
    return `e${this.random.from(1, 3)}`;
  }

  /** Whoever can be cancelled or looked at: any task, main, a future. */
  anyone() {
    const future = this.random.chance(0.12) ? this.object('future') : undefined;
    if (future) return future;
    return this.random.chance(0.85) && this.slots.length ? this.random.pick(this.slots).name : 'main';
  }

  below(place) {
    return this.slots.filter((slot) => slot.level < place.level);
  }

  /** One to `most` names of what a body of this level may wait for, sometimes one twice. */
  awaitable(place, most) {
    const slots = this.below(place);
    const names = [];
    for (let n = this.random.from(1, most); n > 0; n--) {
      const name = this.random.chance(0.75) && slots.length ? this.random.pick(slots).name : this.object('future');
      if (name && (!names.includes(name) || this.random.chance(0.15))) names.push(name);
    }
    return names;
  }

  /** Spawns some of the tasks that are about to be waited for: else most of them would be done already. */
  revive(names, place) {
    const own = this.below(place).filter((slot) => names.includes(slot.name) && this.random.chance(0.45));
    return own.map((slot) => op(place.group && this.random.chance(0.5) ? 'gspawn' : 'spawn', slot.name, slot.body));
  }

  spawn(verb, place) {
    const slots = this.below(place);
    if (!slots.length) return undefined;
    const slot = this.random.pick(slots);
    return [op(verb, slot.name, slot.body)];
  }

  loose(verb) {
    const name = this.object(this.random.pick(['lock', 'semaphore']));
    return name && [op(verb, name)];
  }

  tryBlock(place) {
    const body = this.ops(place);
    const shape = this.random.pick(['except', 'except', 'finally', 'both']);
    const rest = {};
    if (shape !== 'finally') {
      rest.kind = this.random.weighted({ cancelled: 4, timeout: mayTimeOut(body) ? 4 : 0.5, error: 2, any: 2 });
      const look = this.random.chance(0.2) ? [op(this.random.pick(['cancelling', 'uncancel']))] : [];
      rest.handler = [...look, ...this.ops({ ...place, handler: true })];
      if (this.random.chance(0.4)) rest.handler.push(op('reraise'));
    }
    if (shape !== 'except') rest.final = this.ops({ ...place, final: true, handler: false }, 2);
    return block(['try'], body, rest);
  }

  /** What a group holds: first some members. */
  groupOps(place) {
    const members = [];
    for (let n = this.random.from(0, 3); n > 0; n--) members.push(...(this.spawn('gspawn', place) ?? []));
    return [...members, ...this.ops(place)];
  }

  /** Pokes in a row, mostly in a `try` each, so that one that is a misuse does not end the burst. */
  burst(place) {
    const ops = [];
    for (let n = this.random.from(2, 5); n > 0; n--) {
      const poke = this.statement(this.pokes, place);
      const guard = poke[0].words[0] !== 'cancel' && this.random.chance(0.5);
      ops.push(...(guard ? [block(['try'], poke, { kind: 'any', handler: [op('sleep', 0)] })] : poke));
      if (this.random.chance(0.25)) ops.push(op('sleep', 0));
    }
    return ops;
  }

  statement(weights, place) {
    for (;;) {
      const name = this.random.weighted(weights);
      if (NESTING.has(name) && this.random.chance(this.depth * DAMPING)) continue;
      const ops = STATEMENTS[name](this, place);
      if (ops) return ops;
    }
  }

  /** The ops of a block; deeper ones are shorter. */
  ops(place, most = 99) {
    this.depth++;
    const ops = [];
    for (let n = Math.min(this.count(place.count ?? 'block'), most); n > 0; n--) {
      const inner = { ...place, count: undefined, last: n === 1 };
      ops.push(...this.statement(place.weights, inner));
    }
    this.depth--;
    return ops;
  }

  bodies() {
    const plan = [];
    const levels = this.count('levels');
    for (let level = 0; level < levels; level++) {
      for (let k = 0, n = this.count('bodies'); k < n; k++) plan.push({ name: `b${level}${k}`, level });
    }
    this.slots = plan.flatMap(({ name, level }) =>
      [...this.letters].map((letter) => ({ name: `t${name.slice(1)}${letter}`, body: name, level })));
    const { weights } = this;
    const bodies = plan.map(({ name, level }) => ({ name, ops: this.ops({ level, weights, count: 'body' }) }));
    const first = this.slots.filter(() => this.random.chance(0.75)).map((slot) => op('spawn', slot.name, slot.body));
    const rest = this.ops({ level: levels, weights: this.main, count: 'main' });
    return [...bodies, { name: 'main', ops: [...first, ...rest] }];
  }
}
