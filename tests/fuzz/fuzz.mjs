// Builds the guest and runs so many batches on so many workers, with a watch for those that hang.
import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { runBatch, sequences } from './batch.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const silence = 120_000; // ms: a batch takes some

export async function build(target, level, name = 'tasks') {
  const out = join(root, `build/tests/fuzz/${name}-${target}-${level}.wasm`);
  const extra = target === 'emscripten' ? ['-sERROR_ON_UNDEFINED_SYMBOLS=0', '-Wno-undefined'] : [];
  const quiet = ['-Wno-unused-command-line-argument', ...extra];
  await buildWasm({ target, level, kind: 'reactor', out, files: [join(here, `${name}.c`)], extra: quiet, names: true });
  return new WebAssembly.Module(readFileSync(out));
}

// The failing batch again, for the calls of the sequence that failed.
function lastCalls(module, seed) {
  let calls = [];
  try {
    runBatch(module, seed, (text) => { calls = text.startsWith('--') ? [text] : [...calls, text]; });
  } catch { /* as it did before */ }
  return calls.join('\n');
}

const tool = relative(process.cwd(), join(here, 'run.mjs'));
const alone = (target, level, seed) =>
  `alone: node ${tool} --target=${target} --level=${level} --seed=${seed} --print`;

function runWorker(module, seeds, onBatch) {
  return new Promise((done) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { module, seeds } });
    let watch, latest, result = null;
    const end = (outcome) => {
      result ??= outcome;
      clearTimeout(watch);
      worker.terminate();
    };
    worker.on('message', ({ seed, failed, sequence, done: over }) => {
      clearTimeout(watch);
      if (failed) return end({ seed, sequence, failed });
      if (over) return end(null);
      watch = setTimeout(() => end({ seed, hangs: true, failed: `it hangs for ${silence / 1000} s` }), silence);
      latest = seed;
      onBatch();
    });
    worker.on('error', (error) => end({ seed: latest, failed: error.stack }));
    worker.on('exit', () => done(result));
  });
}

/** Throws what went wrong, with the calls and how to make them again. Returns { sequences, seconds }. */
export async function fuzz({ target, level, count, seed, onBatch = () => {}, workers = availableParallelism() }) {
  const module = await build(target, level);
  const batches = Math.ceil(count / sequences);
  const seeds = Array.from({ length: workers }, () => []);
  for (let i = 0; i < batches; i++) seeds[i % workers].push(seed + i);
  const started = performance.now();
  const failures = (await Promise.all(seeds.map((part) => runWorker(module, part, onBatch)))).filter(Boolean);
  if (failures.length) {
    const [{ seed: bad, sequence, hangs, failed }] = failures;
    const calls = hangs ? '' : `${lastCalls(module, bad)}\n`;
    throw new Error(`seed ${bad}, sequence ${sequence ?? '?'}:\n${calls}${failed}\n${alone(target, level, bad)}`);
  }
  return { sequences: batches * sequences, seconds: (performance.now() - started) / 1000 };
}
