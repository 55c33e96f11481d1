// What the last step of a build promises: a wasm that it lets through switches tasks rightly, checks its stacks, and
// asks its host for WASI only. What it can't promise for is refused with the reason.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';
import { buildLibraries, buildWasm } from '../../scripts/link.mjs';
import { root, run } from '../../scripts/make.mjs';
import { toolchain } from '../../scripts/toolchain.mjs';
import { fiber } from '../core/suites.mjs';
import { checkStack, instrument } from '../../toolchain/instrument.mjs';
import { linkFlags } from '../../toolchain/link.mjs';
import { BuildError } from '../../toolchain/run.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, 'order.c');
const folder = join(root, 'build/tests/build');
mkdirSync(folder, { recursive: true });
const targets = ['wasi', 'emscripten'];

// In a process of its own: there, the program's functions of WASI are behind JavaScript's (node-wasi.mjs says why).
const output = async (path) => (await run(process.execPath, [join(root, 'tests/core/node-wasi.mjs'), path])).stdout;

const wat = (...functions) => `(module
 (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
 (import "env" "sink" (func $sink (param i64 v128 f64)))
 (global $other (mut i32) (i32.const 1))
 (global $__stack_pointer (mut i32) (i32.const 65536))
 (memory $memory (shared 1 1))
 (data $data "bytes")
 (func $wa__stack_set (param $0 i32) (global.set $__stack_pointer (local.get $0)))
 ${functions.join('\n ')})`;
const writes = (name) => `(func $${name} (global.set $__stack_pointer (i32.const 8)))`;
const unwinds = (name) => `(func $${name} (param $0 i32) (call $start_unwind (local.get $0)))`;

async function assemble(text, flags = ['-g']) {
  const path = join(folder, `assembled-${process.pid}`);
  writeFileSync(`${path}.wat`, text);
  await run('wasm-as', ['-all', ...flags, `${path}.wat`, '-o', `${path}.wasm`]);
  return readFileSync(`${path}.wasm`);
}
const check = async (...functions) => checkStack(await assemble(wat(...functions))).bytes;

async function textOf(bytes) {
  const path = join(folder, `disassembled-${process.pid}.wasm`);
  writeFileSync(path, bytes);
  return (await run('wasm-dis', ['-all', path])).stdout;
}
const bodyOf = (name, text) => new RegExp(`\\(func \\$${name}\\b[^]*?\\n \\)`).exec(text)[0];

