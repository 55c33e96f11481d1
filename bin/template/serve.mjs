// Serves this folder, and the package, to a browser on this machine: npm start, or PORT=3000 npm start.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
// Where Node finds it: in a workspace, npm puts packages into a folder above this one.
const wasyncio = fileURLToPath(new URL('.', import.meta.resolve('wasyncio/package.json')));
const inPackage = /^\/node_modules\/wasyncio(?=\/)/;
const types = {
  '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm',
};

// The file that a URL names; null: none.
function fileOf(url) {
  try {
    const pathname = decodeURIComponent(new URL(url, 'http://localhost').pathname).replace(/\/$/, '/index.html');
    const path = join(inPackage.test(pathname) ? wasyncio : folder, normalize(pathname.replace(inPackage, '')));
    return statSync(path).isFile() ? path : null;
  } catch {
    return null;
  }
}

const server = createServer((request, response) => {
  const path = fileOf(request.url);
  if (!path) return response.writeHead(404).end(`there is no file ${request.url}\n`);
  const type = types[extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
  return createReadStream(path).pipe(response);
});
const port = Number(process.env.PORT ?? 8080);
if (!(Number.isInteger(port) && port >= 0 && port < 65536)) {
  console.error(`PORT must be a port, 0 to 65535, not ${process.env.PORT}`);
  process.exit(2);
}
server.on('error', ({ message }) => {
  console.error(`${message}\nanother port: PORT=${port + 1} npm start`);
  process.exitCode = 1;
});
server.listen(port, 'localhost', () => console.log(`http://localhost:${server.address().port}/`));
