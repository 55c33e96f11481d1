// Fibers at every level of the optimizer, on both toolchains: who runs when, and what a function holds meanwhile.
import test from 'node:test';
import { check, missing } from '../core/suite.mjs';
import { fiber } from '../core/suites.mjs';

const levels = ['O0', 'O1', 'O2', 'O3', 'Os', 'Oz'];
const targets = [
  ['native', ['asan']], ['wasi', levels], ['emscripten', levels], ['wasmtime', ['O0', 'O3']],
].flatMap(([host, its]) => its.map((level) => [host, level]));
for (const [host, level] of targets) {
  test(`fibers, ${host} -${level}`, { skip: missing(host) ?? false }, async (context) => {
    context.diagnostic(`${await check(fiber, host, level)} tests`);
  });
}
