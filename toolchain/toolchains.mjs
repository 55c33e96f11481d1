// Finds the compilers. One record per toolchain, so that nothing else has to know which one it drives:
//   wasi-sdk  $WASI_SDK_PATH, or /opt/wasi-sdk
//   clang     the system's clang with wasi-libc (Debian: clang-19, lld-19, libclang-rt-19-dev-wasm32, wasi-libc)
//   emcc      Emscripten
//   npm       @yowasp/clang, which is clang as wasm: needs nothing but npm
// The first that is there is used: those for WASI first, because their wasm runs on every host.
// The optimizer is wasm-opt from the PATH or from Emscripten's own folder, or npm's binaryen.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmOptimizer } from './binaryen.mjs';
import { npmClang, npmModule } from './npm.mjs';
import { BuildError, find, run, runWords } from './run.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const cflags = (cxx) => (cxx ? ['-fno-exceptions'] : ['-Werror=implicit-function-declaration']);

// How each target is linked.
//   names:    a wasm must keep its functions' names until it is instrumented
//   command:  libwasyncio-start.a has a main, which newer libcs don't look for in an archive unless they are told to
//   reactor:  compiling, clang refuses -mexec-model for this target; linking, it picks the start file by it
// emcc's own default stack is 5 MB in every instance; tasks bring their own, so 64 KB do, as with WASI.
const standalone = ['-sSTANDALONE_WASM', '-sTOTAL_STACK=65536', '-sALLOW_MEMORY_GROWTH'];
export const targets = {
  wasi: {
    target: 'wasi', triple: 'wasm32-wasi', names: [],
    link: { command: ['-Wl,--undefined=__main_argc_argv'], reactor: ['-mexec-model=reactor', '-Wl,--no-entry'] },
  },
  emscripten: {
    target: 'emscripten', triple: 'wasm32-emscripten',
    names: ['--profiling-funcs', '--js-library', join(here, 'imports.js')],
    link: { command: standalone, reactor: [...standalone, '--no-entry'] },
  },
};

const wasi = (name, cc, cxx, ar) => ({ ...targets.wasi, name, cc, cxx, cxxLink: cxx, ar, cflags, run: runWords });

const output = (program, ...args) => {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.trim();
};

function wasiSdk() {
  const sdk = process.env.WASI_SDK_PATH ?? '/opt/wasi-sdk';
  const bin = (program) => find(join(sdk, 'bin', program)) ?? find(join(sdk, 'bin', `${program}.exe`));
  if (!bin('clang')) {
    if (process.env.WASI_SDK_PATH === undefined) return null;
    throw new BuildError(`WASI_SDK_PATH=${sdk} has no bin/clang`);
  }
  const target = '--target=wasm32-wasi';
  return wasi('wasi-sdk', [bin('clang'), target], [bin('clang++'), target], [bin('llvm-ar')]);
}

// The first clang that has wasi-libc, its own library and a linker for wasm. Each question is a run of the compiler, 30 ms:
// what it would link with is one, and who has no C++ is not asked about its library.
function clang() {
  const target = '--target=wasm32-wasi';
  for (const version of ['-19', '', '-22', '-21', '-20', '-18', '-17', '-16', '-15', '-14']) {
    const program = `clang${version}`;
    if (!find(program) || !(find(`wasm-ld${version}`) ?? find('wasm-ld'))) continue;
    const link = output(program, target, '-mexec-model=reactor', '-###', '-xc', '-');
    const linked = ['crt1-reactor.o', 'libclang_rt.builtins\\S*.a'].map((name) => link.match(`"([^"]+${name})"`)?.[1]);
    if (!linked.every((file) => file && existsSync(file))) continue;
    const cxx = [`clang++${version}`, target];
    return {
      ...wasi('clang', [program, target], cxx, [`llvm-ar${version}`]),
      // C++ without its library works as C does.
      get cxxLink() {
        return existsSync(output(program, target, '-print-file-name=libc++.a')) ? cxx : [...cxx, '-nostdlib++'];
      },
    };
  }
  return null;
}

function emcc() {
  if (!find('emcc')) return null;
  const programs = { cc: ['emcc'], cxx: ['em++'], cxxLink: ['em++'], ar: ['emar'] };
  return { ...targets.emscripten, name: 'emcc', ...programs, cflags, run: runWords };
}

function npm() {
  const clang = npmClang();
  return clang && {
    ...wasi('npm', ['clang'], ['clang++'], ['ar']),
    program: npmModule('@yowasp/clang'), // no clang on the PATH
    run(words) {
      this.optimizer.load?.(); // it is wanted next
      return clang(words);
    },
  };
}

const finders = { 'wasi-sdk': wasiSdk, clang, emcc, npm };
export const names = Object.keys(finders);

// Where the npm toolchain's versions are told once: the package's own optional peers.
function npmPackages() {
  const { peerDependencies } = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8'));
  return Object.entries(peerDependencies).map(([name, version]) => `${name}@${version}`);
}
const byNpm = () => `npm install --save-dev ${npmPackages().join(' ')}`;

const howToInstall = {
  'wasi-sdk': 'unpack a wasi-sdk, and set WASI_SDK_PATH to its folder',
  clang: 'Debian: apt-get install clang-19 lld-19 llvm-19 libclang-rt-19-dev-wasm32 wasi-libc',
  emcc: 'install Emscripten, so that emcc is on the PATH (Debian: apt-get install emscripten)',
  get npm() { return byNpm(); },
};

// Not from node_modules/.bin, which npm's scripts have first on the PATH: that is npm's, and binaryen.mjs is much faster.
const notByNpm = (folder) => !/node_modules[/\\]\.bin[/\\]?$/.test(folder);
function optimizer() {
  const beside = find('emcc') && join(dirname(realpathSync(find('emcc'))), '../bin/wasm-opt');
  const name = find('wasm-opt', notByNpm) ?? (beside && find(beside));
  return name ? { name, run: (input, output, flags) => run(name, [input, ...flags, '-o', output]) } : npmOptimizer();
}

// Binaryen's: name, the path of its program, for what depends on which it is; and run(input, output, wasm-opt's flags).
export function findOptimizer() {
  const found = optimizer();
  if (found) return found;
  const binaryen = npmPackages().find((name) => name.startsWith('binaryen@'));
  throw new BuildError(`wasm-opt is not there. With npm: npm install --save-dev ${binaryen}` +
    ' (Debian: apt-get install binaryen)');
}

// The toolchain of that name; without one, the first that is there.
export function findToolchain(name) {
  for (const each of name ? [name] : names) {
    const tools = finders[each]();
    if (!tools) continue;
    tools.optimizer = findOptimizer();
    return tools;
  }
  if (name) throw new BuildError(`the toolchain ${name} is not there: ${howToInstall[name]}`);
  throw new BuildError('there is no C compiler for wasm: neither a wasi-sdk, nor clang with wasi-libc, nor emcc, nor' +
    ` npm's. The latter needs no rights on this machine:\n  ${byNpm()}`);
}

// What npm has to bring on this machine: nothing, or clang, or wasm-opt, or both.
export function lackingPackages() {
  const compiler = names.some((name) => name !== 'npm' && finders[name]());
  return npmPackages().filter((name) => (name.startsWith('binaryen@') ? !optimizer() : !compiler));
}
