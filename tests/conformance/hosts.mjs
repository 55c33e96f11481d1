// Builds the driver for a host and feeds it scenarios. On every host it is one and the same command: scenario text on
// stdin, traces on stdout.
//   native      an executable
//   emscripten  that toolchain's wasm, in this process, over node:wasi
//   wasi        the same with clang's wasm
//   wasmtime    clang's wasm in a process of wasmtime's
import { spawnSync } from 'node:child_process';
import {
  closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative, buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { BuildError } from '../../toolchain/run.mjs';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const sources = readdirSync(here).filter((name) => name.endsWith('.c')).sort().map((name) => join(here, name));

export const hosts = {
  native: { levels: ['O0', 'O3', 'asan'], run: runProcess },
  emscripten: { levels: ['O0', 'O3', 'Oz'], target: 'emscripten', run: runHere },
  wasi: { levels: ['O0', 'O3', 'Oz'], target: 'wasi', run: runHere },
  wasmtime: { levels: ['O0', 'O3'], target: 'wasi', run: runWasmtime },
};

// Returns the driver's path. fault: with a deliberate fault of src/fault.h in it; native only.
export async function build(host, level, fault = process.env.WASYNCIO_FAULT ?? '') {
  const { target } = hosts[host];
  const name = target ? `${target}-${level}.wasm` : `native-${level}${fault && `-${fault}`}`;
  const out = join(root, 'build/conformance', name);
  const kind = level === 'asan' ? { asan: true } : { extra: [`-${level}`] };
  if (target && fault) throw new BuildError('faults are built for the native host only');
  if (target) await buildWasm({ target, level, kind: 'command', out, files: sources });
  else await buildNative({ out, files: sources, fault, ...kind });
  return out;
}

// Runs the driver on the text: { code, trace, complaint }.
export async function run(host, driver, text) {
  return hosts[host].run(driver, text);
}

function runProcess(command, input, args = []) {
  const options = { input, maxBuffer: 1 << 30, encoding: 'utf8' };
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, options);
  if (error) throw error;
  return { code: status ?? signal, trace: stdout, complaint: stderr };
}

// Why the host can't be used on this machine; null if it can.
export function missing(host) {
  if (host === 'wasmtime' && !wasmtimeCommand()) return 'no wasmtime command: ./build.sh wasmtime builds it';
  return null;
}

// node:wasi warns that it is experimental, which is no news for a reader of traces.
async function quietly(load) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function runWasmtime(driver, text) {
  return runProcess(wasmtimeCommand(), text, ['run', driver]);
}

// Node 20 crashes now and then where wasm calls its own WASI functions directly and memory is collected meanwhile; not
// where it calls JavaScript that calls them.
function plain(imports) {
  const wrap = (functions) => Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, (...args) => f(...args)]));
  return Object.fromEntries(Object.entries(imports).map(([module, functions]) => [module, wrap(functions)]));
}

// node:wasi reads and writes real files only.
async function runHere(driver, text) {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  const path = (name) => join(folder, name);
  writeFileSync(path('in'), text);
  const fds = [openSync(path('in'), 'r'), openSync(path('out'), 'w'), openSync(path('err'), 'w')];
  const [stdin, stdout, stderr] = fds;
  let code, trap = '';
  try {
    const { WASI } = await quietly(() => import('node:wasi'));
    const wasi = new WASI({ version: 'preview1', stdin, stdout, stderr, returnOnExit: true });
    const { instance } = await WebAssembly.instantiate(readFileSync(driver), plain(wasi.getImportObject()));
    try {
      code = wasi.start(instance);
    } catch (error) {
      [code, trap] = ['trap', `${error.stack}\n`];
    }
    return { code, trace: readFileSync(path('out'), 'utf8'), complaint: readFileSync(path('err'), 'utf8') + trap };
  } finally {
    fds.forEach((fd) => closeSync(fd));
    rmSync(folder, { recursive: true });
  }
}
