// What a build needs may be elsewhere: a cache that can be written, a compiler that has C++'s library. It says where.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { find } from '../../toolchain/run.mjs';
import { findToolchain } from '../../toolchain/toolchains.mjs';
import { installed } from './project.mjs';

const cleanup = [];
let project;
before(async () => { project = await installed({ after: (f) => cleanup.push(f) }); });
after(() => cleanup.forEach((f) => f()));

test('where the cache cannot be written, the variable that moves it is named, and does', async () => {
  project.write('cached.c', '#include "wasyncio.h"\nint main(void) { return 0; }\n');
  mkdirSync(project.file('image/node_modules'), { recursive: true });
  project.write('image/node_modules/.cache', ''); // a file, for root may write into any folder
  const build = (env) => project.run('sh', ['-c', 'cd image && node ../node_modules/wasyncio/bin/wasyncio.mjs build ../cached.c ' +
    '-o cached.wasm'], { env });
  const { status, stderr } = await build();
  assert.equal(status, 1);
  assert.match(stderr, /^wasyncio: the folder .*\.cache can't be written to: .*WASYNCIO_CACHE=FOLDER\n$/);
  assert.equal((await build({ WASYNCIO_CACHE: project.file('kept') })).status, 0);
  assert.ok(existsSync(project.file('kept/build/obj')));
  assert.match((await project.wasyncio(['build', '--help'])).stdout, /WASYNCIO_CACHE/);
});

// Why the system's clang cannot be without C++'s library here, else false.
function unfit() {
  try {
    return !findToolchain('clang').cxxLink.includes('-nostdlib++') && "the system's clang has C++'s library";
  } catch (error) {
    return error.message;
  }
}

test('without C++\'s library, an emcc that is here is named, and only then', { skip: unfit() }, async () => {
  project.write('list.cc', '#include "wasyncio.h"\n#include <vector>\n');
  const bin = project.file('bin'), emcc = project.file('emcc');
  for (const folder of [bin, emcc]) mkdirSync(folder);
  writeFileSync(join(emcc, 'emcc'), '');
  const { cc: [clang], cxx: [clangxx], ar: [ar] } = findToolchain('clang');
  const programs = [clang, clangxx, ar, clang.replace('clang', 'wasm-ld'), 'wasm-ld', 'wasm-opt'];
  for (const program of programs) if (find(program)) symlinkSync(find(program), join(bin, program));
  const build = (PATH) => project.wasyncio(['build', 'list.cc', '-o', 'list.wasm', '--toolchain', 'clang'], { env: { PATH } });
  const hint = /\nwasyncio: this toolchain has no C\+\+ library for wasm \((emcc's is here: --toolchain emcc; )?Debian: .*\)\n$/;
  for (const [path, named] of [[bin, undefined], [`${bin}${delimiter}${emcc}`, "emcc's is here: --toolchain emcc; "]]) {
    const { stderr } = await build(path);
    assert.match(stderr, hint);
    assert.equal(hint.exec(stderr)[1], named);
  }
});
