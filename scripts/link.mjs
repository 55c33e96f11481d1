// From C files to a wasm that holds the runtime, compiled from src/ at the same level, so that a test at -O0 differs
// from a release in nothing but the level; to a native program; and the runtime as static libraries.
import { copyFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { linkWasm } from '../toolchain/link.mjs';
import { parallel } from '../toolchain/run.mjs';
import { archive, cache, compile, makeFile, projectMaker, root } from './make.mjs';
import { levels, optimization, toolchain, warnings } from './toolchain.mjs';

// No path of the machine that built it is in a result.
const common = [...warnings, `-I${join(root, 'src')}`, `-ffile-prefix-map=${root}=.`];
const compileFlags = (level) => [`-${optimization(level)}`, ...levels[level], ...common];
// Bulk memory: libc's memcpy and memset, 1.6 KB of a small program, are one instruction each. Not for programs: a function
// that calls nobody does not move the stack pointer for an array of variable size, so its overflow would not be seen.
const libraryFlags = (level) => [...compileFlags(level), '-mbulk-memory'];
// All of them for every target: a file is empty where it is not for the target.
const sourcesIn = (folder) =>
  readdirSync(join(root, folder)).filter((name) => name.endsWith('.c')).sort().map((name) => join(root, folder, name));

// The objects of a folder's sources as a static library; returns its path.
async function makeLibrary(tools, flags, name, folder) {
  const archived = `${folder.replace('src', 'libwasyncio').replace('/', '-')}.a`;
  const library = join(root, 'build/lib', tools.triple, name, archived);
  await archive(tools, library, await parallel(sourcesIn(folder), (source) => compile(tools, flags, source)));
  return library;
}
// The runtime, and what a program may lack.
const libraries = (tools, level) =>
  Promise.all(['src', 'src/start'].map((folder) => makeLibrary(tools, libraryFlags(level), level, folder)));

// kind: 'command' (has main), 'reactor' (a host drives its exports, all of which are kept) or 'both'.
// extra: further flags for the compiler and the linker.
export async function buildWasm({ target, level, kind, out, files, extra = [], names = level === 'debug' }) {
  const tools = toolchain(target);
  const flags = [...compileFlags(level), ...extra];
  const objects = await parallel(files, (file) => (/\.[oa]$/.test(file) ? file : compile(tools, flags, file)));
  const forLink = extra.filter((flag) => !flag.startsWith('-O'));
  const made = { cache, objects, libraries: await libraries(tools, level), kind, out, extra: forLink };
  await linkWasm(projectMaker, tools, { ...made, level: optimization(level), names });
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
  const name = `${level.slice(1)}${asan ? '-asan' : ''}${fault && `-${fault}`}`;
  const library = await makeLibrary(tools, flags, name, 'src');
  const words = [...tools.cc, ...flags, ...extra, ...objects, library, '-lm'];
  await makeFile(out, [...objects, library], words.join(' '), (temporary) => tools.run([...words, '-o', temporary]));
}

// The static libraries, for programs that are built without this project; `folder` is where they go. As fast as they can be,
// for a debugger, or small.
const endings = { release: '', debug: '-debug', Oz: '-small' };
export async function buildLibraries({ target, level, folder }) {
  for (const library of await libraries(toolchain(target), level)) {
    const name = basename(library).replace(/\.a$/, `${endings[level]}.a`);
    await makeFile(join(folder, name), [library], 'copy', (temporary) => copyFileSync(library, temporary));
  }
}
