// See inflight.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../bindings/index.js';
import { browsers, missing, open } from '../browsers.mjs';
import { check, expected } from './inflight.mjs';
import { serve } from './serve.mjs';
import { program } from './setup.mjs';

const seeds = [1, 2, 3];

for (const target of ['wasi', 'emscripten']) {
  test(`10,000 calls in flight, in Node, ${target}`, async () => {
    const path = await program(target);
    for (const seed of seeds) assert.deepEqual(await check(load, path, seed), expected, `seed ${seed}`);
  });
}

for (const name of browsers) {
  test(`10,000 calls in flight, in ${name}`, { skip: missing(name) }, async (t) => {
    const url = await serve(t, { 'program.wasm': await program('wasi') });
    const page = await (await open(name, t)).newPage();
    await page.goto(`${url}/tests/bindings/inflight.html`);
    await page.waitForFunction('globalThis.check');
    for (const seed of seeds) {
      assert.deepEqual(await page.evaluate((seed) => globalThis.check(seed), seed), expected, `seed ${seed}`);
    }
  });
}