describe('the stack check', () => {
  test('reaches every write of the stack pointer but the runtime\'s own', async () => {
    const text = await textOf(await check(writes('user'), writes('wa__fiber_resume'), writes('wa_sleep')));
    for (const name of ['user', 'wa_sleep']) {
      assert.match(bodyOf(name, text), /\(call \$wa__stack_set\n\s+\(i32\.const 8\)/);
    }
    for (const name of ['wa__fiber_resume', 'wa__stack_set']) assert.doesNotMatch(bodyOf(name, text), /call/);
  });

  // Operands that look like the write of a stack pointer: global 1, and function 2 in its place.
  test('takes no operand for an instruction', async () => {
    const odd = `(func $odd (param $p i32) (result i32) (local $i i32) (local $a i32) (local $b i32)
      (block $out (block $in (br_table $out $in (local.get $p))))
      (global.set $other (i32.const 0x124))
      (call $sink (i64.const 0x12412412412) (v128.const i8x16 36 1 36 1 36 1 36 1 36 1 36 1 36 1 36 1)
        (f64.const 0x1.0124012401240p+3))
      (drop (f32.const 0x1.240124p+2))
      (i32.store offset=292 align=1 (i32.const 36) (i32.load8_u offset=36 (i32.const 292)))
      (v128.store8_lane offset=36 1 (i32.const 36) (i8x16.splat (i32.const 36)))
      (drop (i8x16.shuffle 24 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (i8x16.splat (i32.const 1))
        (i8x16.splat (i32.const 1))))
      (drop (i8x16.extract_lane_s 1 (i8x16.splat (i32.const 36))))
      (drop (f64x2.pmax (f64x2.splat (f64.const 36)) (f64x2.splat (f64.const 1))))
      (memory.copy (i32.const 36) (i32.const 1) (i32.const 36))
      (memory.fill (i32.const 36) (i32.const 1) (i32.const 36))
      (memory.init $data (i32.const 36) (i32.const 1) (i32.const 36))
      (drop (i64.trunc_sat_f64_s (f64.const 36)))
      (drop (i32.atomic.rmw.add offset=36 (i32.const 36) (i32.const 1)))
      (atomic.fence)
      (drop (select (result funcref) (ref.null func) (ref.func $wa__stack_set) (i32.const 36)))
      (global.set $__stack_pointer (local.get $b))
      (memory.grow (memory.size)))`;
    const before = bodyOf('odd', await textOf(await assemble(wat(odd))));
    const after = bodyOf('odd', await textOf(await check(odd)));
    assert.equal(before.match(/global\.set \$__stack_pointer/g).length, 1);
    assert.equal(after, before.replace('global.set $__stack_pointer', 'call $wa__stack_set'));
  });

  test('is refused without names', async () => {
    const bytes = await assemble(wat(), []);
    assert.throws(() => checkStack(bytes), /no global is named __stack_pointer\. Link with names/);
  });

  test('is refused without the runtime', async () => {
    const bytes = await assemble(wat().replaceAll('wa__stack_set', 'other'));
    assert.throws(() => checkStack(bytes), /wa__stack_set is not in it/);
  });

  test('is refused for what is no wasm', () => {
    assert.throws(() => checkStack(Buffer.from('(module)')), /it is no wasm binary/);
  });
});

test('what never suspends goes by names that no program has for functions of its own', () => {
  const [ours] = readFileSync(new URL('../../toolchain/nosuspend.txt', import.meta.url), 'utf8').split('# stdio');
  const names = ours.split('\n').filter((line) => line && !line.startsWith('#'));
  assert.deepEqual(names.filter((name) => !name.startsWith('wa_')), []);
  assert.ok(names.length > 10);
});

test('a switch outside of the fibers is refused, with the function\'s name', async () => {
  const own = unwinds('wa__fiber_suspend');
  await assert.doesNotReject(check(own));
  await assert.rejects(check(own, unwinds('crawl')), /crawl calls asyncify's start_unwind/);
});

test('exceptions and setjmp are refused, with the reason', async () => {
  const why = /cannot be unwound and rewound by asyncify[^]*Return statuses/;
  const catches = '(tag $tag (param i32)) (func $thrower (throw $tag (i32.const 1)))';
  await assert.rejects(check(catches), (error) => why.test(error.message) && /thrower uses exceptions/.test(error.message));
  for (const [name, what] of [
    ['invoke_vi', 'C++ exceptions'], ['__cxa_throw', 'C++ exceptions'], ['emscripten_longjmp', 'setjmp'],
    ['__wasm_setjmp', 'setjmp'],
  ]) {
    const bytes = await assemble(wat().replace('"sink"', `"${name}"`));
    assert.throws(() => checkStack(bytes), (error) =>
      why.test(error.message) && error.message.includes(`uses ${what}`) && error.message.includes(`env.${name}`));
  }
});

test('Emscripten\'s own check of the stack is refused: it would take each task\'s stack for an overflow', async () => {
  const bytes = await assemble(wat('(func (export "__set_stack_limits") (param i32 i32))'));
  assert.throws(() => checkStack(bytes), /Emscripten's own check of the stack[^]*without -sSTACK_OVERFLOW_CHECK=2/);
});

test('a command whose _start runs no constructors, as the linker makes it with --export-all, is refused', async () => {
  const command = (body) => check('(func $__wasm_call_ctors)', `(func $_start (export "_start") ${body})`);
  await assert.doesNotReject(command('(call $__wasm_call_ctors)'));
  await assert.rejects(command('(call $wa__stack_set (i32.const 8))'), /_start runs no constructors[^]*--export=NAME/);
});

for (const target of targets) {
  describe(target, () => {
    for (const level of ['O0', 'O1', 'O2', 'O3', 'Os', 'Oz', 'debug']) {
      test(`tasks take turns, ${level}`, async () => {
        const out = join(folder, `order-${target}-${level}.wasm`);
        await buildWasm({ target, level, kind: 'command', out, files: [program] });
        assert.equal(await output(out), 'abababab\n');
      });
    }

    // The whole suite of fibers, too, so that nothing depends on what asyncify.mjs knows of this version of asyncify.
    test('code of asyncify that is not known stays as it is, and works', async () => {
      const tools = toolchain(target);
      const libraries = join(folder, target);
      await buildLibraries({ target, level: 'release', folder: libraries });
      const linked = join(folder, `linked-${target}-unknown.wasm`);
      await run(tools.cc[0], [
        ...tools.cc.slice(1), ...tools.cflags(false), '-O2', ...fiber.files, `-L${libraries}`, '-lwasyncio',
        '-lwasyncio-start', ...linkFlags(tools, 'command'), '-o', linked,
      ]);
      const out = join(folder, `unknown-${target}.wasm`);
      await instrument(tools.optimizer, linked, out, { level: 'O3', names: false }, (bytes) => bytes);
      const said = await output(out);
      assert.match(said, /end records_that_grow_and_shrink/);
      assert.doesNotMatch(said, /^fail /m);
    });

    // Such a link runs an optimizer before asyncify does its work.
    for (const flag of ['-O1', '-O2', '-O3', '-Os']) {
      test(`after a link with ${flag} they still do, or the wasm is refused`, async () => {
        const tools = toolchain(target);
        const libraries = join(folder, target);
        await buildLibraries({ target, level: 'release', folder: libraries });
        const linked = join(folder, `linked-${target}${flag}.wasm`);
        await run(tools.cc[0], [
          ...tools.cc.slice(1), flag, program, `-L${libraries}`, '-lwasyncio', '-lwasyncio-start',
          ...linkFlags(tools, 'command').filter((word) => word !== '-O0'), '-o', linked,
        ]);
        const out = join(folder, `optimized-${target}${flag}.wasm`);
        try {
          await instrument(tools.optimizer, linked, out, { level: 'O3', names: false });
        } catch (error) {
          assert.ok(error instanceof BuildError, error);
          assert.match(error.message, /can't be instrumented: .*(-O|an optimizer)/);
          return;
        }
        assert.equal(await output(out), 'abababab\n');
      });
    }

    test('a stack overflow outside of tasks is a trap', async () => {
      const out = join(folder, `overflow-${target}.wasm`);
      await buildWasm({ target, level: 'O2', kind: 'command', out, files: [join(here, 'overflow.c')] });
      await assert.rejects(output(out), /memory access out of bounds/);
    });

    test('a task may await below stdio, in a FILE\'s own function', async () => {
      for (const level of ['O0', 'O3', 'Os']) {
        const out = join(folder, `cookie-${target}-${level}.wasm`);
        await buildWasm({ target, level, out, files: [join(here, 'cookie.c')] });
        assert.equal(await output(out), '17 17 3 1\n', level);
      }
    });

    // Emscripten's libc reads without read.
    for (const own of target === 'wasi' ? ['fread', 'read'] : ['fread']) {
      test(`a task may await in a ${own} of the program's own`, async () => {
        for (const level of ['O0', 'O3', 'Os']) {
          const out = join(folder, `stdio-${own}-${target}-${level}.wasm`);
          await buildWasm({ target, level, out, files: [join(here, 'stdio.c')], extra: [`-DOWN_${own}`] });
          assert.equal(await output(out), '3 ddd 3\n', level);
        }
      });
    }

    test('a reactor has the runtime\'s exports, a table that grows, and asks for WASI only', async () => {
      const out = join(folder, `runtime-${target}.wasm`);
      await buildWasm({ target, level: 'release', kind: 'reactor', out, files: [join(here, 'reads.c')] });
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
    for (const level of ['debug', 'release', 'Oz']) {
      const out = join(folder, `${target}-${level}`);
      await buildLibraries({ target, level, folder: out });
      for (const name of readdirSync(out)) assert.ok(!readFileSync(join(out, name)).includes(join(root, 'src')), name);
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
