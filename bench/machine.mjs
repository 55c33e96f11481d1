// On what it ran, in general terms: a reader's own machine gives other figures, and the same ratios.
import { execFileSync } from 'node:child_process';
import { availableParallelism, release, totalmem, type } from 'node:os';
import { find } from '../toolchain/run.mjs';
import { wasmtimeCommand } from '../scripts/wasmtime.mjs';

function version(program, ...args) {
  if (!program) return undefined;
  try {
    return /\d+(\.\d+)+/.exec(execFileSync(program, [...args, '--version'], { encoding: 'utf8', stdio: 'pipe' }))?.[0];
  } catch {
    return undefined;
  }
}

const programs = [
  ['wasmtime', wasmtimeCommand()], ['CPython', find('python3')], ['emcc', find('emcc')], ['clang', find('clang-19')],
  ['wasm-opt', find('wasm-opt')],
];

export function machine(chromium) {
  const parts = [
    `${availableParallelism()} cores`, `${Math.round(totalmem() / 2 ** 30)} GB`, `${type()} ${release().split('-')[0]}`,
    `Node ${process.versions.node}`, chromium?.replace(/^.*?\//, 'Chromium '),
    ...programs.map(([name, program]) => [name, version(program)]).map(([name, found]) => found && `${name} ${found}`),
  ];
  return parts.filter(Boolean).join(', ');
}
