#!/usr/bin/env node
// Makes a component of WASI 0.2 of a program for WASI's first version: component.mjs IN.wasm OUT.wasm [FOLDER]
//   with realloc.c in it   a command
//   with component.c in it the world `program` of wasyncio.wit
// The work is done by wasm-tools, which @bytecodealliance/jco carries: npm install @bytecodealliance/jco (in FOLDER, if
// not where this lies). Its own command `jco embed` cannot read a WIT file (1.35.0), so this calls what is behind it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [from, to, folder] = process.argv.slice(2);
if (!to) {
  console.error('usage: component.mjs IN.wasm OUT.wasm [FOLDER where @bytecodealliance/jco is installed]');
  process.exit(2);
}
const require = createRequire(folder ? join(resolve(folder), 'x.js') : fileURLToPath(import.meta.url));
let jco;
try {
  jco = dirname(dirname(require.resolve('@bytecodealliance/jco')));
} catch {
  console.error('npm install @bytecodealliance/jco');
  process.exit(2);
}
const tools = createRequire(join(jco, 'package.json')).resolve('@bytecodealliance/jco-transpile/wasm-tools');
const { componentEmbed, componentNew } = await import(pathToFileURL(tools));

let binary = readFileSync(from);
const exports = WebAssembly.Module.exports(new WebAssembly.Module(binary)).map(({ name }) => name);
const driven = exports.includes('wasyncio:runtime/tasks@0.1.0#spawn');
if (driven) {
  const witSource = readFileSync(new URL('wasyncio.wit', import.meta.url), 'utf8');
  binary = await componentEmbed({ binary, witSource, world: 'program' });
}
const adapter = readFileSync(join(jco, `lib/wasi_snapshot_preview1.${driven ? 'reactor' : 'command'}.wasm`));
writeFileSync(to, await componentNew(binary, [['wasi_snapshot_preview1', adapter]]));
