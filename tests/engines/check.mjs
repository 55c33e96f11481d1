// What an engine is asked: the unit tests in C and the conformance scenarios, the very wasm that wasmtime and Node get.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/make.mjs';
import { build as buildDriver } from '../conformance/hosts.mjs';
import { sections } from '../conformance/sections.mjs';
import { build, runTests } from '../core/suite.mjs';
import { core, fiber, races } from '../core/suites.mjs';

const folder = join(root, 'tests/conformance/scenarios');
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.scn')).map((name) => join(folder, name));
const all = (paths) => paths.map((path) => readFileSync(path, 'utf8')).join('\n');

// What an interpreter of few frames says of a thousand calls, one inside the other.
const outOfStack = /stack overflow|call stack exhausted/;

function runner(engine) {
  const [program, ...first] = engine.command(engine.find());
  return (wasm, args = [], input = '') => {
    const child = spawn(program, [...first, wasm, ...args], { timeout: 300_000, killSignal: 'SIGKILL' });
    const text = ['', ''];
    [child.stdout, child.stderr].forEach((stream, i) => {
      stream.setEncoding('utf8').on('data', (part) => { text[i] += part; });
    });
    child.stdin.on('error', () => {}); // it ended without reading it
    child.stdin.end(input);
    return new Promise((done, fail) => {
      child.on('error', fail);
      child.on('close', (code, signal) => done({ code: code ?? signal, output: text[0], complaint: text[1] }));
    });
  };
}

// Many tests measure time, and a machine may be busy: what fails for that reason passes alone.
async function withoutHaste(failures, runOnce) {
  for (let again = 0; again < 3 && failures.length; again++) {
    const names = failures.map(([name]) => name);
    const ran = await runTests((args) => runOnce(args.length ? args : names));
    failures = [...ran].filter(([, why]) => why.length);
  }
  return failures;
}

/** All tests of a program: how many, and those that failed, [[test, why], ...]. runOnce: as suite.mjs's run. */
export async function checkTests(runOnce, forgiven = () => false) {
  const ran = [...await runTests(runOnce)], failed = ran.filter(([, why]) => why.length);
  const failures = await withoutHaste(failed.filter(([, why]) => !forgiven(why)), runOnce);
  const forgave = failed.filter(([, why]) => forgiven(why)).length;
  return { passed: ran.length - failures.length - forgave, total: ran.length, failures, shallow: forgave };
}

/** One suite at one level: { passed, total, failures: [[test, why], ...], shallow: how many it is too shallow for }. */
export async function checkSuite(engine, suite, level) {
  const run = runner(engine), wasm = await build(suite, 'wasi', level);
  const tooDeep = (why) => !engine.deep && why.some((line) => outOfStack.test(line));
  return checkTests((args) => run(wasm, args), tooDeep);
}

/** All conformance scenarios, likewise. */
export async function checkScenarios(engine, level) {
  const { output, complaint } = await runner(engine)(await buildDriver('wasi', level), [], all(scenarios));
  const traces = scenarios.map((path) => path.replace(/scn$/, 'trace'));
  const got = sections(output, '=='), wanted = sections(all(traces), '==');
  const differ = [...wanted.keys()].filter((name) => got.get(name) !== wanted.get(name));
  const failures = differ.map((name) => [name, complaint]);
  return { passed: wanted.size - failures.length, total: wanted.size, failures, shallow: 0 };
}

export const suites = [core, fiber, races];
