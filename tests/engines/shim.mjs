// A WASI program over @bjorn3/browser_wasi_shim, as a page would run it: shim.mjs PROGRAM.wasm [ARG...]
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { modules } from './engines.mjs';

const entry = pathToFileURL(join(modules, '@bjorn3/browser_wasi_shim/dist/index.js'));
const { ConsoleStdout, File, OpenFile, WASI } = await import(entry);
const [path, ...args] = process.argv.slice(2);
const output = (fd) => new ConsoleStdout((bytes) => {
  for (let at = 0; at < bytes.length;) at += write(fd, bytes, at);
});
// A pipe that its reader has not emptied yet takes nothing.
function write(fd, bytes, at) {
  try {
    return writeSync(fd, bytes, at);
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}
const wasi = new WASI(['program', ...args], [], [new OpenFile(new File(readFileSync(0))), output(1), output(2)]);
const { instance } = await WebAssembly.instantiate(readFileSync(path), { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
