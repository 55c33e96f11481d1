// The fuzz by hand: node tests/fuzz/run.mjs --sequences=1000000
import { parseArgs } from 'node:util';
import { runBatch } from './batch.mjs';
import { build, fuzz } from './fuzz.mjs';

const usage = `usage: node tests/fuzz/run.mjs [--sequences=N] [--seed=N] [--target=wasi|emscripten] [--level=release|O0]
                                [--workers=N] [--print]
  Random sequences of calls against the exports of docs/abi.md: none may trap, hang, or answer what that page does not
  say.
  --print  one batch, the one of that seed, each call before it is made`;

const named = ['sequences', 'seed', 'target', 'level', 'workers'];
const options = Object.fromEntries(named.map((name) => [name, { type: 'string' }]));
let values;
try {
  ({ values } = parseArgs({ options: { ...options, print: { type: 'boolean' } } }));
} catch (error) {
  console.error(`${error.message}\n${usage}`);
  process.exit(2);
}
const { target = 'wasi', level = 'release', print } = values;
const wrong = [
  ...['sequences', 'seed', 'workers'].filter((name) => values[name] !== undefined && !/^[1-9]\d*$/.test(values[name])),
  ...(['wasi', 'emscripten'].includes(target) ? [] : ['target']), ...(['release', 'O0'].includes(level) ? [] : ['level']),
];
if (wrong.length) {
  console.error(`--${wrong[0]} cannot be ${values[wrong[0]]}\n${usage}`);
  process.exit(2);
}
const seed = Number(values.seed ?? 1), count = Number(values.sequences ?? 20_000);
if (print) {
  runBatch(await build(target, level), seed, console.log);
  console.log('nothing went wrong');
} else {
  let batches = 0;
  const alive = setInterval(() => console.log(`  ${batches} batches of 100`), 10_000);
  const workers = values.workers && Number(values.workers);
  try {
    const { sequences, seconds } = await fuzz({ target, level, count, seed, workers, onBatch: () => batches++ });
    console.log(`${sequences} sequences, ${target} ${level}, seed ${seed}: no trap, no hang, ${seconds.toFixed(1)} s`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
  clearInterval(alive);
}
