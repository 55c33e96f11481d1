// load({ emscripten }): a program with Emscripten's own glue, built by the very commands of docs/data.md.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { LoadError, MisuseError, load } from '../../bindings/index.js';
import { find } from '../../toolchain/run.mjs';
import { browsers, missing, open } from '../browsers.mjs';
import { check, expected } from './glue.mjs';
import { serve } from './serve.mjs';
import { errorOf, here, root } from './setup.mjs';

const folder = join(root, 'build/tests/bindings/glue');
const skip = find('emcc') ? false : 'emcc is not installed';

function build() {
  const text = readFileSync(join(root, 'docs/data.md'), 'utf8');
  const script = text.match(/^ {4}W=.*?^ {4}npx.*?$/ms)[0]
    .replace('W=node_modules/wasyncio', `W='${root}'`)
    .replace('npx wasyncio', `'${process.execPath}' '${root}/bin/wasyncio.mjs'`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(here, 'glue.c'), join(folder, 'app.c'));
  execFileSync('sh', ['-ec', script], { cwd: folder, stdio: 'pipe' });
  copyFileSync(join(folder, 'app.js'), join(folder, 'app.cjs')); // this project's folders are modules
}

describe("Emscripten's own glue", { skip }, () => {
  before(build);

  test('in Node', async () => {
    const createModule = createRequire(import.meta.url)(join(folder, 'app.cjs'));
    const wasmBinary = readFileSync(join(folder, 'app.wasm'));
    assert.deepEqual(await check(load, createModule, { wasmBinary }), expected);
  });

  for (const name of browsers) {
    test(`in ${name}`, { skip: missing(name) }, async (t) => {
      const url = await serve(t, { 'app.wasm': join(folder, 'app.wasm') });
      const page = await (await open(name, t)).newPage();
      await page.goto(`${url}/tests/bindings/glue.html`);
      await page.waitForFunction('globalThis.check');
      assert.deepEqual(await page.evaluate(() => globalThis.check()), expected);
    });
  }

  test('a module has one runtime at a time', async () => {
    const createModule = createRequire(import.meta.url)(join(folder, 'app.cjs'));
    const module = await createModule({ wasmBinary: readFileSync(join(folder, 'app.wasm')) });
    const rt = await load({ emscripten: module });
    const error = await errorOf(load({ emscripten: module }));
    assert.ok(error instanceof MisuseError);
    assert.match(error.message, /this module has a runtime already: close that first/);
    assert.equal(await rt.spawn('calls_back'), 7);
    await rt.close();
    const next = await load({ emscripten: module });
    assert.equal(await next.spawn('calls_back'), 7);
    await next.close();
    assert.match((await errorOf(load({ emscripten: undefined }))).message, /load: emscripten must be a module/);
  });

  test('what does not start, or holds no runtime, is a LoadError', async () => {
    const broken = new Error('no wasm here');
    for (const [emscripten, pattern, cause] of [
      [() => { throw broken; }, /does not start: no wasm here/, broken],
      [Promise.reject(broken), /does not start: no wasm here/, broken],
      [{ get wasmExports() { throw broken; } }, /does not start: no wasm here/, broken],
      [async () => ({}), /does not hold the runtime .*-sEXPORTED_RUNTIME_METHODS=wasmExports/],
      [{ asm: { malloc() {} } }, /does not hold the runtime/],
    ]) {
      const error = await errorOf(load({ emscripten }));
      assert.ok(error instanceof LoadError, String(error));
      assert.match(error.message, pattern);
      assert.equal(error.cause, cause);
    }
  });
});
