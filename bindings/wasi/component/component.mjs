#!/usr/bin/env node
// Makes a component of WASI 0.2 of a program for WASI's first version: component.mjs IN.wasm OUT.wasm [FOLDER]
//   with realloc.c in it    a command
//   with component.c in it  the world `program` of wasyncio.wit
// The work is done by wasm-tools, which @bytecodealliance/jco carries: npm install @bytecodealliance/jco (in FOLDER, if
// not where this lies). Its own command `jco embed` cannot read a WIT file (1.35.0), so this calls what is behind it.
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(import.meta.url);

/** adapter: 'command' or 'reactor'. wit: a file, whose world it has; without one it has its adapter's alone. */
export async function makeComponent(binary, { adapter, wit, world }, folder = dirname(here)) {
  const { resolve: find } = createRequire(join(resolve(folder), 'here.js'));
  const jco = dirname(dirname(find('@bytecodealliance/jco')));
  const tools = createRequire(join(jco, 'here.js')).resolve('@bytecodealliance/jco-transpile/wasm-tools');
  const { componentEmbed, componentNew } = await import(pathToFileURL(tools));
  const core = wit ? await componentEmbed({ binary, witSource: readFileSync(wit, 'utf8'), world }) : binary;
  const adapted = readFileSync(join(jco, `lib/wasi_snapshot_preview1.${adapter}.wasm`));
  return componentNew(core, [['wasi_snapshot_preview1', adapted]]);
}

async function main(from, to, folder) {
  if (!to) {
    console.error('usage: component.mjs IN.wasm OUT.wasm [FOLDER where @bytecodealliance/jco is installed]');
    process.exit(2);
  }
  if (!existsSync(from)) {
    console.error(`component.mjs: there is no file ${from}`);
    process.exit(2);
  }
  const binary = readFileSync(from);
  const exports = WebAssembly.Module.exports(new WebAssembly.Module(binary)).map(({ name }) => name);
  const driven = exports.includes('wasyncio:runtime/tasks@0.1.0#spawn');
  const world = { adapter: 'reactor', wit: join(dirname(here), 'wasyncio.wit'), world: 'program' };
  try {
    writeFileSync(to, await makeComponent(binary, driven ? world : { adapter: 'command' }, folder));
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.error('@bytecodealliance/jco is not there: npm install @bytecodealliance/jco');
    process.exit(2);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(here)) await main(...process.argv.slice(2));
