// From C files to a wasm that holds the runtime: compile, link without an optimizer, instrument. The same steps for both
// toolchains and at every level, so that a test at -O0 differs from a release in nothing but the level.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { archive, compile, makeFile, parallel, root, run } from './make.mjs';
import { makeInstrumented } from './instrument.mjs';
import { levels, optimization, toolchain } from './toolchain.mjs';

const include = `-I${join(root, 'src')}`;
export const compileFlags = (level) => [`-${optimization(level)}`, ...levels[level], include];
export const runtimeSources = () =>
  readdirSync(join(root, 'src')).filter((name) => name.endsWith('.c')).sort().map((name) => join(root, 'src', name));

// The runtime's objects as libwasyncio.a; returns its path.
export async function runtimeLibrary(tools, flags, name) {
  const library = join(root, 'build/lib', tools.triple, name, 'libwasyncio.a');
  await archive(tools, library, await parallel(runtimeSources(), (source) => compile(tools, flags, source)));
  return library;
}

// kind: 'command' (has main) or 'reactor' (a host drives its exports, all of which are kept).
// extra: further flags for the compiler and the linker.
export async function buildWasm({ target, level, kind, out, files, extra = [], names = level === 'debug' }) {
  const tools = toolchain(target);
  const flags = [...compileFlags(level), ...extra];
  const beside = tools.imports.map((name) => join(root, 'scripts', name));
  const compiled = [...files, ...beside.filter((name) => name.endsWith('.c'))];
  const objects = await parallel(compiled, (source) => (/\.[oa]$/.test(source) ? source : compile(tools, flags, source)));
  const library = await runtimeLibrary(tools, compileFlags(level), level);
  const whole = kind === 'reactor' ? ['-Wl,--whole-archive', library, '-Wl,--no-whole-archive'] : [library];
  const linked = join(root, 'build/linked', `${target}-${level}-${kind}`, out.replaceAll(/[/\\]/g, '+'));
  await makeFile(linked, [...objects, library, ...beside], (temporary) =>
    run(tools.cc[0], [
      ...tools.cc.slice(1), ...objects, ...whole, ...tools.link[kind], ...tools.names, ...extra,
      ...beside.filter((name) => name.endsWith('.js')).flatMap((name) => ['--js-library', name]),
      '-Wl,--export-table', '-Wl,--growable-table', '-o', temporary,
    ]));
  await makeInstrumented(linked, out, { level: optimization(level), names });
}

// A native program; its sanitizers stop at the first error, so that a test can't overlook one.
export async function buildNative({ out, files, extra = [], asan = false }) {
  const tools = toolchain('native');
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];
  const flags = ['-O1', '-g', include, ...(asan ? sanitizers : [])];
  const objects = await parallel(files, (source) => compile(tools, [...flags, ...extra], source));
  const library = await runtimeLibrary(tools, flags, asan ? 'asan' : 'plain');
  await makeFile(out, [...objects, library], (temporary) =>
    run(tools.cc[0], [...flags, ...extra, ...objects, library, '-lm', '-o', temporary]));
}
