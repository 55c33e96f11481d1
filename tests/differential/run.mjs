#!/usr/bin/env node
// The differential test: random programs under CPython and on the runtime; a mismatch is made small, printed and saved.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { hosts } from '../conformance/hosts.mjs';
import { Comparison, firstMismatches, randomBatches } from './compare.mjs';
import { count, progress, seconds, shrinking, terminal } from './progress.mjs';
import { shrink } from './shrink.mjs';
import { Broken, FOLDER } from './subject.mjs';
import { parse, print } from './tree.mjs';

const USAGE = `usage:
  npm run differential -- [--programs N] [--seed S] [--host=HOST] [--build=LEVEL] [--fault=NAME] [--shrink K] [FILE]...
  --programs  how many random programs; 3000 when it is not given
  --seed      which ones; 1 when it is not given
  --host      native, emscripten, wasi or wasmtime; cpython is the judge itself, damaged by --fault
  --build     O0 or O3; native has asan too
  --fault     a deliberate fault to find: WASYNCIO_FAULT of the driver
  --shrink    how many mismatches to make small; 1 when it is not given
  FILE        scenarios to compare instead of random ones`;

function refuse(why) {
  console.error(`${why}\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        programs: { type: 'string', default: '3000' }, seed: { type: 'string', default: '1' },
        host: { type: 'string', default: 'native' }, build: { type: 'string' }, fault: { type: 'string' },
        shrink: { type: 'string', default: '1' },
      },
    });
    for (const name of ['programs', 'seed', 'shrink']) {
      if (!/^\d+$/.test(values[name])) refuse(`--${name} is a number`);
    }
    if (Number(values.programs) < 1) refuse('--programs is 1 or more');
    if (!hosts[values.host] && values.host !== 'cpython') refuse(`no such host: ${values.host}`);
    if (values.build !== undefined && !['O0', 'O3', 'asan'].includes(values.build)) refuse(`no such build: ${values.build}`);
    const missing = positionals.find((file) => !existsSync(file));
    if (missing) refuse(`there is no file ${missing}`);
    return { ...values, files: positionals };
  } catch (error) {
    return refuse(error.message);
  }
}

const { programs, seed, host, build, fault, files, shrink: most } = options();

/** The traces side by side from the line before which they are the same. */
function difference(want, got) {
  const [a, b] = [want, got].map((trace) => trace.trimEnd().split('\n'));
  const first = a.findIndex((line, i) => line !== b[i]);
  const at = first < 0 ? a.length : first;
  const mark = (sign, lines) => lines.slice(at, at + 8).map((line) => `${sign} ${line}`);
  return [...a.slice(0, at).map((line) => `  ${line}`), ...mark('-', a), ...mark('+', b)].join('\n');
}

async function show(comparison, { scenario }) {
  const failing = async (scenarios) => (await comparison.mismatches(scenarios)).map((pair) => pair.scenario);
  const small = await shrink(scenario, failing, shrinking);
  const [{ want, got }] = await comparison.mismatches([small]);
  const path = (ending) => join(FOLDER, `${scenario.name}${ending}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path('.scn'), print(small));
  writeFileSync(path('.trace'), want);
  writeFileSync(path('.whole.scn'), print(scenario));
  const lines = print(small).trimEnd().split('\n').length;
  console.log(`\n${scenario.name} in ${lines} lines, saved as ${relative('.', path('.scn'))}\n\n${print(small)}
The trace (- CPython, + ${host}):
${difference(want, got)}`);
}

const comparison = new Comparison({ host, build, fault });
const batches = files.length
  ? [files.flatMap((file) => parse(readFileSync(file, 'utf8')))].values()
  : randomBatches(Number(programs), Number(seed));

try {
  const { done, found } = await firstMismatches(comparison, batches, progress);
  if (terminal) process.stderr.write('\n');
  for (const pair of found.slice(0, Number(most))) await show(comparison, pair);
  const others = found.slice(Number(most)).map(({ scenario }) => scenario.name);
  if (others.length) console.log(`\n${others.length} more in that batch, among them ${others.slice(0, 8).join(' ')}`);
  console.log(`${count(done)} programs, ${found.length} mismatches, ${seconds().toFixed(1)} s`);
  process.exitCode = found.length ? 1 : 0;
} catch (error) {
  if (!(error instanceof Broken)) throw error;
  console.log(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  await comparison.close();
}
