// The subjects in Chromium: each a worker of one page, which the server gives the headers that make its clock fine.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { find } from '../toolchain/run.mjs';

const here = fileURLToPath(new URL('./js/', import.meta.url));
const program = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => find(name)).find((path) => path);

export const missing = program ? false : 'no Chromium is installed';

// A worker is one file: the subject's module, bundled as an application's would be.
async function bundle(module, argument) {
  const { build } = await import('esbuild');
  const entry = `import open from './${module}.mjs'; import { serve } from './worker.mjs';
    serve(open, ${JSON.stringify(argument)});`;
  const { outputFiles: [file] } = await build({
    stdin: { contents: entry, resolveDir: here }, bundle: true, write: false, format: 'esm', logLevel: 'error',
    external: ['node:*', 'fs', 'path', 'crypto'],
  });
  return file.text;
}

const headers = {
  'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};
const built = new URL('../build/bench/', import.meta.url);
const empty = '<!doctype html><link rel="icon" href="data:,">';

async function serve() {
  const server = createServer(async ({ url }, response) => {
    const [, kind, name, argument] = url.split('/').map(decodeURIComponent);
    const send = (type, body) => response.writeHead(200, { ...headers, 'content-type': type }).end(body);
    try {
      if (kind === 'worker') send('text/javascript', await bundle(name, argument));
      else if (kind === 'wasm') send('application/wasm', readFileSync(new URL(name, built)));
      else send('text/html', empty);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** In the page: starts a worker, or asks one; its next message is the answer. */
const answer = (worker) => new Promise((resolve, reject) => {
  worker.onerror = (event) => reject(new Error(event.message ?? 'the worker did not start'));
  worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
});
const start = (id, url) => {
  const worker = new Worker(url, { type: 'module' });
  (globalThis.subjects ??= {})[id] = worker;
  return globalThis.answer(worker);
};
const ask = (id, job) => {
  globalThis.subjects[id].postMessage(job);
  return globalThis.answer(globalThis.subjects[id]);
};
const end = (id) => { globalThis.subjects[id].terminate(); };

export class Chromium {
  static async open() {
    const { default: puppeteer } = await import('puppeteer-core');
    const server = await serve();
    const args = ['--no-sandbox']; // root has none
    const browser = await puppeteer.launch({ executablePath: program, args, protocolTimeout: 0 });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(`globalThis.answer = ${answer}`);
    // A page that has crashed answers nothing any more.
    const crashed = new Promise((_, reject) => { page.once('error', reject); });
    crashed.catch(() => {});
    const version = await browser.version();
    return Object.assign(new Chromium(), { server, browser, page, crashed, version, started: 0 });
  }

  async close() {
    await this.browser.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  /** A subject: as a Process of subjects.mjs. Rejects if it does not start. */
  async subject(name, [module, argument = '']) {
    const { page, crashed } = this;
    const id = ++this.started;
    await page.evaluate(start, id, `/worker/${module}/${encodeURIComponent(argument)}`);
    return {
      name,
      run: ({ bench, n, depth, count }) => Promise.race([crashed, page.evaluate(ask, id, { bench, n, depth, count })]),
      close: () => page.evaluate(end, id),
    };
  }
}
