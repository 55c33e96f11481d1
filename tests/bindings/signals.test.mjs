// docs/signals.md: each row of its table is run, in Node and in the browsers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { load } from '../../bindings/index.js';
import { browsers, missing, open } from '../browsers.mjs';
import { serve } from './serve.mjs';
import { program, root } from './setup.mjs';
import { rows, run } from './signals.mjs';

test('the table in the docs is the one that is tested', () => {
  const text = readFileSync(join(root, 'docs/signals.md'), 'utf8');
  const written = [...text.matchAll(/^\| ([^|]*) \| ([^|]*) \|$/gm)].map(([, when, what]) => ({ when, what })).slice(2);
  assert.deepEqual(written, rows.map(({ when, what }) => ({ when, what })));
});

for (const target of ['wasi', 'emscripten']) {
  describe(`AbortSignal in Node, ${target}`, async () => {
    const module = new WebAssembly.Module(readFileSync(await program(target)));
    const warnings = [];
    process.on('warning', ({ message }) => warnings.push(message));
    for (const [i, { when, expected }] of rows.entries()) {
      test(when, async () => {
        assert.deepEqual(await run(load, module, i), { result: expected, left: 0 });
        assert.deepEqual(warnings, []);
      });
    }
  });
}

for (const name of browsers) {
  test(`AbortSignal in ${name}`, { skip: missing(name) }, async (t) => {
    const url = await serve(t, { 'program.wasm': await program('wasi') });
    const page = await (await open(name, t)).newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${url}/tests/bindings/signals.html`);
    await page.waitForFunction('globalThis.row');
    for (const [i, { when, expected }] of rows.entries()) {
      await t.test(when, async () => {
        assert.deepEqual(await page.evaluate((i) => globalThis.row(i), i), { result: expected, left: 0 });
        assert.deepEqual(complaints, []);
      });
    }
  });
}
