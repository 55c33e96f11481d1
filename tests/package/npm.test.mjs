// npm alone: from the packed tarball in an empty folder, with no compiler on the PATH and nothing in HOME, to a project
// that compiles C and aborts a task.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { browsers, missing, open } from '../browsers.mjs';
import { bareEnvironment, installed, unreachable } from './project.mjs';

// The page says so itself when one of its files can't be had.
async function tells(page, url, missed) {
  await page.setRequestInterception(true);
  page.on('request', (request) => (request.url().endsWith(missed) ? request.abort() : request.continue()));
  await page.goto(url);
  const says = (missed) => document.getElementById('log').textContent.startsWith(missed);
  await page.waitForFunction(says, {}, missed);
}

test('an empty folder, npm, and nothing else', async (t) => {
  const project = await installed(t, await bareEnvironment(t));
  assert.deepEqual(readdirSync(project.file('node_modules')).filter((name) => !name.startsWith('.')), ['wasyncio']);
  project.write('a.c', '#include "wasyncio.h"\n');

  await t.test('without a compiler, build says what to type', async () => {
    const { status, stderr } = await project.run('npx', ['wasyncio', 'build', 'a.c', '-o', 'a.wasm']);
    assert.equal(status, 1);
    assert.match(stderr, /there is no C compiler for wasm[^]*npm install --save-dev @yowasp\/clang@\S+ binaryen@\S+/);
  });

  const init = await project.run('npx', ['wasyncio', 'init']);
  const skip = unreachable(init.stderr);
  if (skip) return t.skip(skip);
  assert.equal(init.status, 0, init.stderr);

  await t.test('npm test compiles C and aborts a task, in under a minute', async (t) => {
    const { status, stdout, stderr, seconds } = await project.run('npm', ['test']);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^app\.wasm: .*, npm, /m);
    assert.match(stdout, /# pass 3\n# fail 0/);
    t.diagnostic(`npm test took ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 60, `${seconds} s`);
  });

  await t.test('a second build of a changed file', async (t) => {
    writeFileSync(project.file('app.c'), `\n${readFileSync(project.file('app.c'), 'utf8')}`);
    const { status, stdout } = await project.run('npm', ['run', 'build']);
    assert.equal(status, 0);
    t.diagnostic(stdout.trim().split('\n').at(-1));
  });

  await t.test('the Node script runs', async () => {
    const { stdout, status } = await project.run('node', ['main.mjs']);
    assert.match(stdout, /^primes below 100000: 9592\nprimes: stopped at \d+ .*\naborted: .*timeout/);
    assert.equal(status, 0);
  });

  for (const name of browsers) {
    await t.test(`the page aborts a task in ${name}`, { skip: missing(name) }, async (t) => {
      const browser = await open(name, t);
      const served = project.run('node', ['serve.mjs'], {
        env: { PORT: '0' },
        hear(text, child) {
          if (/^http.*\n/.test(text)) visit(text.trim()).then(report, report).finally(() => child.kill());
        },
      });
      let seen;
      const report = (outcome) => { seen = outcome; };
      async function visit(url) {
        for (const missed of ['app.wasm', 'page.mjs']) await tells(await browser.newPage(), url, missed);
        const page = await browser.newPage();
        await page.goto(url);
        await page.waitForFunction(() => document.getElementById('primes').onclick);
        for (const id of ['primes', 'countdown']) await page.click(`#${id}`);
        await page.waitForFunction(() => document.getElementById('log').textContent.includes('countdown: 9'));
        await page.focus('#abort');
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.getElementById('abort').ariaDisabled === 'true');
        return page.evaluate(() => ({
          log: document.getElementById('log').textContent, focused: document.activeElement.id,
          scheme: getComputedStyle(document.documentElement).colorScheme,
        }));
      }
      await served;
      assert.match(String(seen.log ?? seen), /primes: stopped at \d+ \(.*aborted by a click\)\n/);
      assert.match(seen.log, /countdown: stopped with \d+ to go \(.*aborted by a click\)\n/);
      assert.equal(seen.focused, 'abort', 'who aborts by the keyboard keeps the place');
      assert.equal(seen.scheme, 'light dark');
    });
  }

  await t.test('init overwrites nothing, and makes a project elsewhere', async () => {
    const again = await project.run('npx', ['wasyncio', 'init']);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /^wasyncio: init: app\.c, .* are there already, in .*\n$/m);
    mkdirSync(project.file('other/place'), { recursive: true });
    project.write('other/place/package.json', '\uFEFF{ "private": true }'); // with a byte order mark, as some editors write it
    const { status, stderr } = await project.run('npx', ['wasyncio', 'init', 'other/place']);
    assert.equal(status, 0, stderr);
    const { scripts, devDependencies } = JSON.parse(readFileSync(project.file('other/place/package.json'), 'utf8'));
    assert.deepEqual(Object.keys(scripts), ['build', 'start', 'test']);
    assert.match(devDependencies.wasyncio, /\.tgz$/);
    assert.ok(existsSync(join(project.path, 'other/place/node_modules/wasyncio/bin/wasyncio.mjs')));
  });
  return undefined;
});
