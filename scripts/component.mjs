#!/usr/bin/env node
// Makes a WASI 0.2 component of C files and the runtime: a command whose descriptors are WASI 0.2's (src/wasi02), with
// the rest of what it imports behind the adapter that jco carries.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeComponent } from '../bindings/wasi/component/component.mjs';
import { main } from './cli.mjs';
import { buildWasm } from './link.mjs';
import { makeFile, root } from './make.mjs';
import { jcoFolder } from './wasmtime.mjs';

const port = (name) => join(root, 'src/wasi02', name);

const sockets = { adapter: 'command', wit: port('sockets.wit'), world: 'sockets' };

/** The core module is a command and a reactor at once, so that no export runs the constructors again. */
export async function buildComponent({ out, files }) {
  const core = join(root, 'build/components', out.replaceAll(/[/\\]/g, '+'));
  await buildWasm({ target: 'wasi', level: 'release', kind: 'both', out: core, files: [...files, port('wasi02.c')] });
  const inputs = [core, sockets.wit, fileURLToPath(import.meta.url)];
  await makeFile(out, inputs, jcoFolder(), async (temporary) =>
    writeFileSync(temporary, await makeComponent(readFileSync(core), sockets, jcoFolder())));
}

if (process.argv[1] && existsSync(process.argv[1]) && fileURLToPath(import.meta.url) === process.argv[1]) {
  const [out, ...files] = process.argv.slice(2);
  const usage = 'usage: node scripts/component.mjs OUT.wasm FILE.c...   (./build.sh setup test brings jco)';
  await main(usage, files.length > 0 && jcoFolder(), () => buildComponent({ out, files }));
}
