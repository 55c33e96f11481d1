// npx wasyncio demo: the demo page from the installed package, in a browser; wrong uses are one line and exit status 2.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browsers, missing } from '../browsers.mjs';
import { visit } from '../web/visit.mjs';
import { installed } from './project.mjs';

const cleanup = [];
let project;
before(async () => { project = await installed({ after: (f) => cleanup.push(f) }); });
after(() => cleanup.forEach((f) => f()));

/** Runs the command until f, which is handed the address that it has printed, has ended. */
async function demo(args, f) {
  let done;
  const result = await project.wasyncio(['demo', ...args], {
    hear(text, child) {
      const [url] = /http:\S+/.exec(text) ?? [];
      if (url) done ??= f(url).finally(() => child.kill());
    },
  });
  await done;
  return result;
}

for (const name of browsers) {
  test(`a task of the page is aborted by a click, ${name}`, { skip: missing(name) }, (t) => demo([], async (url) => {
    const { abort, errors, start, state } = await visit(name, t, { url });
    await start('mandelbrot');
    await abort('mandelbrot 1');
    await state('mandelbrot 1', 'aborted');
    assert.deepEqual(errors, []);
  }));
}

test('nothing of the package is served but the page and what it loads', () => demo([], async (url) => {
  const status = async (path) => (await fetch(new URL(path, url))).status;
  assert.deepEqual([await status('/'), await status('/web/lock.c'), await status('/bindings/browser.js')], [200, 200, 200]);
  const others = ['/package.json', '/web/none', '/web/serve.mjs', '/web/../README.md', '/%2e%2e/x.js', '/web/%'];
  assert.deepEqual(await Promise.all(others.map(status)), others.map(() => 404));
}));

test('a port that is taken', () => demo([], async (url) => {
  const { port } = new URL(url);
  const { status, stderr } = await project.wasyncio(['demo', '--port', port]);
  assert.equal(status, 1);
  assert.match(stderr, /^wasyncio: demo: listen EADDRINUSE.*; --port N takes another\n$/);
}));

for (const [args, said] of [
  ['--port x', "demo: --port takes 0 to 65535, not 'x'"],
  ['--port 65536', "demo: --port takes 0 to 65535, not '65536'"],
  ['--port=', "demo: --port takes 0 to 65535, not ''"],
  ['page', 'demo: no argument is expected, like page'],
  ['--open', "demo: unknown option '--open'; see npx wasyncio demo --help"],
]) {
  test(`demo ${args}`, async () => {
    const { status, stderr } = await project.wasyncio(['demo', ...args.split(' ')]);
    assert.deepEqual([status, stderr], [2, `wasyncio: ${said}\n`]);
  });
}
