// Serves the demo page: builds its wasm when a source is younger, then answers from this checkout's files.
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { main } from '../scripts/cli.mjs';
import { buildWasm } from '../scripts/link.mjs';
import { root } from '../scripts/make.mjs';
import { BuildError } from '../toolchain/run.mjs';

const web = join(root, 'web');
const wasm = join(root, 'dist/web/demo.wasm');
const types = {
  '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.c': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

async function build() {
  const files = readdirSync(web).filter((name) => name.endsWith('.c')).map((name) => join(web, name));
  await buildWasm({ target: 'wasi', level: 'release', kind: 'reactor', out: wasm, files });
}

// A part of a download: it comes after a while, and its connection is closed when its task is aborted.
function slow(url, response) {
  const part = Number(url.searchParams.get('part')) || 1;
  const timer = setTimeout(() => response.end('wasyncio '.repeat(1000 * part)), 500 + 250 * (part % 3));
  response.on('close', () => clearTimeout(timer));
}

function answer(request, response) {
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
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** { url, close } of a server on this machine alone. */
export async function serve(port = 0) {
  await build();
  const server = createServer(answer).listen(port, '127.0.0.1');
  await once(server, 'listening').catch(({ message }) => { throw new BuildError(`${message}: --port N takes another`); });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } }, strict: false });
  const known = Object.keys(values).length === 1;
  const port = known ? Number(values.port) : NaN;
  const usage = 'usage: node web/serve.mjs [--port N]      without it: a free one';
  await main(usage, Number.isInteger(port) && port >= 0 && port < 65536, async () => {
    console.log(`The demo: ${(await serve(port)).url}   (Ctrl-C ends it)`);
  });
}
