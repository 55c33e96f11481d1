// Where wasmtime is: setup.sh puts it there, the tests and the examples ask here. Each is null where there is none.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { find } from '../toolchain/run.mjs';

const pins = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'versions.sh'), 'utf8');
const pin = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(pins)[1];
const cache = process.env.WASYNCIO_CACHE || join(homedir(), '.cache/wasyncio');

// The command: the system's own, or the one that setup.sh built.
export const wasmtimeCommand = () =>
  find('wasmtime') ?? find(join(cache, `wasmtime-${pin('wasmtime_version')}`, 'bin/wasmtime'));

// The last line of versions that hand a listening socket to a program: docs/io.md.
export const wasmtimeWithSockets = () =>
  find(join(cache, `wasmtime-${pin('wasmtime_sockets_version')}`, 'bin/wasmtime'));

// The folder in which jco is installed, which makes components.
export function jcoFolder() {
  const folder = join(cache, `jco-${pin('jco_version')}`);
  return find(join(folder, 'complete')) && folder;
}

// A Python whose module wasmtime is the pinned one.
export const wasmtimePython = () =>
  find(join(cache, `python-wasmtime-${pin('python_wasmtime_version')}`, 'bin/python'));
