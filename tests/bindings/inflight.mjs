// 10,000 calls in flight at once in one instance, each waiting for a promise of its own; the promises settle in random
// order, some by rejection, while the memory grows again and again. In Node and in a browser.
const n = 10_000;

// A generator with a seed, so that an order that fails can be had again.
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

function shuffled(seed) {
  const below = random(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

// Each kind of result, of many sizes.
const kinds = [
  (i) => `text ${i} ${'é'.repeat(i % 50)}`,
  (i) => i + 0.5,
  (i) => new Uint8Array(i % 300).fill(i),
  (i) => new Error(`failed ${i}`),
];
const same = (a, b) => (b instanceof Uint8Array
  ? a instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]) : a === b);

export async function check(load, source, seed) {
  const waiting = new Map();
  const ask = (text) => new Promise((resolve, reject) => { waiting.set(Number(text), { resolve, reject }); });
  const rt = await load(source, { host: { ask }, stackSize: 2048 });
  const order = shuffled(seed);
  const finished = [];
  const ends = order.map((i) => rt.spawn('call', `ask ${i}`).then(
    (value) => value, (error) => error.cause).then((value) => { finished.push(i); return [i, value]; }));
  while (waiting.size < n) await new Promise((resolve) => { setTimeout(resolve, 1); });
  const { operations, tasks } = rt.counts();
  const sizes = new Set();
  const settling = shuffled(seed + 1);
  const given = [];
  for (const [k, i] of settling.entries()) {
    const value = kinds[i % 4](i);
    given[i] = value;
    if (value instanceof Error) waiting.get(i).reject(value);
    else waiting.get(i).resolve(value);
    if (k % 2500 === 1000) {
      sizes.add(rt.memory.buffer.byteLength);
      await rt.spawn('grow', (8 + 4 * sizes.size) * 2 ** 20);
    }
  }
  const results = await Promise.all(ends);
  const wrong = results.filter(([i, value]) => !same(value, given[i])).map(([i]) => i);
  const { tasks: tasksLeft, operations: operationsLeft, handles } = rt.counts();
  await rt.close();
  return {
    tasks, operations, wrong, grown: sizes.size > 2, inOrder: finished.every((i, k) => i === settling[k]),
    left: [tasksLeft, operationsLeft, handles],
  };
}

export const expected = { tasks: n, operations: n, wrong: [], grown: true, inOrder: true, left: [0, 0, 0] };
