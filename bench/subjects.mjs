// Who takes part, on which host, and how each is started. Each gets a process of its own per bench (in Chromium: a
// worker of its own), so that no subject's code has been optimized for, or spoilt by, another's. But for two whose
// difference is less than what one process has of luck with the places of its code, or than what the machine's speed changes
// from one minute to the next: they are in one.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { find } from '../toolchain/run.mjs';
import { wasmtimeCommand } from '../scripts/wasmtime.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const node = (module, argument = '') =>
  [process.execPath, ['--expose-gc', '--max-old-space-size=8192', path('js/serve.mjs'), module, argument]];
const python = () => [find('python3'), [path('py/serve.py')]];
const wasmtime = () => [wasmtimeCommand(), [path('../build/bench/wasyncio-command.wasm')]];

// What each is on each host: a command line, or a module and its argument for a worker.
export const subjects = {
  'wasyncio-clang': { node: () => node('wasyncio', 'wasi'), wasmtime, chromium: ['wasyncio', 'wasi'] },
  'wasyncio-emcc': { node: () => node('wasyncio', 'emscripten'), chromium: ['wasyncio', 'emscripten'] },
  js: { node: () => node('js'), chromium: ['js'] },
  'js, callbacks': { node: () => node('js', 'callbacks') },
  'emscripten-fiber': { node: () => node('fiber'), chromium: ['fiber'] },
  'em-async-js': { node: () => node('em-async'), chromium: ['em-async'] },
  jspi: { chromium: ['jspi'] },
  effection: { node: () => node('effection') },
  effect: { node: () => node('effect') },
  cpython: { node: python, wasmtime: python },
  pyodide: { node: () => node('pyodide') },
  '100,000, clang': { node: () => node('wasyncio', 'wasi') },
  '1,000, clang': { within: '100,000, clang', variant: 'few' },
  '100,000, emcc': { node: () => node('wasyncio', 'emscripten') },
  '1,000, emcc': { within: '100,000, emcc', variant: 'few' },
  'checks, clang': { node: () => node('wasyncio', 'wasi'), chromium: ['wasyncio', 'wasi'] },
  'none, clang': { within: 'checks, clang', variant: 'none' },
  'checks, emcc': { node: () => node('wasyncio', 'emscripten') },
  'none, emcc': { within: 'checks, emcc', variant: 'none' },
  'runtime, clang': { node: () => node('compute', 'wasyncio-wasi.wasm'), chromium: ['compute', 'wasyncio-wasi.wasm'] },
  'plain, clang': { node: () => node('compute', 'compute-wasi.wasm'), chromium: ['compute', 'compute-wasi.wasm'] },
  'runtime, emcc': { node: () => node('compute', 'wasyncio-emscripten.wasm') },
  'plain, emcc': { node: () => node('compute', 'compute-emscripten.wasm') },
};

/** One that is another bench of a subject's own process. */
export class Variant {
  constructor(name, subject, { variant }) {
    this.name = name;
    this.run = ({ bench, ...point }) => subject.run({ bench: `${bench}-${variant}`, ...point });
  }

  async close() {} // with the process
}

/** A subject in a process: run({ bench, n, depth, count }) gives its answer, one at a time. */
export class Process {
  /** Rejects if it does not start. */
  static async open(name, [command, args]) {
    if (!command) throw new Error('its program is not installed');
    const subject = new Process(name, command, args);
    await subject.answer('start');
    return subject;
  }

  constructor(name, command, args) {
    this.name = name;
    this.command = command;
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.errors = '';
    this.child.stderr.on('data', (text) => { this.errors = `${this.errors}${text}`.slice(-4000); });
    this.child.stdin.on('error', () => {}); // it has ended; its exit tells more
    this.child.once('error', (error) => { this.errors += error.message; });
    this.ended = new Promise((resolve) => { this.child.once('close', resolve); });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer(what) {
    const { value: line, done } = await this.lines.next();
    if (done) {
      await this.ended;
      throw Object.assign(new Error(`${this.name} ended in '${what}': ${this.errors}`), { ended: true });
    }
    const answer = JSON.parse(line);
    if (answer.error) throw new Error(`${this.name}, ${what}: ${answer.error}`);
    return answer;
  }

  run({ bench, n, depth, count }) {
    const name = this.command === wasmtimeCommand() ? `bench_${bench.replaceAll('-', '_')}` : bench;
    this.child.stdin.write(`${name} ${n} ${depth} ${count}\n`);
    return this.answer(bench);
  }

  async close() {
    this.child.stdin.end();
    await this.ended;
  }
}
