// The compilers of this project's own builds, by target:
//   wasi        WASI_SDK_PATH's clang when that is set, else the system's clang with wasi-libc
//   emscripten  emcc
//   native      clang-19, for the sanitizers
import { BuildError, find, runWords } from '../toolchain/run.mjs';
import { findToolchain } from '../toolchain/toolchains.mjs';

export const levels = { O0: [], O1: [], O2: [], O3: [], Os: [], Oz: [], debug: ['-g'], release: [] };

// The optimization that a level stands for, without the dash.
export const optimization = (level) => ({ debug: 'O0', release: 'O3' })[level] ?? level;

export const warnings = ['-std=c11', '-Wall', '-Wextra'];

function native() {
  if (!find('clang-19')) throw new BuildError('clang-19 is not there');
  const cflags = () => ['-D_GNU_SOURCE', '-Werror=implicit-function-declaration'];
  const programs = { cc: ['clang-19'], ar: ['llvm-ar-19'] };
  return { name: 'native', target: 'native', triple: 'native', ...programs, cflags, run: runWords };
}

const targets = {
  wasi: () => findToolchain(process.env.WASI_SDK_PATH ? 'wasi-sdk' : 'clang'),
  emscripten: () => findToolchain('emcc'),
  native,
};

export function toolchain(target) {
  if (!(target in targets)) throw new BuildError(`unknown target '${target}': wasi, emscripten or native`);
  try {
    return targets[target]();
  } catch (error) {
    throw error instanceof BuildError ? new BuildError(`${error.message}\n./build.sh setup installs it`) : error;
  }
}
