// A program that runs by itself says on stderr which task overflowed its stack, before the trap ends it.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, missing, run } from '../../core/suite.mjs';

const files = [join(dirname(fileURLToPath(import.meta.url)), 'command.c')];

for (const host of ['wasi', 'emscripten', 'wasmtime']) {
  for (const level of ['O0', 'O3']) {
    test(`a stack overflow is told, ${host} ${level}`, { skip: missing(host) ?? false }, async () => {
      const program = await build({ name: 'overflow-command', files }, host, level);
      const { code, output, complaint } = await run(host, program);
      assert.equal(output, '5001\n');
      assert.notEqual(code, 0);
      assert.match(complaint, /^wasyncio: task 'crawl': stack overflow, 16384 bytes, give it more with stackSize/m);
      assert.match(complaint, /unreachable/);
    });
  }
}
