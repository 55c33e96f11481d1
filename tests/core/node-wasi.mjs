// A WASI program in Node: node node-wasi.mjs [--dir FOLDER] PROGRAM.wasm [ARG...]. Ends with the program's status; 70
// after a trap.
import { readFileSync } from 'node:fs';

process.removeAllListeners('warning'); // that node:wasi is experimental is no news here
const { WASI } = await import('node:wasi');
const words = process.argv.slice(2);
const [, folder] = words[0] === '--dir' ? words.splice(0, 2) : [];
const [path, ...args] = words;
const preopens = folder ? { [folder]: folder } : {};
const wasi = new WASI({ version: 'preview1', args: ['program', ...args], preopens, returnOnExit: true });
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
