// Functions that a program exports itself, in a wasm that is a command and driven by a host, too: they run the constructors
// no more, whatever they are called in C or C++.
import assert from 'node:assert/strict';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../bindings/index.js';
import { root } from '../../scripts/make.mjs';
import { names } from '../../toolchain/toolchains.mjs';
import { installed, lacking } from './project.mjs';

const cleanup = [];
let project;
before(async () => {
  project = await installed({ after: (f) => cleanup.push(f) });
  for (const name of ['@yowasp', 'binaryen']) {
    const path = join(root, 'node_modules', name);
    if (existsSync(path)) symlinkSync(path, project.file(`node_modules/${name}`));
  }
  // It comes first, and so does its `half`.
  project.write('other.c', `static int half(void) { return 99; }
    int other(void) { return half(); }\n`);
  for (const [name, external] of [['own.c', ''], ['own.cc', 'extern "C"']]) project.write(name, `#include "wasyncio.h"
    #define EXPORT(name) __attribute__((export_name(name)))
    ${external} int other(void);
    static int constructed;
    __attribute__((constructor)) static void construct(void) { constructed++; }
    EXPORT("constructed") int how_often(void) { return constructed; }
    EXPORT("sum") int add(int a, int b) { return a + b; }
    EXPORT("half") int half(int n) { return n / 2; }
    EXPORT("other") int from_another_file(void) { return other(); }
    ${external} int seven(void *arg) { (void)arg; return 7; }
    WA_TASK(seven);\n`);
});
after(() => cleanup.forEach((f) => f()));

for (const toolchain of names) {
  for (const [file, level] of [['own.c', '-O0'], ['own.c', '-O3'], ['own.cc', '-O0'], ['own.cc', '-O3']]) {
    test(`${file} ${level}, ${toolchain}`, { skip: lacking(toolchain) }, async () => {
      const args = ['build', 'other.c', file, '-o', 'own.wasm', level, '--toolchain', toolchain];
      const { status, stderr } = await project.wasyncio(args);
      assert.equal(status, 0, stderr);
      const rt = await load(project.file('own.wasm'));
      const { constructed, half, other, sum } = rt.exports;
      assert.deepEqual([sum(1, 2), half(8), other(), constructed(), constructed()], [3, 4, 99, 1, 1]);
      // The list of tasks was a circle after a second registration, and this search had no end.
      assert.throws(() => rt.spawn('no such task'), /no such task/);
      assert.equal(await rt.spawn('seven'), 7);
      await rt.close();
    });
  }
}
