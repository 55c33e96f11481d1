// From C files to a wasm that holds the runtime: compile, link without an optimizer, instrument. The same steps for
// both toolchains and at every level, so that a test at -O0 differs from a release in nothing but the level.
import { copyFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { archive, compile, makeFile, parallel, root, run } from './make.mjs';
import { makeInstrumented } from './instrument.mjs';
import { levels, optimization, toolchain } from './toolchain.mjs';

// No path of the machine that built it is in a result.
const common = [`-I${join(root, 'src')}`, `-ffile-prefix-map=${root}=.`];
const compileFlags = (level) => [`-${optimization(level)}`, ...levels[level], ...common];
// All of them for every target: a file is empty where it is not for the target.
const runtimeSources = () =>
  readdirSync(join(root, 'src')).filter((name) => name.endsWith('.c')).sort().map((name) => join(root, 'src', name));

// The runtime's objects as libwasyncio.a; returns its path.
async function runtimeLibrary(tools, flags, name) {
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
  const objects = await parallel(compiled, (file) => (/\.[oa]$/.test(file) ? file : compile(tools, flags, file)));
  const library = await runtimeLibrary(tools, compileFlags(level), level);
  // A reactor has the exports, which no C calls; with them all that they need, and nothing else.
  const exported = kind === 'reactor' ? ['-Wl,--undefined=wax_abi'] : [];
  const linked = join(root, 'build/linked', `${target}-${level}-${kind}`, resolve(out).replaceAll(/[/\\]/g, '+'));
  const args = [
    ...tools.cc.slice(1), ...objects, ...exported, library, ...tools.link[kind], ...tools.names,
    ...extra.filter((flag) => !flag.startsWith('-O')),
    ...beside.filter((name) => name.endsWith('.js')).flatMap((name) => ['--js-library', name]),
    // The stack of what is no task lies below all data, so that its overflow traps instead of overwriting something.
    '-Wl,--stack-first', '-Wl,--export-table', '-Wl,--growable-table', '-Wl,--export=wa__stack_set',
  ];
  await makeFile(linked, [...objects, library, ...beside], args.join(' '), (temporary) =>
    run(tools.cc[0], [...args, '-o', temporary]));
  await makeInstrumented(linked, out, { level: optimization(level), names });
}

// A native program; its sanitizers stop at the first error, so that a test can't overlook one. An -O among the extra
// flags holds for the runtime too.
// fault: one of src/fault.h, so that a test can be judged by what it finds.
export async function buildNative({ out, files, extra = [], asan = false, fault = '' }) {
  const tools = toolchain('native');
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];
  const level = extra.findLast((flag) => flag.startsWith('-O')) ?? '-O1';
  const faulty = fault ? [`-DWA__FAULT=WA__${fault.toUpperCase().replaceAll('-', '_')}`] : [];
  const flags = [level, '-g', ...common, ...(asan ? sanitizers : []), ...faulty];
  const objects = await parallel(files, (source) => compile(tools, [...flags, ...extra], source));
  const library = await runtimeLibrary(tools, flags, `${level.slice(1)}${asan ? '-asan' : ''}${fault && `-${fault}`}`);
  const args = [...flags, ...extra, ...objects, library, '-lm'];
  await makeFile(out, [...objects, library], args.join(' '), (temporary) =>
    run(tools.cc[0], [...args, '-o', temporary]));
}

// The runtime as a static library, for a program that links by itself.
export async function buildLibrary({ target, level, out }) {
  const library = await runtimeLibrary(toolchain(target), compileFlags(level), level);
  await makeFile(out, [library], 'copy', (temporary) => copyFileSync(library, temporary));
}
