// Builds of a user's own, by CMake and by pkg-config, with both toolchains: from the installed package.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../../scripts/make.mjs';
import { find } from '../../toolchain/run.mjs';
import { findToolchain } from '../../toolchain/toolchains.mjs';
import { installed } from './project.mjs';

const cleanup = [];
let project;
before(async () => {
  project = await installed({ after: (f) => cleanup.push(f) });
  copyFileSync(join(root, 'tests/package/tasks.c'), project.file('tasks.c'));
});
after(() => cleanup.forEach((f) => f()));

async function succeeds(command, args, options) {
  const { status, stdout, stderr } = await project.run(command, args, options);
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout.trim();
}
const absent = (...programs) => {
  const lacking = programs.find((program) => !find(program));
  return lacking && `${lacking} is not installed: ./build.sh setup test installs it`;
};
async function runs(path) {
  assert.equal(await succeeds('npx', ['wasyncio', 'run', path, 'echo', 'built']), 'built');
}

describe('CMake', { skip: absent('cmake', 'make') }, () => {
  before(() => {
    project.write('CMakeLists.txt', `cmake_minimum_required(VERSION 3.16)
      project(app C)
      find_package(wasyncio 0.1 REQUIRED)
      add_executable(app tasks.c)
      target_link_libraries(app PRIVATE wasyncio::wasyncio)
      wasyncio_instrument(app)`);
  });
  const arguments_ = (folder, type) => ['-G', 'Unix Makefiles', '-S', '.', '-B', folder, `-DCMAKE_BUILD_TYPE=${type}`,
    '-Dwasyncio_DIR=node_modules/wasyncio/dist/cmake'];

  test('with a clang for WASI', { skip: absent('clang-19', 'wasm-ld-19') }, async () => {
    const [cc] = findToolchain('clang').cc;
    project.write('wasi.cmake', `set(CMAKE_SYSTEM_NAME Generic)
      set(CMAKE_C_COMPILER ${cc})
      set(CMAKE_C_COMPILER_TARGET wasm32-wasi)`);
    for (const type of ['Release', 'Debug', 'MinSizeRel']) {
      await succeeds('cmake', [...arguments_(type, type), '-DCMAKE_TOOLCHAIN_FILE=wasi.cmake']);
      await succeeds('cmake', ['--build', type]);
      await runs(`${type}/app.wasm`);
      const module = new WebAssembly.Module(readFileSync(project.file(`${type}/app.wasm`)));
      assert.equal(WebAssembly.Module.customSections(module, 'name').length, type === 'Debug' ? 1 : 0, 'names for traps');
    }
  });

  test('with emcc', { skip: absent('emcc') }, async () => {
    await succeeds('emcmake', ['cmake', ...arguments_('emscripten', 'Release')]);
    await succeeds('cmake', ['--build', 'emscripten']);
    await runs('emscripten/app.wasm');
  });

  test('another target is refused with the reason', { skip: absent('clang-19') }, async () => {
    const native = await project.run('cmake', [...arguments_('native', 'Release'), '-DCMAKE_C_COMPILER=clang-19']);
    assert.notEqual(native.status, 0);
    assert.match(native.stderr.replace(/\s+/g, ' '), /wasyncio is for wasm: use emcmake, or a toolchain whose CMAKE/);
  });
});

describe('CMake, wrongly used', { skip: absent('cmake', 'make', 'clang-19') }, () => {
  for (const target of ['library', 'nobody']) {
    test(`a ${target} is no executable`, async () => {
      mkdirSync(project.file(target));
      project.write(`${target}/CMakeLists.txt`, `cmake_minimum_required(VERSION 3.16)
        project(app C)
        find_package(wasyncio REQUIRED)
        add_library(library STATIC ../tasks.c)
        wasyncio_instrument(${target})`);
      const { status, stderr } = await project.run('cmake', ['-S', target, '-B', `${target}/made`, '-G', 'Unix Makefiles',
        `-Dwasyncio_DIR=${project.file('node_modules/wasyncio/dist/cmake')}`, '-DCMAKE_SYSTEM_NAME=Generic',
        '-DCMAKE_C_COMPILER=clang-19', '-DCMAKE_C_COMPILER_TARGET=wasm32-wasi']);
      assert.notEqual(status, 0);
      assert.match(stderr.replace(/\s+/g, ' '), new RegExp(`wasyncio_instrument: ${target} is no executable`));
    });
  }
});

describe('pkg-config', { skip: absent('pkg-config') }, () => {
  for (const [target, name] of [['wasi', 'clang'], ['emscripten', 'emcc']]) {
    const skip = absent(...(target === 'wasi' ? ['clang-19', 'wasm-ld-19'] : ['emcc']));
    test(name, { skip }, async () => {
      const env = { PKG_CONFIG_PATH: project.file(`node_modules/wasyncio/dist/lib/wasm32-${target}/pkgconfig`) };
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const sizes = [];
      for (const library of ['wasyncio', 'wasyncio-small']) {
        const ask = async (...what) => (await succeeds('pkg-config', [...what, library], { env })).split(/\s+/);
        assert.deepEqual(await ask('--modversion'), [version]);
        const flags = await ask('--cflags', '--libs');
        const [cc, ...own] = findToolchain(name).cc;
        await succeeds(cc, [...own, '-O2', 'tasks.c', ...flags, '-o', `${name}-linked.wasm`]);
        const [command, ...args] = await ask('--variable=instrument');
        await succeeds(command, [...args, `${name}-linked.wasm`, '-o', `${name}.wasm`]);
        await runs(`${name}.wasm`);
        sizes.push(statSync(project.file(`${name}.wasm`)).size);
      }
      assert.ok(sizes[1] < 0.8 * sizes[0], `${sizes} bytes`);
    });
  }
});
