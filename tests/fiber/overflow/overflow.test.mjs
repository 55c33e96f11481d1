// A task that runs out of stack, whichever way: it alone ends, with a report that names it and its cure; the memory of
// every other task is as it was, and they go on. In a JavaScript host, through the bindings.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { load } from '../../../bindings/index.js';
import { buildWasm } from '../../../scripts/link.mjs';
import { root } from '../../../scripts/make.mjs';
import { among, settle } from './among.mjs';

const here = dirname(fileURLToPath(import.meta.url));

async function build(target, level) {
  const out = join(root, `build/tests/overflow/${target}-${level}.wasm`);
  await buildWasm({ target, level, kind: 'reactor', out, files: [join(here, 'tasks.c')] });
  return out;
}

const sentence = (name, size) => `task '${name}': stack overflow, ${size} bytes, give it more with stackSize`;

function assertOverflow({ error, value }, name, size) {
  assert.ok(error, `it should have overflowed, and gave ${value}`);
  assert.equal(error.name, 'StackOverflowError', error.stack);
  assert.equal(error.task, name);
  assert.ok(error.message.startsWith(size ? sentence(name, size) : `task '${name}'`), error.message);
}

for (const target of ['wasi', 'emscripten']) {
  for (const level of ['O0', 'release']) {
    describe(`out of stack, ${target} ${level}`, async () => {
      const path = await build(target, level);
      const module = await WebAssembly.compile(readFileSync(path));

      test('by recursion: the report names the task, its size and the option; with more it works', async () => {
        const reports = await among(module, async (rt) => {
          assertOverflow(await settle(rt.spawn('crawl', 5000, { name: 'crawl' })), 'crawl', 16384);
          assertOverflow(await settle(rt.spawn('crawl', 5000, { name: 'little', stackSize: 300 })), 'little', 300);
          assert.equal(await rt.spawn('crawl', 20, { name: 'crawl' }), 21);
          assert.equal(await rt.spawn('crawl', 1000, { stackSize: 2 ** 20 }), 1001);
        });
        assert.deepEqual(reports.map(({ kind, name }) => [kind, name]), [['stack', 'crawl'], ['stack', 'little']]);
        assert.ok(reports[0].text.startsWith(sentence('crawl', 16384)), reports[0].text);
      });

      for (const name of ['crawl_in_calls', 'crawl_in_nested_calls', 'crawl_in_defer', 'after_a_while']) {
        test(`by recursion, ${name}`, () => among(module, async (rt) => {
          const bytes = [];
          for (let i = 0; i < 5; i++) {
            assertOverflow(await settle(rt.spawn(name, 5000, { name })), name, 16384);
            assert.equal(await rt.spawn(name, 10, { name }), name === 'crawl_in_defer' ? 0 : 11);
            bytes.push(rt.counts().bytes);
          }
          assert.ok(bytes[4] - bytes[0] < 1024, `memory grows: ${bytes}`); // other tasks move it by less
        }));
      }

      test('by recursion in an eager task: its parent, which was running too, ends with it', () =>
        among(module, async (rt) => {
          const outer = await settle(rt.spawn('crawl_eagerly', 5000, { name: 'outer' }));
          assert.equal(outer.error.name, 'StackOverflowError');
        }));

      test('by recursion in an eager first step', () => among(module, async (rt, reports) => {
        assert.throws(() => rt.spawn('crawl', 5000, { name: 'crawl', eager: true }), { name: 'StackOverflowError' });
        await rt.spawn('steps', 1);
        assert.deepEqual(reports.map(({ kind }) => kind), ['stack']);
      }));

      // From just over the stack to more than there is memory below it, where the pointer wraps around.
      for (const size of [16400, 20000, 100_000, 1_000_000, 5_000_000, 2 ** 31, 3_000_000_000]) {
        test(`by one frame of ${size} bytes`, () => among(module, async (rt) => {
          assertOverflow(await settle(rt.spawn('large_frame', size, { name: 'large' })), 'large', 16384);
        }));
      }
      test('by one frame of a fixed size', () => among(module, async (rt) => {
        assertOverflow(await settle(rt.spawn('fixed_large_frame', '', { name: 'large' })), 'large', 16384);
      }));

      test('inside libc', () => among(module, async (rt) => {
        assertOverflow(await settle(rt.spawn('in_libc', 0.1, { name: 'print', stackSize: 256 })), 'print', 256);
        assert.equal(await rt.spawn('in_libc', 0.1), '0.10000000000000001'.length);
      }));

      test('in a listener: the next report is heard of', async () => {
        const rt = await load(module);
        assert.equal(await rt.spawn('leaves_an_error'), 1);
        assertOverflow(await settle(rt.spawn('leaves_an_error', '', { name: 'small', stackSize: 2048 })), 'small');
        assert.equal(await rt.spawn('leaves_an_error'), 1);
        await rt.close();
      });

      test('a trap in a visitor leaves nobody behind', () => among(module, async (rt) => {
        assert.equal((await settle(rt.spawn('visits_and_traps'))).error.name, 'TrapError');
        assert.equal(await rt.spawn('who_is_there_outside'), 0);
      }));

      test('of the engine, by recursion without end', () => among(module, async (rt) => {
        for (let i = 0; i < 3; i++) {
          assertOverflow(await settle(rt.spawn('endless', '', { name: 'endless', stackSize: 2 ** 24 })), 'endless');
        }
      }));

      // Which of the two stacks ends first depends on the engine's: a browser's may be larger than Node's.
      for (const size of [900, 4000]) {
        test(`of the records of a switch, with ${size} KB of engine stack: any depth works or is told`, async () => {
          const args = [`--stack-size=${size}`, join(here, 'records.mjs'), path];
          const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 300_000 });
          const { worked, told } = JSON.parse(stdout);
          assert.ok(worked > 3 && told > 0, stdout);
        });
      }

      test('again and again: a hundred overflows leave nothing behind', () => among(module, async (rt) => {
        const tasks = Array.from({ length: 100 }, (_, i) => rt.spawn('crawl', 5000, { name: `crawl ${i}` }));
        for (const [i, task] of tasks.entries()) assertOverflow(await settle(task), `crawl ${i}`, 16384);
      }));
    });
  }
}
