#!/usr/bin/env node
// Searches many files at once: the tasks are C (search.c), the reading is Node's, Ctrl-C is an AbortController.
// The exit status: 0 with hits, 1 without, 2 after an error, 124 when the time was up, 130 after Ctrl-C.
import { open, readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { load } from 'wasyncio';

const wasm = new URL('../dist/examples/search.emscripten.wasm', import.meta.url);
const PIECE = 65536;

// The four functions that C awaits (search_files.h). Paths and names are bytes, for not every name is a text.
const opened = new Map(); // by descriptor: { handle, piece }
const kind = (entry) => entry.isFile() ? 'f' : entry.isDirectory() ? 'd' : entry.isSymbolicLink() ? 'l' : '?';
const host = {
  async list(path) {
    const entries = await readdir(Buffer.from(path), { withFileTypes: true, encoding: 'buffer' });
    return Buffer.concat(entries.flatMap((entry) => [Buffer.from(kind(entry)), entry.name, Buffer.alloc(1)]));
  },
  async open(path, { signal }) {
    const opening = open(Buffer.from(path));
    // A task that is cancelled meanwhile never hears of its file, so it can't be the one that closes it.
    signal.addEventListener('abort', () => opening.then(close, () => {}));
    const handle = await opening;
    opened.set(handle.fd, { handle, piece: Buffer.allocUnsafeSlow(PIECE) });
    return handle.fd;
  },
  async read(id) {
    const { handle, piece } = opened.get(id);
    const { bytesRead } = await handle.read(piece, 0, PIECE);
    return piece.subarray(0, bytesRead);
  },
  async close(id) {
    await close(opened.get(id).handle);
  },
};
async function close(handle) {
  opened.delete(handle.fd);
  await handle.close(); // after a read that is still under way
}

function words() {
  const options = { first: { type: 'boolean' }, timeout: { type: 'string' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { first, timeout } = values;
  return [...(first ? ['--first'] : []), ...(timeout ? ['--timeout', timeout] : []), '--', ...positionals];
}

async function main() {
  const input = Buffer.from(words().map((word) => `${word}\0`).join(''));
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new Error('Ctrl-C'))); // a second one ends the process
  const rt = await load(wasm, { host });
  const task = rt.spawn('search', input, { signal: controller.signal });
  try {
    return await task;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    return 130;
  } finally {
    await rt.close();
    if (opened.size) throw new Error(`${opened.size} files were left open`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`search: ${error.message}`);
  process.exitCode = 2;
}
