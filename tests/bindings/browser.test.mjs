// The same modules in real browsers, in a page and in a module worker: nothing of Node's is in the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browsers, missing, open } from '../browsers.mjs';
import { serve } from './serve.mjs';
import { program } from './setup.mjs';

const wasm = await program('wasi');

for (const name of browsers) {
  test(name, { skip: missing(name), timeout: 120_000 }, async (t) => {
    const url = `${await serve(t, { 'program.wasm': wasm })}/tests/bindings/page.html`;
    const page = await (await open(name, t)).newPage();
    await page.goto(url);
    for (const where of ['page', 'worker']) {
      const { slept, ...rest } = await page.evaluate((where) => globalThis[where](), where);
      assert.deepEqual(rest, {
        text: 'é 漢',
        fetched: 'hello from the server',
        relative: 'by a string',
        computing: 'stop',
        hanging: 'TimeoutError',
        overflow: 'StackOverflowError',
        after: 'alive',
        counts: { tasks: 0, futures: 0, timers: 0, operations: 0, handles: 0, stacks: 0 },
      }, where);
      assert.ok(slept >= 29 && slept < 10_000, `${where}: slept ${slept} ms`); // of 30; a slow machine has its time
    }
  });
}
