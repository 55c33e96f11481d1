// The one behaviour suite (app/suite.mjs) in every host, from the packed package. At the end: a table, hosts by cases.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { find, run } from '../../toolchain/run.mjs';
import { browsers, missing, open } from '../browsers.mjs';
import { makeApp, makeGlue } from './app.mjs';
import { bundle, bundlers } from './bundlers.mjs';
import { serve } from './serve.mjs';
import { Table } from './table.mjs';
import { commands, install, tools, versionOf } from './tools.mjs';

// Calls f the first time only.
const once = (f) => {
  let result;
  return () => result ??= f();
};

test('hosts', { timeout: 1_500_000 }, async (t) => {
  const unavailable = await install();
  const app = await makeApp(t);
  const table = new Table();
  t.after(() => console.log(`${table}`));
  let names; // of the cases, as the first host ran them

  function check(host, version, results) {
    table.add(host, version, results);
    names ??= results.map(({ name }) => name);
    assert.deepEqual(results.map(({ name }) => name), names);
    assert.ok(names.length > 80, `${names.length} cases`);
    allPassed(results);
  }
  function allPassed(results) {
    const failed = results.filter(({ error }) => error);
    if (failed.length > 0) assert.fail(failed.map(({ name, error }) => `${name}\n${error}`).join('\n\n'));
  }

  const glue = once(() => makeGlue(app));
  for (const [name, { program, args }] of Object.entries(commands())) {
    const skip = !program && (unavailable ?? `npm has no ${name} for this machine`);
    await t.test(name, { skip }, async () => {
      const { stdout: version } = await run(program, ['--version']);
      const env = { ...process.env, DENO_DIR: join(tools, 'deno'), DENO_NO_UPDATE_CHECK: '1' };
      const { stdout } = await run(program, [...args, 'command.mjs'], { cwd: app, env, timeout: 600_000 });
      check(name, /\d[\w.]*/.exec(version)[0], JSON.parse(/^results (.*)$/m.exec(stdout)[1]));
    });
    const without = skip || (!find('emcc') && 'emcc is not installed');
    await t.test(`${name}, with Emscripten's glue`, { skip: without }, async () => {
      await glue();
      const { stdout } = await run(program, [...args, 'glue/command.mjs'], { cwd: app, timeout: 300_000 });
      const [seen, expected] = stdout.trim().split('\n').slice(-2).map((line) => JSON.parse(line));
      assert.deepEqual(seen, expected);
    });
  }

  const bundles = new Map(bundlers.map((bundler) => [bundler, once(() => bundle(bundler, app))]));
  for (const name of browsers) {
    await t.test(name, { skip: missing(name) }, async (t) => {
      const browser = await open(name, t);
      const version = /[\d.]+/.exec(await browser.version())[0];
      const visit = async (url, where = 'page') => {
        const page = await browser.newPage();
        await page.goto(url);
        const results = await page.evaluate((where) => globalThis[where](), where);
        await page.close();
        return results;
      };
      const site = await serve(t, app);
      await t.test('in a page', async () => check(name, version, await visit(site)));
      await t.test('in a worker', async () => check(`${name}, worker`, version, await visit(site, 'worker')));
      await t.test('in other places', async () => allPassed(await visit(site, 'places')));

      for (const bundler of bundlers) {
        await t.test(`in a page and a worker by ${bundler}`, { skip: unavailable }, async (t) => {
          const { dist, said, scripts, wasms } = await bundles.get(bundler)();
          assert.doesNotMatch(said, /warn|external|node:/i);
          assert.deepEqual(scripts.join('\n').match(/.{0,40}(\bnode:|\bgetBuiltinModule\b).{0,40}/g), null);
          const shipped = ['app.wasm', 'streams.wasm', 'node_modules/wasyncio/dist/wasm/wasyncio.wasm'];
          const sizes = (files) => [...new Set(files.map((bytes) => bytes.length))].sort();
          assert.deepEqual(sizes(wasms), sizes(shipped.map((path) => readFileSync(join(app, path)))));
          const site = await serve(t, dist);
          check(`${name}, ${bundler} ${versionOf(bundler)}`, version, await visit(site));
          allPassed(await visit(site, 'worker'));
        });
      }
    });
  }
});
