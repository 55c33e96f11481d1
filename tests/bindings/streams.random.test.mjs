// Streams cut into any pieces, slow at any moment, ended from any side at any time: what arrives is the beginning of
// what was sent, whole if nothing went wrong; every end hears of it; and nothing is left.
import assert from 'node:assert/strict';
import { pipe } from '../../bindings/streams.js';
import { onBoth } from './setup.mjs';

const rounds = Number(process.env.WASYNCIO_ROUNDS ?? 100);

function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}
// Nothing, a microtask, a turn of the host, or time.
const pause = async (below) => {
  const kind = below(8);
  if (kind === 1) await null;
  if (kind === 2) await new Promise((resolve) => { setImmediate(resolve); });
  if (kind === 3) await new Promise((resolve) => { setTimeout(resolve, below(3)); });
};
const byte = (i) => (i * 31 + (i >> 8)) & 255;

async function round(rt, seed) {
  const below = random(seed);
  const size = below(4) === 0 ? below(10) : below(400_000);
  const how = ['well', 'well', 'task', 'source', 'sink', 'reader', 'writer', 'timeout'][below(8)];
  const at = below(size + 1); // after so many bytes
  const seen = { how, received: 0, right: true, sourceEnded: false, sinkEnded: false };
  const strike = { task: () => task.cancel('stop') }[how];

  let sent = 0;
  const from = new ReadableStream({
    async pull(controller) {
      await pause(below);
      if (how === 'source' && sent >= at) throw new Error('stop');
      if (sent >= at) strike?.();
      const length = Math.min(below(3) === 0 ? below(100_000) : below(50), size - sent);
      if (length === 0 && sent < size) return controller.enqueue(new Uint8Array());
      if (sent === size) {
        seen.sourceEnded = true;
        return controller.close();
      }
      controller.enqueue(Uint8Array.from({ length }, (_, i) => byte(sent + i)));
      sent += length;
    },
    cancel() { seen.sourceEnded = true; },
  }, { highWaterMark: below(2) });
  const take = (chunk) => {
    for (let i = 0; i < chunk.length; i++) seen.right &&= chunk[i] === ((byte(seen.received + i) + 3) & 255);
    seen.received += chunk.length;
  };
  const to = new WritableStream({
    async write(chunk) {
      await pause(below);
      if (how === 'sink' && seen.received >= at) throw new Error('stop');
      take(chunk);
    },
    close() { seen.sinkEnded = true; },
    abort() { seen.sinkEnded = true; },
  });

  // Both ends given, or made.
  const made = how === 'reader' || how === 'writer' || below(2) === 0;
  const options = { input: '3', timeout: how === 'timeout' ? below(5) : undefined };
  const { task, readable, writable, closed } = pipe(rt, 'pass', made ? options : { ...options, from, to });
  const ends = [task.then(() => 'well', () => 'not well'), closed.then(() => true, () => false)];
  if (made) {
    const controller = new AbortController();
    if (how === 'writer') setTimeout(() => controller.abort('stop'), below(4));
    ends.push(from.pipeTo(writable, { signal: controller.signal }).catch(() => {}));
    if (how === 'reader') ends.push(cancelAfter(readable.getReader(), at, take).then(() => { seen.sinkEnded = true; }));
    else ends.push(readable.pipeTo(to).catch(() => {}));
  }
  [seen.outcome, seen.closed] = await Promise.all(ends);
  seen.made = made;
  // What is under way to a slow sink is waited for; an end that never comes is the test's to find.
  const deadline = performance.now() + 30_000;
  const left = () => { const { tasks, operations, timers } = rt.counts(); return tasks + operations + timers; };
  const over = () => (seen.sinkEnded || how === 'sink') && (seen.sourceEnded || how === 'source') && left() === 0;
  do await new Promise((resolve) => { setTimeout(resolve, 1); });
  while (!over() && performance.now() < deadline);
  return { ...seen, size, left: left() };
}

async function cancelAfter(reader, at, take) {
  for (let received = 0; received < at;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    take(value);
    received += value.length;
  }
  await reader.cancel('stop').catch(() => {});
}

onBoth('streams at random', (test) => {
  test(`${rounds} rounds`, { clock: 'real' }, async (rt, { reports }) => {
    const outcomes = new Set();
    for (let seed = 1; seed <= rounds; seed++) {
      const seen = await round(rt, seed);
      const { how, outcome, received, size, right, sinkEnded } = seen;
      const told = `seed ${seed}: ${JSON.stringify(seen)}`;
      assert.ok(right, told);
      assert.ok(received <= size, told);
      if (how === 'well') assert.deepEqual([outcome, received, seen.closed], ['well', size, true], told);
      if (outcome !== 'well' || (how === 'sink' && !seen.made && received < size)) assert.equal(seen.closed, false, told);
      if (outcome === 'well' && how !== 'sink' && how !== 'reader') assert.equal(received, size, told);
      if (how !== 'sink') assert.ok(sinkEnded, told);
      if (how !== 'source') assert.ok(seen.sourceEnded, told);
      outcomes.add(`${how}: ${outcome}`);
      assert.equal(seen.left, 0, told);
    }
    assert.ok(outcomes.size > 8, [...outcomes].join(', '));
    assert.deepEqual(reports, []);
  });
}, 'streams');
