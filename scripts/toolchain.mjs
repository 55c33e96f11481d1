// Finds the compilers. One record per target, so that nothing else has to know which toolchain it drives:
//   wasi        WASI_SDK_PATH's clang when that is set, else clang-19 with Debian's wasi-libc
//   emscripten  emcc
//   native      clang-19, for the sanitizers
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const levels = { O0: [], O1: [], O2: [], O3: [], Os: [], debug: ['-g'], release: [] };

// The optimization that a level stands for, without the dash.
export const optimization = (level) => ({ debug: 'O0', release: 'O3' })[level] ?? level;

const warnings = ['-std=c11', '-Wall', '-Wextra', '-Werror=implicit-function-declaration'];

export function find(program) {
  if (program.includes('/')) return existsSync(program) ? program : null;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

function wasi() {
  const sdk = process.env.WASI_SDK_PATH;
  const bin = (sdkName, debianName) => (sdk ? join(sdk, 'bin', sdkName) : debianName);
  return {
    triple: 'wasm32-wasi',
    cc: [bin('clang', 'clang-19'), '--target=wasm32-wasi'],
    ar: bin('llvm-ar', 'llvm-ar-19'),
    cflags: warnings,
    // Compiling, clang-19 refuses -mexec-model for this target; linking, it picks the start file by it.
    link: {
      command: [],
      reactor: ['-mexec-model=reactor', '-Wl,--no-entry'],
    },
    names: [],
    imports: [],
  };
}

function emscripten() {
  return {
    triple: 'wasm32-emscripten',
    cc: ['emcc'],
    ar: 'emar',
    cflags: warnings,
    // emcc's own default stack is 5 MB in every instance; tasks bring their own, so 64 KB do, as with WASI.
    link: {
      command: ['-sSTANDALONE_WASM', '-sTOTAL_STACK=65536', '-sALLOW_MEMORY_GROWTH'],
      reactor: ['-sSTANDALONE_WASM', '-sTOTAL_STACK=65536', '-sALLOW_MEMORY_GROWTH', '--no-entry'],
    },
    names: ['--profiling-funcs'],
    imports: ['emscripten/imports.js', 'emscripten/growth.c'],
  };
}

function native() {
  return { triple: 'native', cc: ['clang-19'], ar: 'llvm-ar-19', cflags: [...warnings, '-D_GNU_SOURCE'] };
}

// A reader can act on its message alone: it is no fault of the program.
export class BuildError extends Error {}

export function toolchain(target) {
  const make = { wasi, emscripten, native }[target];
  if (!make) throw new BuildError(`unknown target '${target}': wasi, emscripten or native`);
  const tools = { target, ...make() };
  for (const program of [tools.cc[0], tools.ar]) {
    if (!find(program)) throw new BuildError(`${program} is not there: ./build.sh setup installs it`);
  }
  return tools;
}

// Debian's emcc runs JavaScript that looks for its modules in Debian's folder.
export function environment() {
  const modules = '/usr/share/nodejs';
  return existsSync(modules) ? { NODE_PATH: modules, ...process.env } : process.env;
}
