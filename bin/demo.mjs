// npx wasyncio demo: the demo page, from the package's own files.
import { serve } from '../web/serve.mjs';
import { BuildError } from '../toolchain/run.mjs';
import { expect } from './usage.mjs';

export const help = `usage: npx wasyncio demo [--port N]

serves a page with C tasks that compute, wait, fetch and draw, each with a button that aborts it, to browsers on this
machine. Ctrl-C ends it. Its C is in the package's folder web, a file for each task.

  --port N   without it, one that is free`;

export const options = { port: { type: 'string', default: '0' } };

export async function main({ values: { port }, words, rest }) {
  expect(words.length + rest.length === 0, `demo: no argument is expected, like ${words[0] ?? rest[0]}`);
  expect(/^\d+$/.test(port) && port < 65536, `demo: --port takes 0 to 65535, not '${port}'`);
  const { url } = await serve(Number(port)).catch(({ message }) => {
    throw new BuildError(`demo: ${message}; --port N takes another`);
  });
  console.log(`The demo: ${url}   (Ctrl-C ends it)`);
}
