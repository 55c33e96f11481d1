// What the bindings' tests share: the test program in every toolchain's build, and a runtime on it that is closed, and
// looked over for leaks, when the test has ended.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { buildWasm } from '../../scripts/link.mjs';
import { load } from '../../bindings/index.js';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');
const targets = ['wasi', 'emscripten'];
// Imports of the test's own are no mistake.
export const undefinedSymbols = ['-sERROR_ON_UNDEFINED_SYMBOLS=0', '-Wno-undefined', '-Wno-unused-command-line-argument'];

// WASYNCIO_LEVEL names another level than a user has: O0, O1, O2, Os.
export async function program(target, name = 'tasks', level = process.env.WASYNCIO_LEVEL ?? 'release', flags = []) {
  const out = join(root, `build/tests/bindings/${name}-${target}-${level}.wasm`);
  const extra = [...flags, ...(target === 'emscripten' ? undefinedSymbols : [])];
  await buildWasm({ target, level, kind: 'reactor', out, files: [join(here, `${name}.c`)], extra });
  return out;
}

/** Runs the tests that define(t) makes on both toolchains' builds; t(name, options, body) gives the body a runtime. */
export function onBoth(title, define, source, flags) {
  for (const target of targets) {
    describe(`${title}, ${target}`, async () => {
      const path = await program(target, source, undefined, flags);
      const module = new WebAssembly.Module(readFileSync(path));
      define((name, options, body) => test(name, async (context) => {
        const printed = [];
        const reports = [];
        const rt = await load(module, {
          clock: 'virtual',
          stallAfter: 60_000, // a machine that is busy is no finding
          stdout: (text) => printed.push(text),
          onReport: (report) => reports.push(report),
          ...options,
        });
        await body(rt, { context, module, path, printed, reports, target });
        if (rt.closed) return;
        const { bytes, ...alive } = rt.counts();
        assert.deepEqual(alive, { tasks: 0, futures: 0, timers: 0, operations: 0, handles: 0, stacks: 0 });
        await rt.close();
      }));
    });
  }
}

/** What a promise rejects with. */
export async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('it should have been rejected');
}

/** Runs a script that has load and the program's path in a process of its own; its output, and its uncaught errors. */
export async function run(path, body) {
  const script = `
    import { load } from ${JSON.stringify(`${root}/bindings/index.js`)};
    const path = ${JSON.stringify(path)};
    process.on('uncaughtException', (error) => console.log('uncaught:', error.message));
    ${body}`;
  const options = { encoding: 'utf8', timeout: 300_000 };
  return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options)).stdout;
}

/** The names of the classes and functions that a .d.ts of the bindings declares, sorted. */
export function declaredIn(file) {
  const text = readFileSync(join(root, 'bindings', file), 'utf8');
  return [...text.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name).sort();
}

/** Lets all happen that waits for no time: so many turns of the event loop, however long each takes. */
export async function settle(turns = 50) {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => { setImmediate(resolve); });
}

/** The milliseconds that this process has computed: unlike time, they do not pass while another process has its turn. */
export function computed() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** measure's result, or, if ok(result) says no, another's: a third time at most, for a machine that was busy before. */
export async function inThree(measure, ok) {
  for (let left = 2; ; left--) {
    const result = await measure();
    if (left === 0 || ok(result)) return result;
  }
}

export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
