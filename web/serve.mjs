// Serves the demo page from the files of this folder and of the bindings; its wasm from where the build puts it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wasm = join(root, 'dist/web/demo.wasm');
const types = {
  '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.c': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

// A part of a download: it comes after a while, and its connection is closed when its task is aborted.
function slow(url, response) {
  const part = Number(url.searchParams.get('part')) || 1;
  const timer = setTimeout(() => response.end('wasyncio '.repeat(1000 * part)), 500 + 250 * (part % 3));
  response.on('close', () => clearTimeout(timer));
}

function answer(request, response, headers) {
  const address = `http://localhost${request.url}`;
  if (!URL.canParse(address)) return response.writeHead(400).end();
  const url = new URL(address);
  const { pathname } = url;
  if (pathname === '/') return response.writeHead(302, { location: '/web/' }).end();
  if (pathname === '/web/slow') return slow(url, response);
  const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
  const file = path === '/web/demo.wasm' ? wasm : join(root, path); // a URL's path has no .. left in it
  const type = types[extname(file)];
  try {
    if (!type || !/^\/(web|bindings)\//.test(path)) throw new Error('not served');
    const body = readFileSync(file);
    response.writeHead(200, { ...headers, 'content-type': type, 'cache-control': 'no-store' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** { url, close } of a server for this machine alone. headers: sent with each file. */
export async function serve(port = 0, headers = {}) {
  const server = createServer((request, response) => answer(request, response, headers)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}
