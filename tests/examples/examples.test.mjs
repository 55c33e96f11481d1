// Each short example prints what it says at its end, with both toolchains, in Node and under wasmtime, and natively
// under the sanitizers; and the list of the examples names them all.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { buildNative, buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { missing, run } from '../conformance/hosts.mjs';

const folder = join(root, 'examples');
const names = readdirSync(folder).filter((name) => name.endsWith('.c')).map((name) => basename(name, '.c')).sort();
const short = names.filter((name) => !['search', 'echo'].includes(name)); // they have tests of their own

const source = (name) => join(folder, `${name}.c`);
const expected = (name) => /\n\/\* Output:\n([^]+)\*\/\n$/.exec(readFileSync(source(name), 'utf8'))?.[1];

async function wasm(target, name) {
  const out = join(root, target === 'wasi' ? 'dist/examples' : 'build/examples', `${name}.wasm`);
  await buildWasm({ target, level: 'release', kind: 'command', out, files: [source(name)] });
  return out;
}

async function native(name) {
  const out = join(root, 'build/examples', name);
  await buildNative({ out, files: [source(name)], asan: true });
  return out;
}

// The second: the machine was busy, and paused a step.
const known = /WARNING: ASan doesn't fully support makecontext|^wasyncio: task .* ran \d+ ms without an await/;
const complaints = (text) => text.split('\n').filter((line) => line && !known.test(line));

for (const [title, build, host] of [
  ['natively, with sanitizers', native, 'native'],
  ["clang's wasm in Node", (name) => wasm('wasi', name), 'wasi'],
  ["clang's wasm under wasmtime", (name) => wasm('wasi', name), 'wasmtime'],
  ["Emscripten's wasm in Node", (name) => wasm('emscripten', name), 'emscripten'],
  ["Emscripten's wasm under wasmtime", (name) => wasm('emscripten', name), 'wasmtime'],
]) {
  describe(`examples, ${title}`, { skip: missing(host) ?? false }, () => {
    for (const name of short) {
      test(name, async () => {
        const { code, trace, complaint } = await run(host, await build(name), '');
        assert.equal(trace, expected(name));
        assert.deepEqual(complaints(complaint), []);
        assert.equal(code, 0);
      });
    }
  });
}

describe('examples/README.md', () => {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  test('names every example', () => {
    const linked = [...text.matchAll(/\]\((\w+)\.c\)/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(linked)].sort(), names);
  });
  test('shows each of the 17 statements in an example', () => {
    const rows = [...text.matchAll(/^\| (\d+) \|.*\]\(\w+\.c\).*\|$/gm)].map(([, number]) => Number(number));
    assert.deepEqual(rows, Array.from({ length: 17 }, (_, i) => i + 1));
  });
});
