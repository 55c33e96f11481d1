// What is measured: each bench with its points, who takes part, and what the answer's check must be. A point is
// { n, depth }; per: what one operation is, among count * n of them.
//
//   n      tasks (or timers, ...) at once          depth  awaits that lie on each other
//   count  how often each does it: found by the measuring rule (measure.mjs), the same rule for all
import { createHash } from 'node:crypto';

export const hosts = ['node', 'chromium', 'wasmtime'];

const usual = ['wasyncio-clang', 'wasyncio-emcc', 'js', 'effection', 'effect', 'cpython', 'pyodide'];
const without = (...names) => usual.filter((name) => !names.includes(name));
const at = (...ns) => ns.map((n) => ({ n, depth: 1 }));
const total = (n, count) => n * count;

// The first word of the SHA-256 of n bytes, as bench/c/time.c has them: by another's implementation.
const digests = new Map();
function digest(n) {
  if (!digests.has(n)) {
    const bytes = new Uint8Array(n).map((_, i) => i);
    digests.set(n, createHash('sha256').update(bytes).digest().readUInt32BE());
  }
  return digests.get(n);
}

export const plan = [
  {
    name: 'yield', title: 'giving up the turn', per: 'yield', points: at(2, 1_000, 100_000),
    subjects: [...usual, 'emscripten-fiber', 'jspi'], check: total,
    limits: { jspi: { n: 1_000 } }, // more stacks end the page
  },
  {
    name: 'yield-crowd', title: 'giving up the turn, 100,000 tasks and 1,000 in one process', per: 'yield', points: at(100_000),
    subjects: ['100,000, clang', '1,000, clang', '100,000, emcc', '1,000, emcc'], check: total,
  },
  {
    name: 'await-depth', title: 'a yield, so many awaits deep', per: 'yield',
    points: [1, 10, 50].map((depth) => ({ n: 1_000, depth })), subjects: usual, check: total,
  },
  {
    name: 'await-depth-plain', title: 'a yield, so many plain C calls deep', per: 'yield',
    points: [1, 10, 50].map((depth) => ({ n: 1_000, depth })),
    subjects: ['wasyncio-clang', 'wasyncio-emcc', 'emscripten-fiber'], check: total,
  },
  {
    name: 'spawn-await', title: 'a task spawned and awaited', per: 'task', points: at(1), subjects: usual,
    check: total,
  },
  {
    name: 'sleep', title: 'a timer set and fired', per: 'timer', points: at(1_000, 10_000, 100_000, 1_000_000),
    subjects: ['wasyncio-clang', 'wasyncio-emcc', 'js', 'js, callbacks', 'cpython'], check: total, batch: 0.1, most: 5,
  },
  { name: 'event', title: 'n tasks wait for an event', per: 'wait', points: at(1_000), subjects: usual, check: total },
  {
    name: 'lock', title: 'a lock held over a yield, n tasks in line', per: 'hand-over', points: at(1_000),
    subjects: without('effection'), check: total,
  },
  { name: 'queue', title: 'an item handed over', per: 'item', points: at(1), subjects: usual, check: total },
  {
    name: 'gather', title: 'a thousand tasks that yield once, gathered', per: 'task', points: at(1_000),
    subjects: usual, check: total,
  },
  {
    name: 'cancel', title: 'a sleeping task cancelled, cleaned up, awaited', per: 'task',
    points: at(1_000, 10_000, 100_000), subjects: usual, check: total,
  },
  {
    name: 'timeout', title: 'a timeout scope entered and left', per: 'scope', points: at(1),
    subjects: without('effection'), check: total,
  },
  {
    name: 'promise', title: "JavaScript's promises awaited", per: 'await', points: at(1, 1_000),
    subjects: ['wasyncio-clang', 'wasyncio-emcc', 'js', 'effection', 'effect', 'em-async-js', 'jspi'], check: total,
    limits: { 'em-async-js': { n: 1 } },
  },
  {
    name: 'host-call', title: 'a host function called and awaited', per: 'call', points: at(1),
    subjects: ['wasyncio-clang', 'wasyncio-emcc', 'js', 'em-async-js', 'jspi'], check: total,
  },
  {
    name: 'abort-latency', title: "from abort() to the task's last line", per: 'abort', points: at(1), batch: 1,
    subjects: ['wasyncio-clang', 'wasyncio-emcc', 'js', 'cpython', 'pyodide'], check: total,
  },
  {
    name: 'checkpoint', title: 'wa_checkpoint, eight in a row and nothing else', per: 'call', points: at(1),
    subjects: ['wasyncio-clang', 'wasyncio-emcc'], check: total,
  },
  {
    name: 'checkpoint-added', title: 'what wa_checkpoint adds to FNV-1a, one per byte', per: 'call', points: at(1),
    subjects: ['wasyncio-clang', 'wasyncio-emcc'], check: total, least: 1e7, most: 2e7,
  },
  {
    name: 'checkpoint-sha256', title: 'SHA-256 over 64 MB, a checkpoint per block or none', per: 'byte',
    points: at(2 ** 26), rounds: 31, subjects: ['checks, clang', 'none, clang', 'checks, emcc', 'none, emcc'], check: digest,
  },
  ...[['sha256', 'a megabyte hashed'], ['queens', 'eight queens placed'], ['matrix', 'a product of matrices']].map(
    ([name, title]) => ({
      name: `compute-${name}`, title: `code that cannot suspend: ${title}`, per: 'round', points: at(1),
      subjects: ['runtime, clang', 'plain, clang', 'runtime, emcc', 'plain, emcc'], check: total, batch: 10, rounds: 41,
    })),
  ...[
    ['memory', 'parked in sleep', ['js', 'effection', 'effect', 'cpython', 'emscripten-fiber']],
    ['memory-locals', 'parked with 100 bytes of live variables', []],
    ['memory-deep', 'parked ten plain calls deep', []],
    ['memory-deep-calls', 'parked ten wa_calls deep', []],
  ].map(([name, title, peers]) => ({
    name, title, per: 'task', unit: 'bytes_per_task', points: at(100_000, 1_000_000), check: (n) => n,
    subjects: ['wasyncio-clang', 'wasyncio-emcc', ...peers],
    limits: { effection: { n: 100_000 }, 'emscripten-fiber': { n: 100_000 } },
  })),
];
