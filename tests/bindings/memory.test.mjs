// The runtime's memory and libc's malloc, in the same wasm; and memory that has been full.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { load } from '../../bindings/index.js';
import { buildWasm } from '../../scripts/link.mjs';
import { errorOf, here, onBoth, root, undefinedSymbols } from './setup.mjs';

const small = /^O[sz]$/.test(process.env.WASYNCIO_LEVEL ?? '');

onBoth('memory', (test) => {
  test("nothing that malloc gives is the runtime's", {}, (rt) => {
    assert.equal(rt.exports.shared(), 0);
  });

  test("after a wa_run, a task in its main's place gives its stack back, too", {}, async (rt) => {
    assert.equal(rt.exports.run(), 0);
    const round = async () => {
      for (let i = 0; i < 200; i++) await Promise.all([rt.spawn('keeps_stack'), rt.spawn('keeps_stack')]);
      return rt.memory.buffer.byteLength;
    };
    assert.equal(await round(), await round());
  });

  test('a host that recovers from a trap out of wa_run goes on, and may run it again', {}, async (rt) => {
    for (let i = 0; i < 3; i++) {
      assert.throws(() => rt.exports.run_traps(), WebAssembly.RuntimeError);
      assert.equal(rt.exports.wax_recover(0), 1);
    }
    assert.equal(rt.exports.run(), 0);
    assert.equal(await rt.spawn('keeps_stack'), 0);
  });

  test('and where that waited for what its main had left: the next is not ended by those', {}, async (rt, { context }) => {
    if (small) return context.skip('there they stay');
    const bytes = [];
    for (let i = 0; i < 3; i++) {
      assert.throws(() => rt.exports.run_traps_at_its_end(), WebAssembly.RuntimeError);
      assert.equal(rt.exports.wax_recover(0), 1);
      assert.equal(rt.exports.run_sleeps(), 0);
      assert.equal(await rt.spawn('keeps_stack'), 0);
      bytes.push(rt.counts().bytes);
    }
    assert.equal(bytes[2], bytes[1]);
  });
}, 'memory');

const most = 4 << 20;
const limits = {
  wasi: [`-Wl,--max-memory=${most}`],
  emscripten: [`-sMAXIMUM_MEMORY=${most}`, `-sINITIAL_MEMORY=${most / 2}`, ...undefinedSymbols],
};
for (const [target, extra] of Object.entries(limits)) {
  describe(`memory that was full, ${target}`, async () => {
    const limited = async (name, t) => {
      const out = join(root, `build/tests/bindings/${name}-${target}-limited.wasm`);
      await buildWasm({ target, level: 'release', kind: 'reactor', out, files: [join(here, `${name}.c`)], extra });
      const rt = await load(out, { clock: 'virtual' });
      t.after(() => rt.close());
      return rt;
    };

    test('serves things of any other size once it is free', async (t) => {
      const { exports } = await limited('full', t);
      const whole = exports.largest();
      assert.ok(whole > 1 << 20, `${whole} of ${most}`);
      for (let seed = 1; seed <= 40; seed++) {
        const [least, atMost] = [[33, 64], [160, 160], [1, 512], [500, 700], [1, 5000], [3000, 100_000]][seed % 6];
        const had = exports.fill(seed, least, atMost, [0, 30, 60, 100][seed % 4]);
        const bytes = had * (least + atMost) / 2;
        assert.ok(bytes > 0.8 * whole, `seed ${seed}: ${had} blocks of ${least} to ${atMost}: ${bytes} of ${whole}`);
        assert.ok(exports.largest() > 0.8 * whole, `seed ${seed}: ${exports.largest()} of ${whole}`);
      }
    });

    test('tasks without number, then data', async (t) => {
      const rt = await limited('tasks', t);
      for (let round = 0; round < 3; round++) {
        const tasks = [];
        let full;
        while (!full) {
          try {
            tasks.push(rt.spawn('sleeper', 1e6));
          } catch (error) {
            full = error;
          }
        }
        assert.equal(full.statusName, 'WA_ENOMEM');
        assert.ok(tasks.length > 5000, tasks.length);
        const ends = tasks.map(errorOf);
        await new Promise(setImmediate); // they begin, and wait
        for (const task of tasks) task.cancel();
        await Promise.all(ends);
        for (const size of [1, 100, 1000, 10_000, 100_000, 500_000]) {
          const name = 'n'.repeat(size % 999);
          assert.equal((await rt.spawn('echo', 'x'.repeat(size), { name })).length, size, `round ${round}`);
        }
      }
    });
  });
}
