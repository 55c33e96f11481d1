// Whatever a host passes to the exports, it gets an answer: no trap, no hang, nothing corrupted. A million sequences:
// node tests/fuzz/run.mjs --sequences=1000000
import test from 'node:test';
import { fuzz } from './fuzz.mjs';

const builds = [['wasi', 'release', 6000], ['wasi', 'O0', 1000], ['emscripten', 'release', 3000]];
for (const [target, level, count] of builds) {
  test(`random calls, ${target} ${level}`, async (context) => {
    const { sequences, seconds } = await fuzz({ target, level, count, seed: 1, workers: 1 });
    context.diagnostic(`${sequences} sequences in ${seconds.toFixed(1)} s`);
  });
}
