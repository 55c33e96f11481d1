// Builds what the benches run, into build/bench/, and only what is out of date: the C as users build it, the peers as
// their makers do, npm's packages as bench/package-lock.json has them.
import { renameSync, statSync, utimesSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildWasm } from '../scripts/link.mjs';
import { makeFile, root, run } from '../scripts/make.mjs';
import { BuildError } from '../toolchain/run.mjs';
import { toolchain } from '../scripts/toolchain.mjs';

const out = join(root, 'build/bench');
const c = (...names) => names.map((name) => join(root, 'bench/c', `${name}.c`));
const benches = ['bench', 'switches', 'sync', 'time', 'sha256', 'host', 'memory', 'compute'];

const release = { level: 'release' };
const reactor = (target) =>
  buildWasm({ ...release, target, kind: 'reactor', out: join(out, `wasyncio-${target}.wasm`), files: c(...benches) });
const command = () => buildWasm({
  ...release, target: 'wasi', kind: 'command', out: join(out, 'wasyncio-command.wasm'), files: c(...benches, 'main'),
});

// Emscripten's own way: its compiler does it all.
const flags = [
  '-O3', '-sASYNCIFY', '-sMODULARIZE', '-sALLOW_MEMORY_GROWTH', '-sEXPORTED_RUNTIME_METHODS=ccall',
  '-sENVIRONMENT=node,worker',
];
// npm's scripts have npm's binaryen first on the PATH, with which this emcc makes glue that does not fit its wasm.
const PATH = process.env.PATH.split(delimiter).filter((folder) => !folder.endsWith(join('node_modules', '.bin'))).join(delimiter);
async function emscripten(name) {
  const [source] = c(name);
  const script = join(out, `${name}.cjs`);
  await makeFile(script, [source], flags.join(' '), async (temporary) => {
    const js = temporary.replace(/cjs$/, 'js');
    await run(toolchain('emscripten').cc[0], [...flags, source, '-o', js], { env: { PATH } });
    renameSync(js.replace(/js$/, 'wasm'), join(out, `${name}.wasm`));
    renameSync(js, temporary);
  });
}

// Without the runtime: the compiler, and the optimizer that the runtime's build has, with the same flags.
async function plain(target, name, ...sources) {
  const tools = toolchain(target);
  const files = c(...sources);
  const flags = ['-O3', ...tools.link.reactor, '-Wl,--allow-undefined'];
  await makeFile(join(out, name), files, flags.join(' '), async (temporary) => {
    await tools.run([...tools.cc, ...flags, ...files, '-o', temporary]);
    await tools.optimizer.run(temporary, temporary, ['-O3']);
  });
}

const age = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

async function packages() {
  const folder = join(root, 'bench');
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (age(installed) > age(join(folder, 'package-lock.json'))) return;
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  utimesSync(installed, new Date(), new Date());
}

const steps = {
  "npm's packages": packages,
  'wasyncio-wasi.wasm': () => reactor('wasi'),
  'wasyncio-emscripten.wasm': () => reactor('emscripten'),
  'wasyncio-command.wasm': command,
  'fiber.cjs': () => emscripten('fiber'),
  'em_async.cjs': () => emscripten('em_async'),
  'jspi.wasm': () => plain('wasi', 'jspi.wasm', 'jspi'),
  'compute-wasi.wasm': () => plain('wasi', 'compute-wasi.wasm', 'compute', 'sha256'),
  'compute-emscripten.wasm': () => plain('emscripten', 'compute-emscripten.wasm', 'compute', 'sha256'),
};

/** What can't be built is told, and those who need it will be left out. */
export async function build(progress, leftOut) {
  for (const [name, step] of Object.entries(steps)) {
    progress(name);
    await step().catch((error) => {
      if (!(error instanceof BuildError)) throw error;
      leftOut(name, error);
    });
  }
}
