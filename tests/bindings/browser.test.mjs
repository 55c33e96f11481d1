// The same modules in real browsers, in a page and in a module worker: nothing of Node's is in the way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { browsers, missing, open } from '../browsers.mjs';
import { program, root } from './setup.mjs';

const wasm = readFileSync(await program('wasi'));
const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' };

async function serve() {
  const server = createServer((request, response) => {
    const path = request.url;
    if (path === '/program.wasm') return response.writeHead(200, { 'content-type': 'application/wasm' }).end(wasm);
    if (path === '/hello') return response.end('hello from the server');
    if (path === '/never') return;
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
  return { server, url: `http://127.0.0.1:${server.address().port}/tests/bindings/page.html` };
}

for (const name of browsers) {
  test(name, { skip: missing(name), timeout: 120_000 }, async (t) => {
    const { server, url } = await serve();
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const page = await (await open(name, t)).newPage();
    await page.goto(url);
    for (const where of ['page', 'worker']) {
      const { slept, ticks, ...rest } = await page.evaluate((where) => globalThis[where](), where);
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
