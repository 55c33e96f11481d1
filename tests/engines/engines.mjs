// The engines that run the same wasm as commands: where each is, its version, and how it is called. None gets anything
// of the project's; what stdin holds and what is printed crosses as files and pipes do anywhere.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';

export const pins = { wazero: '1.12.0', wasmi: '2.0.0', go: '1.26.6', goAtLeast: 25, cargoAtLeast: 90 };
const cache = process.env.WASYNCIO_CACHE || join(homedir(), '.cache/wasyncio');
export const home = join(cache, 'engines');
export const modules = join(home, 'npm/node_modules');
const installed = (path) => (existsSync(join(home, path)) ? join(home, path) : null);
const script = (name) => fileURLToPath(new URL(name, import.meta.url));

export const bun = () => installed(`npm/node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`);
const shim = () => installed('npm/node_modules/@bjorn3/browser_wasi_shim/package.json');
const shimVersion = () => JSON.parse(readFileSync(shim())).version;
const wazero = () => installed(`wazero-${pins.wazero}`);
const wasmi = () => installed(`wasmi-${pins.wasmi}/bin/wasmi`);
const said = (program) => /\d+\.\d+\.\d+/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)[0];

// deep: it has room for a thousand nested calls, as those that compile have.
export const engines = [
  { name: 'wasmtime', kind: 'compiler (Cranelift)', find: wasmtimeCommand, deep: true,
    version: said, command: (path) => [path, 'run'] },
  { name: 'Node', kind: 'compiler (V8), its own WASI', find: () => process.execPath, deep: true,
    version: () => process.versions.node, command: (path) => [path, script('../core/node-wasi.mjs')] },
  { name: 'Node with browser_wasi_shim', kind: 'compiler (V8), a page\'s WASI', find: () => shim() && process.execPath,
    deep: true, version: () => `${process.versions.node}, ${shimVersion()}`,
    command: (path) => [path, script('shim.mjs')] },
  { name: 'Bun with browser_wasi_shim', kind: 'compiler (JavaScriptCore)', find: () => shim() && bun(), deep: true,
    version: (path) => `${said(path)}, ${shimVersion()}`, command: (path) => [path, 'run', script('shim.mjs')] },
  { name: 'wazero', kind: 'compiler, in Go', find: wazero, deep: true,
    version: () => pins.wazero, command: (path) => [path, 'run'] },
  { name: 'wazero -interpreter', kind: 'interpreter, in Go', find: wazero, deep: false,
    version: () => pins.wazero, command: (path) => [path, 'run', '-interpreter'] },
  { name: 'wasmi', kind: 'interpreter, in Rust', find: wasmi, deep: false,
    version: () => pins.wasmi, command: (path) => [path] },
];
