// Builds a program of unit tests (unit.h) for a target and runs it: what failed, in words, with how to run it alone.
//   native      an executable, for the level `asan` under the sanitizers
//   wasi, emscripten   that toolchain's wasm, over node:wasi, in a process of its own
//   wasmtime    clang's wasm in wasmtime
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative, buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';

const toolchains = { wasi: 'wasi', emscripten: 'emscripten', wasmtime: 'wasi' };
const underNode = fileURLToPath(new URL('node-wasi.mjs', import.meta.url));

/** suite: { name, files, flags }. */
export async function build({ name, files, flags = [] }, host, level) {
  const target = toolchains[host];
  const out = join(root, 'build/tests', name, `${target ?? host}-${level}${target ? '.wasm' : ''}`);
  const extra = ['-Wno-unused-command-line-argument', ...flags];
  if (target) await buildWasm({ target, level, kind: 'command', out, files, extra, names: true });
  else if (level === 'asan') await buildNative({ out, files, extra, asan: true });
  else await buildNative({ out, files, extra: [...extra, `-${level}`] });
  return out;
}

/** Why the host can't be used on this machine; null if it can. */
export function missing(host) {
  if (host === 'wasmtime' && !wasmtimeCommand()) return 'no wasmtime command: ./build.sh wasmtime builds it';
  return null;
}

function command(host, program, args) {
  if (host === 'native') return [program, args];
  if (host === 'wasmtime') return [wasmtimeCommand(), ['run', program, ...args]];
  return [process.execPath, [underNode, program, ...args]];
}

/** Runs the program: { code, output, complaint }; code is a signal's name if one ended it. */
export function run(host, program, args = [], timeout = 300_000) {
  const [path, words] = command(host, program, args);
  const child = spawn(path, words, { stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' });
  const text = ['', ''];
  [child.stdout, child.stderr].forEach((stream, i) => stream.setEncoding('utf8').on('data', (s) => { text[i] += s; }));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code: code ?? signal, output: text[0], complaint: text[1] }));
  });
}

// Adds the tests that ran, each with its failures. Returns the one that the program ended in, null if it went through.
function read(ran, { code, output, complaint }) {
  let current = '(the end of the program)', inside = false;
  for (const line of output.split('\n')) {
    const [, word, rest] = /^(run|fail|end) (.*)$/.exec(line) ?? [];
    if (word === 'run') ran.set(current = rest, []);
    if (word === 'run' || word === 'end') inside = word === 'run';
    else if (word === 'fail') ran.get(current).push(rest);
    else if (ran.get(current)?.length) ran.get(current).push(line);
  }
  // 1 says that tests have failed. Where none has, something else ended it.
  const failed = [...ran.values()].some((failures) => failures.length);
  if (code === 0 || (code === 1 && failed && !inside && !complaint.includes('Sanitizer'))) return null;
  if (!inside) current = '(the end of the program)';
  ran.set(current, [...ran.get(current) ?? [], `the program ended with ${code} in it`, complaint.slice(-4000)]);
  return inside ? current : null;
}

/** All tests with their failures, whatever ends the program on the way. runOnce(args): as `run` does it. */
export async function runTests(runOnce) {
  const ran = new Map();
  for (let args = [], crashed; args; args = crashed && ['after', crashed]) crashed = read(ran, await runOnce(args));
  return ran;
}

/** One node:test's body: all tests of the suite, on that host at that level. */
export async function check(suite, host, level) {
  const program = await build(suite, host, level);
  const ran = await runTests((args) => run(host, program, args));
  const bad = [...ran].filter(([, failures]) => failures.length);
  const tool = relative(process.cwd(), fileURLToPath(new URL('alone.mjs', import.meta.url)));
  const lines = bad.map(([name, failures]) =>
    `${name}\n  ${failures.slice(0, 8).join('\n').trimEnd().replaceAll('\n', '\n  ')}
  alone: node ${tool} ${suite.name} ${host} ${level} ${name.replace(/^\(.*/, '')}`);
  assert.ok(ran.size > 0, 'no test ran');
  assert.equal(bad.length, 0, `${bad.length} of ${ran.size} tests failed\n${lines.join('\n')}`);
  return ran.size;
}
