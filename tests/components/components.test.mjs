// Components of WASI 0.2: the unit tests as a command, and a reactor behind a WIT world, both in wasmtime.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { jcoFolder, wasmtimeCommand, wasmtimePython } from '../../scripts/wasmtime.mjs';
import { core } from '../core/suites.mjs';
import { checkTests } from '../engines/check.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const component = join(root, 'bindings/wasi/component');
const out = (name) => join(root, 'build/tests/components', name);
const lacks = (thing, how) => (thing ? false : how);
const skipTools = lacks(jcoFolder(), "no jco: './build.sh setup test' installs it");

function make(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const args = [join(component, 'component.mjs'), from, to, jcoFolder()];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return to;
}

const skipCommand = skipTools || lacks(wasmtimeCommand(), 'no wasmtime command: ./build.sh wasmtime builds it');
test('the unit tests, as a command', { skip: skipCommand }, async (t) => {
  const wasm = out('core.core.wasm'), files = [...core.files, join(component, 'realloc.c')];
  await buildWasm({ target: 'wasi', level: 'release', kind: 'both', out: wasm, files, extra: core.flags, names: true });
  const program = make(wasm, out('core.wasm'));
  const { total, failures } = await checkTests((args) => {
    const options = { encoding: 'utf8', timeout: 300_000 };
    const { status, stdout, stderr } = spawnSync(wasmtimeCommand(), ['run', program, ...args], options);
    return { code: status, output: stdout, complaint: stderr };
  });
  assert.deepEqual(failures, []);
  t.diagnostic(`${total} tests`);
});

// The world's functions by the canonical ABI, without a component around them: what they return is a view of the memory.
async function world(imports = {}) {
  const core = out('alone.core.wasm'), files = [join(here, 'tasks.c'), join(component, 'component.c')];
  await buildWasm({ target: 'wasi', level: 'release', kind: 'reactor', out: core, files });
  const wasi = new WASI({ version: 'preview1' });
  const wasiImports = { wasi_snapshot_preview1: { ...wasi.wasiImport, ...imports } };
  const { instance } = await WebAssembly.instantiate(readFileSync(core), wasiImports);
  wasi.initialize(instance);
  const { exports } = instance;
  const call = (name, ...args) =>
    new DataView(exports.memory.buffer, exports[`wasyncio:runtime/tasks@0.1.0#${name}`](...args));
  const give = (text) => {
    const at = exports.wax_alloc(text.length);
    Buffer.from(exports.memory.buffer, at).write(text);
    return [at, text.length];
  };
  return { exports, call, give };
}

test('a report that nobody can read costs no handle', async () => {
  const { exports, call, give } = await world({ fd_write: () => 8 });
  const handles = () => new DataView(exports.memory.buffer, exports.wax_counts()).getUint32(16, true);
  const parent = call('spawn', ...give('has_a_glutton'), 0, 0n, 0).getUint32(4, true);
  for (let i = 0; i < 5; i++) call('turn');
  call('release', parent);
  assert.equal(handles(), 0);
});

test('an empty text may be at any address, as jco gives it', async () => {
  const { exports: { memory }, call } = await world(), begin = () => Buffer.from(memory.buffer, 0, 16);
  const before = Buffer.from(begin().fill(7));
  const sentence = (...args) => {
    const view = call(...args);
    assert.equal(view.getUint8(0), 1, 'an error');
    return Buffer.from(memory.buffer, view.getUint32(4, true), view.getUint32(8, true)).toString();
  };
  assert.equal(sentence('cancel', 77, 1, 0), 'handle 77 is stale or was never given');
  assert.equal(sentence('spawn', 1, 0, 2, 1n, 0), "no task is named ''");
  assert.deepEqual(begin(), before);
});

const skipWorld = skipTools || lacks(wasmtimePython(), "no Python with the package wasmtime: './build.sh setup'");
test('a world, driven by Python', { skip: skipWorld }, async (t) => {
  const core = out('world.core.wasm'), files = [join(here, 'tasks.c'), join(component, 'component.c')];
  await buildWasm({ target: 'wasi', level: 'release', kind: 'reactor', out: core, files });
  const env = { ...process.env, COMPONENT: make(core, out('world.wasm')), PYTHONDONTWRITEBYTECODE: '1' };
  const options = { env, encoding: 'utf8', timeout: 300_000 };
  const { status, stderr } = spawnSync(wasmtimePython(), [join(here, 'drive.py'), '-v'], options);
  assert.equal(status, 0, stderr);
  t.diagnostic(/^Ran \d+ tests/m.exec(stderr)[0]);
});
