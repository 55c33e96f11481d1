// The unit tests in C, everywhere: natively under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer, and
// in wasm of both toolchains at both ends of the optimizer and as the small library has it, in Node and in wasmtime.
import assert from 'node:assert/strict';
import test from 'node:test';
import { build, check, missing, run, runTests } from './suite.mjs';
import { core } from './suites.mjs';

const targets = [
  ['native', 'asan'], ['native', 'O3'],
  ['wasi', 'O0'], ['wasi', 'O3'], ['wasi', 'Oz'], ['emscripten', 'O0'], ['emscripten', 'O3'], ['emscripten', 'Oz'],
  ['wasmtime', 'O0'], ['wasmtime', 'O3'],
];
for (const [host, level] of targets) {
  test(`unit tests in C, ${host} ${level}`, { skip: missing(host) ?? false }, async (context) => {
    context.diagnostic(`${await check(core, host, level)} tests`);
  });
}

for (const host of ['native', 'wasi', 'emscripten', 'wasmtime']) {
  test(`a report that no listener takes is a line on stderr, ${host}`, { skip: missing(host) ?? false }, async () => {
    const program = await build(core, host, 'O3');
    const { complaint } = await run(host, program, ['report_without_a_listener_is_a_line_on_stderr']);
    assert.equal(complaint, "wasyncio: task 'unloved' failed with WA_EUSER, and nobody looked at it\n");
  });
}

test('a program that ends with 1 between two tests has failed, though none of them has', async () => {
  const ended = { code: 1, output: 'run a\nend a\n', complaint: 'Error: EAGAIN' };
  const failures = [...await runTests(() => ended)].filter(([, why]) => why.length);
  assert.deepEqual(failures, [['(the end of the program)', ['the program ended with 1 in it', 'Error: EAGAIN']]]);
});
