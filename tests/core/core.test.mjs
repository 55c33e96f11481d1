// The unit tests in C, everywhere: natively under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer, and in
// wasm of both toolchains at both ends of the optimizer, in Node and in wasmtime.
import test from 'node:test';
import { check, missing } from './suite.mjs';
import { core } from './suites.mjs';

const targets = [
  ['native', 'asan'], ['native', 'O3'],
  ['wasi', 'O0'], ['wasi', 'O3'], ['emscripten', 'O0'], ['emscripten', 'O3'],
  ['wasmtime', 'O0'], ['wasmtime', 'O3'],
];
for (const [host, level] of targets) {
  test(`unit tests in C, ${host} ${level}`, { skip: missing(host) ?? false }, async (context) => {
    context.diagnostic(`${await check(core, host, level)} tests`);
  });
}
