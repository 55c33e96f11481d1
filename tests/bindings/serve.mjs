// A server for pages that use the bindings as they are: the project's modules, the test program, and a few answers.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { root } from './setup.mjs';

const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' };

/** The URL, without a slash at its end, for as long as the test `t` lasts. programs: wasm files by their names. */
export async function serve(t, programs) {
  const server = createServer((request, response) => {
    const path = request.url;
    const wasm = programs[path.slice(1)];
    if (wasm) return response.writeHead(200, { 'content-type': 'application/wasm' }).end(readFileSync(wasm));
    if (path === '/favicon.ico') return response.writeHead(204).end();
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
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
