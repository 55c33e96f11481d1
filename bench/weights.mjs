// What is not measured by a running clock in a subject: sizes, and the time of a build, both by the command that users
// have.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../scripts/make.mjs';
import { findToolchain, names } from '../toolchain/toolchains.mjs';
import { gzip, scriptSizes } from './scripts.mjs';
import { spread } from './statistics.mjs';

const out = join(root, 'build/bench');
const command = join(root, 'bin/wasyncio.mjs');
const build = (source, target, toolchain, ...options) =>
  run(process.execPath, [command, 'build', source, '-o', target, '--toolchain', toolchain, ...options]);

// What npx wasyncio build links.
const dist = () => run(process.execPath, [join(root, 'scripts/build.mjs')]);

const available = () => names.filter((name) => {
  try {
    return findToolchain(name);
  } catch {
    return false;
  }
});

async function wasmSize(toolchain, kind, level) {
  const target = join(out, `size-${toolchain}-${kind}-${level}.wasm`);
  await build(join(root, 'bench/c/minimal.c'), target, toolchain, `--${kind}`, `-O${level}`);
  return gzip(readFileSync(target));
}

/** Gzip: a minimal program as a command, which holds what it uses; the whole runtime as a reactor; the bindings. */
export async function sizes(progress) {
  progress('size: dist/');
  await dist();
  const rows = [];
  const add = (subject, bytes) => rows.push({ bench: 'size', subject, host: 'node', n: 1, depth: 1, bytes });
  for (const toolchain of available()) {
    for (const level of ['s', '3']) {
      progress(`size: ${toolchain}, -O${level}`);
      add(`tasks, cancel, timers -O${level}, ${toolchain}`, await wasmSize(toolchain, 'command', level));
      add(`everything -O${level}, ${toolchain}`, await wasmSize(toolchain, 'reactor', level));
    }
  }
  progress('size: bindings');
  for (const [what, bytes] of await scriptSizes()) add(what, bytes);
  return rows;
}

/** A file that has changed, in a project that has been built: compile, link, instrument. */
export async function buildTimes(rule, progress) {
  progress('build: dist/');
  await dist();
  const folder = join(out, 'project');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true }); // so that its cache is its own
  const source = join(folder, 'app.c');
  cpSync(join(root, 'bench/c/minimal.c'), source);
  const text = readFileSync(source, 'utf8');
  const toolchains = available();
  const times = new Map(toolchains.map((name) => [name, []]));
  for (let round = -1; round < rule.rounds; round++) {
    for (const toolchain of toolchains) {
      progress(`build: ${toolchain}`);
      writeFileSync(source, `${text}/* ${round} */\n`);
      const start = performance.now();
      const words = ['build', 'app.c', '-o', 'app.wasm', '--toolchain', toolchain];
      const env = toolchain === 'npm' ? { ...process.env, PATH: '' } : process.env; // npm's tools alone
      await run(process.execPath, [command, ...words], { cwd: folder, env });
      if (round >= 0) times.get(toolchain).push((performance.now() - start) * 1e6);
    }
  }
  return toolchains.map((name) => {
    const { median, ...rest } = spread(times.get(name));
    return { bench: 'build', subject: name, host: 'node', n: 1, depth: 1, ns_per_op: median, ...rest };
  });
}
