// What the last step of a build promises: a wasm that it lets through switches tasks rightly, checks its stacks, and
// asks its host for WASI only. What it can't promise for is refused with the reason.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';
import { checkStack, makeInstrumented } from '../../scripts/instrument.mjs';
import { buildLibrary, buildWasm } from '../../scripts/link.mjs';
import { root, run } from '../../scripts/make.mjs';
import { BuildError, toolchain } from '../../scripts/toolchain.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, 'order.c');
const folder = join(root, 'build/tests/build');
mkdirSync(folder, { recursive: true });
const targets = ['wasi', 'emscripten'];

function output(path) {
  const file = `${path}.out`;
  const stdout = openSync(file, 'w');
  const wasi = new WASI({ version: 'preview1', stdout, returnOnExit: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), wasi.getImportObject());
  const status = wasi.start(instance);
  closeSync(stdout);
  assert.equal(status, 0);
  return readFileSync(file, 'utf8');
}

const wat = (...functions) => `(module
 (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
 (global $__stack_pointer (mut i32) (i32.const 65536))
 (func $wa__stack_set (param $0 i32)
  (global.set $__stack_pointer
   (local.get $0)
  )
 )
${functions.join('\n')}
)`;
const writes = (name) => ` (func $${name}
  (global.set $__stack_pointer
   (i32.const 8)
  )
 )`;
const unwinds = (name) => ` (func $${name} (param $0 i32)
  (call $start_unwind
   (local.get $0)
  )
 )`;

describe('the stack check', () => {
  test('reaches every write of the stack pointer but the runtime\'s own', () => {
    const text = checkStack(wat(writes('user'), writes('wa__fiber_resume'), writes('wa_sleep')));
    const body = (name) => new RegExp(`\\(func \\$${name}[^]*?\\n \\)`).exec(text)[0];
    for (const name of ['user', 'wa_sleep']) assert.match(body(name), /\(call \$wa__stack_set\n {3}\(i32\.const 8\)/);
    for (const name of ['wa__fiber_resume', 'wa__stack_set']) assert.doesNotMatch(body(name), /call/);
  });

  test('is refused without names', () => {
    const nameless = wat().replaceAll('__stack_pointer', 'global$0');
    assert.throws(() => checkStack(nameless), /no global is named __stack_pointer/);
  });

  test('is refused without the runtime', () => {
    assert.throws(() => checkStack(wat().replaceAll('wa__stack_set', 'other')), /wa__stack_set is not in it/);
  });
});

test('a switch outside of the fibers is refused, with the function\'s name', () => {
  const own = unwinds('wa__fiber_suspend');
  assert.doesNotThrow(() => checkStack(wat(own)));
  assert.throws(() => checkStack(wat(own, unwinds('crawl'))), /crawl calls asyncify's start_unwind/);
});

for (const target of targets) {
  describe(target, () => {
    for (const level of ['O0', 'O1', 'O2', 'O3', 'Os', 'debug']) {
      test(`tasks take turns, ${level}`, async () => {
        const out = join(folder, `order-${target}-${level}.wasm`);
        await buildWasm({ target, level, kind: 'command', out, files: [program] });
        assert.equal(output(out), 'abababab\n');
      });
    }

    // Such a link runs an optimizer before asyncify does its work.
    for (const flag of ['-O1', '-O2', '-O3', '-Os']) {
      test(`after a link with ${flag} they still do, or the wasm is refused`, async () => {
        const tools = toolchain(target);
        const library = join(folder, `${target}.a`);
        await buildLibrary({ target, level: 'release', out: library });
        const linked = join(folder, `linked-${target}${flag}.wasm`);
        const beside = tools.imports.map((name) => join(root, 'scripts', name));
        await run(tools.cc[0], [
          ...tools.cc.slice(1), flag, program, library, ...tools.link.command, ...tools.names,
          ...beside.flatMap((path) => (path.endsWith('.js') ? ['--js-library', path] : [path])),
          '-Wl,--export=wa__stack_set', '-o', linked,
        ]);
        const out = join(folder, `optimized-${target}${flag}.wasm`);
        try {
          await makeInstrumented(linked, out, { level: 'O3', names: false });
        } catch (error) {
          assert.ok(error instanceof BuildError, error);
          assert.match(error.message, /can't be instrumented: .*(-O|an optimizer)/);
          return;
        }
        assert.equal(output(out), 'abababab\n');
      });
    }

    test('a stack overflow outside of tasks is a trap', async () => {
      const out = join(folder, `overflow-${target}.wasm`);
      await buildWasm({ target, level: 'O2', kind: 'command', out, files: [join(here, 'overflow.c')] });
      assert.throws(() => output(out), /memory access out of bounds/);
    });

    test('a reactor has the runtime\'s exports, a table that grows, and asks for WASI only', async () => {
      const out = join(folder, `runtime-${target}.wasm`);
      await buildWasm({ target, level: 'release', kind: 'reactor', out, files: [] });
      const module = new WebAssembly.Module(readFileSync(out));
      assert.deepEqual(new Set(WebAssembly.Module.imports(module).map((entry) => entry.module)),
        new Set(['wasi_snapshot_preview1']));
      const { exports } = new WebAssembly.Instance(module, new WASI({ version: 'preview1' }).getImportObject());
      const page = readFileSync(join(root, 'docs/abi.md'), 'utf8');
      const promised = [...page.matchAll(/`(wax_\w+)\(/g)].map(([, name]) => name);
      assert.ok(promised.length > 20);
      assert.deepEqual(promised.filter((name) => typeof exports[name] !== 'function'), []);
      assert.ok(exports.__indirect_function_table.grow(1) > 0);
      assert.deepEqual(Object.keys(exports).filter((name) => /^(wa_|emscripten|stack)/.test(name)), []);
    });
  });
}

test('no path of the machine that built it is in a library, and no name in a release', async () => {
  for (const target of targets) {
    for (const level of ['debug', 'release']) {
      const out = join(folder, `library-${target}-${level}.a`);
      await buildLibrary({ target, level, out });
      assert.ok(!readFileSync(out).includes(join(root, 'src')), out);
    }
    const names = (level) => {
      const module = new WebAssembly.Module(readFileSync(join(folder, `order-${target}-${level}.wasm`)));
      return WebAssembly.Module.customSections(module, 'name').length;
    };
    assert.deepEqual([names('debug'), names('O3')], [1, 0]);
  }
});

test('the tools say how they are used, and end with 2', () => {
  for (const line of ['wasmcc', 'wasmcc wasi O9 out a.c', 'wasmcc wasi O1 out', 'nativecc out']) {
    const [tool, ...args] = line.split(' ');
    assert.throws(() => execFileSync(join(root, 'scripts', tool), args, { stdio: 'pipe' }), (error) => {
      assert.equal(error.status, 2);
      assert.match(error.stderr.toString(), /^usage: scripts\//);
      return true;
    });
  }
});
