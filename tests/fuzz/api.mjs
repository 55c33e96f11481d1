// The fuzz of the C API by hand: node tests/fuzz/api.mjs --programs=1000000
import { parseArgs } from 'node:util';
import { build, compare, runPrograms, workers } from './api/run.mjs';
import { run } from '../core/suite.mjs';

const usage = `usage: node tests/fuzz/api.mjs [--programs=N] [--seed=N] [--host=native|wasi|emscripten] [--level=LEVEL] [--same]
                               [--print]
  Random programs of legal and illegal calls: each call must be refused exactly if it is wrong, and nothing may be left.
  --host   native (the default: --level=asan, or O0 to O3), or that toolchain's wasm in Node (--level=O0 to O3, or release)
  --same   each program does the same as natively; so without memory that fails, and without descriptors
  --print  one program, the one of that seed, each call before it is made`;

const named = ['programs', 'seed', 'host', 'level'];
const flags = ['same', 'print'];
let values;
try {
  const options = [...named.map((name) => [name, { type: 'string' }]), ...flags.map((name) => [name, { type: 'boolean' }])];
  ({ values } = parseArgs({ options: Object.fromEntries(options) }));
} catch (error) {
  console.error(`${error.message}\n${usage}`);
  process.exit(2);
}
const { host = 'native', same, print } = values;
const { level = host === 'native' ? 'asan' : 'release' } = values;
const levels = host === 'native' ? ['asan', 'O0', 'O1', 'O2', 'O3'] : ['release', 'O0', 'O1', 'O2', 'O3'];
const wrong = [
  ...['programs', 'seed'].filter((name) => values[name] !== undefined && !/^[1-9]\d*$/.test(values[name])),
  ...(['native', 'wasi', 'emscripten'].includes(host) ? [] : ['host']), ...(levels.includes(level) ? [] : ['level']),
];
if (wrong.length) {
  console.error(`--${wrong[0]} cannot be ${values[wrong[0]]}\n${usage}`);
  process.exit(2);
}
const seed = Number(values.seed ?? 1), count = Number(values.programs ?? 100_000);
try {
  if (print) {
    const words = [seed, 1, 'verbose', ...(same ? ['same'] : [])];
    const { code, complaint } = await run(host, await build(host, level), words.map(String));
    process.stdout.write(complaint);
    process.exitCode = code === 0 ? 0 : 1;
  } else {
    const one = same ? compare : runPrograms;
    let programs = 0;
    const alive = setInterval(() => console.log(`  ${programs} programs`), 10_000).unref();
    const seconds = await one({ host, level, seed, count, told: (done) => { programs = done; }, workers });
    clearInterval(alive);
    console.log(`${count} programs, ${host} ${level}, seed ${seed}: nothing went wrong, ${seconds.toFixed(1)} s`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
