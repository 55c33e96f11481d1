#!/usr/bin/env node
// The differential test of the bindings: random programs under asyncio and on the bindings; a mismatch is made small, printed and
// saved.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { firstMismatches } from '../compare.mjs';
import { count, progress, seconds, shrinking, terminal } from '../progress.mjs';
import { FOLDER } from '../subject.mjs';
import { Comparison, randomBatches } from './compare.mjs';
import { print } from './program.mjs';
import { shrink } from './shrink.mjs';

const USAGE = `usage:
  npm run differential:bindings -- [--programs N] [--seed S] [--bindings FOLDER] [FILE]...
  --programs  how many random programs; 3000 when it is not given
  --seed      which ones; 1 when it is not given
  --bindings  a folder with bindings other than the project's
  FILE        programs that were saved, to compare instead of random ones`;

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        programs: { type: 'string', default: '3000' }, seed: { type: 'string', default: '1' }, bindings: { type: 'string' },
      },
    });
    for (const name of ['programs', 'seed']) if (!/^\d+$/.test(values[name])) throw new Error(`--${name} is a number`);
    const saved = positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')));
    const folder = values.bindings && resolve(values.bindings);
    return { saved, programs: Number(values.programs), seed: Number(values.seed), folder };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    return process.exit(2);
  }
}

/** A row for everything that differs. */
function table(differing) {
  const rows = [{ about: '', theirs: 'CPython', ours: 'wasyncio' }, ...differing]
    .map(({ about, theirs = '-', ours = '-' }) => [about, theirs, ours]);
  const width = (column) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([about, theirs, ours]) => `${about.padEnd(width(0))}  ${theirs.padEnd(width(1))}  ${ours}`).join('\n');
}

async function show(comparison, { program }) {
  const small = await shrink(program, (programs) => comparison.failing(programs), shrinking);
  const [{ differing }] = await comparison.mismatches([small]);
  const file = join(FOLDER, `${program.name}.json`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, JSON.stringify(small, undefined, 1));
  console.log(`\n${program.name}, made small:\n\n${print(small)}\n${table(differing)}
\nTo run it alone: npm run differential:bindings -- ${relative('.', file)}`);
}

const { saved, programs, seed, folder } = options();
const comparison = new Comparison({ folder });
const batches = saved.length ? [saved].values() : randomBatches(programs, seed);
const { done, found } = await firstMismatches(comparison, batches, progress);
if (terminal) process.stderr.write('\n');
for (const mismatch of found.slice(0, 1)) await show(comparison, mismatch);
const time = seconds().toFixed(1);
console.log(`${count(done)} programs, ${found.length} mismatches, ${comparison.excused} excused by a race, ${time} s`);
process.exitCode = found.length ? 1 : 0;
await comparison.close();
