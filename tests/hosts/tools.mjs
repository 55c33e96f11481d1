// The hosts and bundlers that are npm packages: pinned in package.json beside this, installed when they are wanted into
// a folder that git ignores, and kept there while the lock file stays the same.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/make.mjs';
import { run } from '../../toolchain/run.mjs';

const here = join(root, 'tests/hosts');
export const tools = join(root, 'build/hosts');
const modules = join(tools, 'node_modules');

/** Why they can't be had; undefined if they are there. */
export async function install() {
  const lock = readFileSync(join(here, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const mark = join(modules, '.wasyncio');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return undefined;
  mkdirSync(tools, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(here, name), join(tools, name));
  console.log('installing the hosts and bundlers of tests/hosts/package.json: 500 MB, once');
  const alive = setInterval(() => console.log('  ...still installing'), 10_000);
  try {
    // Their scripts only put in place what their packages for each platform hold already.
    // Not `npm ci`: it refuses a lock file that lacks packages of platforms on which it was not made.
    const quickly = ['--fetch-retries=1', '--fetch-retry-mintimeout=500']; // to find that there is no network
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...quickly];
    await run('npm', args, { cwd: tools, timeout: 900_000 });
  } catch (error) {
    const why = error.message.split('\n').find((line) => /^npm error (?!code|A complete)/.test(line)) ?? error.message;
    return `the hosts and bundlers can't be installed: ${why}`;
  } finally {
    clearInterval(alive);
  }
  writeFileSync(mark, wanted);
  return undefined;
}

// A platform's package is found by its name's beginning: npm has installed the one that fits this machine.
function binary(scope, prefix, path) {
  const folder = join(modules, scope);
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)) : [];
  return found.map((name) => join(folder, name, path)).find((file) => existsSync(file));
}

/** The hosts that are commands: the program, undefined if it is not there, and what comes before the script. */
export const commands = () => ({
  'Node 20': { program: process.execPath, args: [] },
  'newest Node': { program: binary('', 'node-', 'bin/node'), args: [] },
  Deno: { program: binary('@deno', '', 'deno'), args: ['run', '--allow-all', '--quiet'] },
  Bun: { program: binary('@oven', '', 'bin/bun'), args: ['run'] },
});

/** A bundler's command. */
export const cli = (name) => join(modules, '.bin', name);
export const versionOf = (bundler) =>
  JSON.parse(readFileSync(join(modules, bundler.toLowerCase(), 'package.json'), 'utf8')).version;
