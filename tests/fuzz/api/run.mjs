// Builds the fuzz of the C API for a host and runs so many of its programs: which went wrong, and how to run that one alone.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as buildSuite, run } from '../../core/suite.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here).filter((name) => name.endsWith('.c')).sort().map((name) => join(here, name));
const wrapped = { native: ['malloc'], wasm: ['wa__alloc', 'wa__block_alloc'] }; // memory.c makes them fail
const flagsFor = (host) => wrapped[host === 'native' ? host : 'wasm'].map((name) => `-Wl,--wrap=${name}`);
export const workers = availableParallelism();
const batch = 1000; // programs in a process
const silence = 300_000; // ms: a batch takes some seconds

export function build(host, level) {
  return buildSuite({ name: 'fuzz-api', files, flags: flagsFor(host) }, host, level);
}

const tool = relative(process.cwd(), fileURLToPath(new URL('../api.mjs', import.meta.url)));
const alone = (host, level, seed, same) =>
  `alone: node ${tool} --host=${host} --level=${level} --seed=${seed}${same ? ' --same' : ''} --print`;

// What a batch printed, if nothing went wrong in it. A wasm that traps says nothing of its seed: then it is the one behind those
// that it has printed.
async function runBatch({ host, level, program, seed, count, words }) {
  const { code, output, complaint } = await run(host, program, [seed, count, ...words].map(String), silence);
  if (code === 0) return output;
  const [, told] = /^(?:seed |in the program of seed )(\d+)/m.exec(complaint) ?? [];
  const bad = told ?? seed + output.split('\n').length - 1;
  const same = words.includes('same');
  throw new Error(`ended with ${code}\n${complaint.slice(-4000)}\n${alone(host, level, bad, same)}`);
}

// One batch after the other, on so many workers; each batch's { seed, output } goes to `each`.
async function runAll({ host, level, seed, count, workers: n = 1, told = () => {} }, words, each = () => {}) {
  const program = await build(host, level);
  const end = seed + count;
  let next = seed, done = 0;
  const work = async () => {
    while (next < end) {
      const first = next, size = Math.min(batch, end - first);
      next += size;
      each(await runBatch({ host, level, program, seed: first, count: size, words }));
      told(done += size);
    }
  };
  await Promise.all(Array.from({ length: n }, work));
}

const timed = async (work) => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** Everything that a host can do. Returns how many seconds it took; throws what went wrong. */
export const runPrograms = (options) => timed(() => runAll(options, ['hashes']));

const read = (map) => (output) => {
  for (const [, seed, hash] of output.matchAll(/^(\d+) ([0-9a-f]{16})$/gm)) map.set(Number(seed), hash);
};

/** The same programs natively and on that host: each must do the same, call by call. */
export const compare = (options) => timed(async () => {
  const { host, level, seed, count } = options;
  const native = new Map(), other = new Map();
  await runAll({ ...options, host: 'native', level: 'O1', told: undefined }, ['same', 'hashes'], read(native));
  await runAll(options, ['same', 'hashes'], read(other));
  const different = [...native.keys()].sort((a, b) => a - b).filter((one) => native.get(one) !== other.get(one));
  if (native.size !== count) throw new Error(`${native.size} programs ran, of ${count} from seed ${seed}`);
  if (!different.length) return;
  const [bad] = different;
  throw new Error(`${different.length} of ${count} programs do not do what they do natively; the first is that of seed ${bad}
${alone(host, level, bad, true)}
${alone('native', 'O1', bad, true)}`);
});
