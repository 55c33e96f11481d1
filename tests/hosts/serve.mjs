// Serves a folder to a browser as a careful site would: with a policy that forbids eval and all that is not the site's
// own, and allows wasm to be compiled, but for what ?no-wasm asks for. /never is a request that gets no answer.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const script = 'text/javascript';
const types = { '.html': 'text/html', '.js': script, '.mjs': script, '.wasm': 'application/wasm' };
const policy = "default-src 'self'; script-src 'self' 'nonce-suite'";

/** Its URL, for as long as the test lasts. */
export async function serve(t, folder) {
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost'); // without any ..
    if (pathname === '/never') return;
    const path = pathname === '/' ? '/index.html' : decodeURIComponent(pathname);
    try {
      const body = await readFile(join(folder, path));
      const type = types[extname(path)] ?? 'application/octet-stream';
      const security = search === '?no-wasm' ? policy : `${policy} 'wasm-unsafe-eval'`;
      response.writeHead(200, { 'content-type': type, 'content-security-policy': security }).end(body);
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
