// npx wasyncio instrument: the last step alone, for a build that compiles and links by itself (CMake, make).
import { mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { instrument } from '../toolchain/instrument.mjs';
import { withScratch } from '../toolchain/scratch.mjs';
import { findOptimizer } from '../toolchain/toolchains.mjs';
import { expect, expectFile, expectOutput } from './usage.mjs';

export const help = `usage: npx wasyncio instrument LINKED.wasm -o OUT.wasm [-O 0|1|2|3|s|z] [--debug]

makes a wasm suspendable that was linked with libwasyncio and the flags that wasyncio.pc and the CMake package tell.
OUT.wasm may be LINKED.wasm.

  -o, --output OUT.wasm    where it goes
  -O 0|1|2|3|s|z           how far it is optimized (default: -O3)
  --debug                  keep the functions' names`;

export const options = {
  output: { type: 'string', short: 'o' },
  optimize: { type: 'string', short: 'O', default: '3' },
  debug: { type: 'boolean', default: false },
};

export async function main({ values: { output, optimize, debug }, words, rest }) {
  expect(words.length + rest.length === 1, `instrument: one linked wasm is expected, not ${words.length + rest.length}`);
  expect(output, 'instrument: no output is given, like: -o app.wasm');
  expect(/^[0123sz]$/.test(optimize), `instrument: -O takes 0, 1, 2, 3, s or z, not '${optimize}'`);
  const [linked] = [...words, ...rest];
  expectFile('instrument', linked);
  expectOutput('instrument', output);
  await withScratch(dirname(resolve(output)), async (folder) => {
    mkdirSync(folder);
    const temporary = join(folder, basename(output));
    await instrument(findOptimizer(), linked, temporary, { level: `O${optimize}`, names: debug });
    renameSync(temporary, output);
  });
}
