// The app of docs/bundlers.md, by each bundler: line, configuration and command are the page's own, so what users are
// told is what is tested.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/make.mjs';
import { run } from '../../toolchain/run.mjs';
import { cli } from './tools.mjs';

export const bundlers = ['Vite', 'webpack', 'esbuild', 'Rollup'];

// The blocks of a bundler's section: how its code gets at a wasm and at a worker, its configuration if it has one, its
// command.
function manual(bundler) {
  const page = readFileSync(join(root, 'docs/bundlers.md'), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(`${bundler}\n`));
  const blocks = [...section.matchAll(/^```\w+\n([^]*?)^```/gm)].map(([, body]) => body.trim());
  const [wasm, worker] = blocks[0].split('\n');
  return { wasm, worker, config: blocks.length > 2 ? blocks[1] : undefined, command: blocks.at(-1) };
}

const facts = (wasm) => `${wasm}
${wasm.replace(/\bapp\b/, 'streamsApp').replace('./app.wasm', './streams.wasm')}
${wasm.replace(/\bapp\b/, 'runtime').replace('./app.wasm', 'wasyncio/wasm')}
import * as wasyncio from 'wasyncio';
import * as streams from 'wasyncio/streams';
import { groups, run } from '../suite.mjs';

const here = (url) => new URL(url, location.href).href;
const facts = {
  wasyncio, streams, url: here(app), streamsUrl: here(streamsApp), runtime: here(runtime), never: here('/never'),
};
`;

const main = ({ wasm, worker }) => `${facts(wasm)}
globalThis.page = () => run(facts);
globalThis.worker = () => new Promise((resolve, reject) => {
  ${worker}
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});
`;

// A part of the suite: the whole has run in a worker that nobody bundled.
const inWorker = ({ wasm }) => `${facts(wasm)}
const { loading, values, host } = groups;
run(facts, { loading, values, host }).then((results) => postMessage(results));
`;

const page = (script) => `<!DOCTYPE html>\n<meta charset="utf-8">\n<script type="module" src="${script}"></script>\n`;

/** Builds it in a folder of the app's. Its output's folder and files, and what the bundler said. */
export async function bundle(bundler, app) {
  const told = manual(bundler);
  const { config, command } = told;
  const folder = join(app, bundler);
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const name of ['app.wasm', 'streams.wasm']) cpSync(join(app, name), join(folder, name));
  writeFileSync(join(folder, 'main.mjs'), main(told));
  writeFileSync(join(folder, 'worker.mjs'), inWorker(told));
  if (config) writeFileSync(join(folder, /^\/\/ (\S+)/.exec(config)[1]), config);
  writeFileSync(join(folder, 'index.html'), page('./main.mjs'));
  const [program, ...args] = command.split(' ');
  const { stdout, stderr } = await run(cli(program), args, { cwd: folder });
  const dist = join(folder, 'dist');
  const files = readdirSync(dist, { recursive: true }).map((name) => join(dist, name));
  if (!files.some((file) => file.endsWith('.html'))) writeFileSync(join(dist, 'index.html'), page('main.js'));
  const of = (end, encoding) => files.filter((file) => file.endsWith(end)).map((file) => readFileSync(file, encoding));
  return { dist, said: stdout + stderr, scripts: of('.js', 'utf8'), wasms: of('.wasm') };
}
