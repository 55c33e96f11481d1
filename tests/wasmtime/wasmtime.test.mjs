// The runtime as a library in another engine's host: a reactor, driven from Python through wasmtime by docs/abi.md.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { wasmtimePython } from '../../scripts/wasmtime.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const module = join(root, 'bindings/wasi/python');
const files = ['test_host', 'test_operations', 'test_ends', 'test_outside', 'test_exports'];
const sources = ['tasks.c', 'memory.c'].map((name) => join(here, name)), wrapped = ['-Wl,--wrap=wa__alloc'];
const python = wasmtimePython();
const skip = python ? false : "no Python with the package wasmtime: './build.sh setup' makes one (scripts/setup.sh)";

function run(program) {
  const env = { ...process.env, PROGRAM: program, PYTHONPATH: module, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(python, ['-m', 'unittest', '-v', ...files], { cwd: here, env, timeout: 900_000 });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code: code ?? signal, text }));
  });
}

for (const [target, level] of [['wasi', 'O0'], ['wasi', 'release'], ['emscripten', 'release']]) {
  test(`driven by Python in wasmtime, ${target} ${level}`, { skip }, async (context) => {
    const out = join(root, `build/tests/wasmtime/${target}-${level}.wasm`);
    const extra = [...wrapped, ...(target === 'emscripten' ? ['-sERROR_ON_UNDEFINED_SYMBOLS=0', '-Wno-undefined'] : [])];
    await buildWasm({ target, level, kind: 'reactor', out, files: sources, extra });
    const { code, text } = await run(out);
    const alone = 'alone: cd tests/wasmtime && ' +
      `PYTHONPATH=${module} PROGRAM=${out} ${python} -m unittest FILE.CLASS.TEST`;
    assert.equal(code, 0, `${text.slice(-8000)}\n${alone}`);
    const [, ran] = /^Ran (\d+) tests/m.exec(text);
    assert.ok(ran > 40);
    context.diagnostic(`${ran} tests`);
    for (const [figure] of text.matchAll(/(cancelled by a thread|resident MB).*/g)) context.diagnostic(figure);
  });
}
