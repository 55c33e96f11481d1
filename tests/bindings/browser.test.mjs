// The same modules in real browsers, in a page and in a module worker: nothing of Node's is in the way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { find } from '../../scripts/toolchain.mjs';
import { program, root } from './setup.mjs';

const wasm = readFileSync(await program('wasi'));
const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' };
const headless = ['--headless=new', '--no-sandbox', '--disable-gpu'];
const browsers = [
  ['chromium', ['chromium'], (profile) => [...headless, `--user-data-dir=${profile}`]],
  ['firefox', ['firefox-esr', 'firefox'], (profile) => ['--headless', '--no-remote', '--profile', profile]],
];

// Serves the page, and gives what it reports.
async function serve() {
  const results = {};
  let done;
  const finished = new Promise((resolve) => { done = resolve; });
  const server = createServer(async (request, response) => {
    const path = request.url;
    if (path === '/program.wasm') return response.writeHead(200, { 'content-type': 'application/wasm' }).end(wasm);
    if (path === '/hello') return response.end('hello from the server');
    if (path === '/never') return;
    if (path.startsWith('/results/')) {
      let body = '';
      for await (const part of request) body += part;
      results[path.slice(9)] = JSON.parse(body);
      response.end();
      if (results.worker || results.page?.error) done(results);
      return;
    }
    try {
      const type = types[path.split('.').pop()];
      if (!type || path.includes('..')) throw new Error('not served');
      response.writeHead(200, { 'content-type': type }).end(readFileSync(join(root, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, finished, url: `http://127.0.0.1:${server.address().port}/tests/bindings/page.html` };
}

for (const [name, programs, options] of browsers) {
  const path = programs.map(find).find((found) => found);
  test(name, { skip: path ? false : `${programs[0]} is not installed`, timeout: 120_000 }, async (t) => {
    const { server, finished, url } = await serve();
    const profile = mkdtempSync(join(tmpdir(), 'wasyncio-'));
    const browser = spawn(path, [...options(profile), url], { stdio: 'ignore', detached: true });
    t.after(async () => {
      const ended = once(browser, 'exit');
      process.kill(-browser.pid, 'SIGKILL'); // the browser and the processes that it has started
      await ended;
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    });
    const results = await finished;
    for (const where of ['page', 'worker']) {
      const { slept, ticks, ...rest } = results[where];
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
      assert.ok(slept >= 29 && slept < 500, `${where}: slept ${slept} ms`);
      assert.ok(ticks >= 3, `${where}: ${ticks} ticks`);
    }
  });
}
