// A WASI program in Node: node node-wasi.mjs PROGRAM.wasm [ARG...]. Ends with the program's status; 70 after a trap.
import { readFileSync } from 'node:fs';

process.removeAllListeners('warning'); // that node:wasi is experimental is no news here
const { WASI } = await import('node:wasi');
const [path, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: ['program', ...args], returnOnExit: true });
// Behind plain functions: optimized code that calls node:wasi's own, as engines do after a while, ends Node 20 by a signal.
const plain = (functions) => Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, (...args) => f(...args)]));
const imports = Object.fromEntries(Object.entries(wasi.getImportObject()).map(([name, functions]) => [name, plain(functions)]));
const { instance } = await WebAssembly.instantiate(readFileSync(path), imports);
try {
  process.exitCode = wasi.start(instance);
} catch (error) {
  console.error(error.stack);
  process.exitCode = 70;
}
