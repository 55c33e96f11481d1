// A second build does what is out of date, and nothing else.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compile, makeFile, root } from '../../scripts/make.mjs';
import { toolchain } from '../../scripts/toolchain.mjs';
import { maker } from '../../toolchain/make.mjs';
import { npmModule } from '../../toolchain/npm.mjs';
import { BuildError, parallel } from '../../toolchain/run.mjs';
import { findToolchain } from '../../toolchain/toolchains.mjs';

function scratch(context) {
  mkdirSync(join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(join(root, 'build/make-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

const ageBySeconds = (path, seconds) => {
  const time = statSync(path).mtimeMs / 1000 - seconds;
  utimesSync(path, time, time);
};

test('a file is made once, and again for a younger input or another command', async (context) => {
  const path = scratch(context);
  writeFileSync(path('in'), 'a');
  ageBySeconds(path('in'), 10);
  let made = 0;
  const make = (how) => makeFile(path('out'), [path('in')], how, (out) => { made++; writeFileSync(out, how); });
  await make('x');
  await make('x');
  assert.equal(made, 1);
  await make('y');
  assert.equal(made, 2, 'another command');
  ageBySeconds(path('out'), 60);
  await make('y');
  assert.equal(made, 3, 'a younger input');
  await make('y');
  assert.equal(made, 3);
  writeFileSync(path('out'), 'of somebody else');
  await make('y');
  assert.equal(made, 4, 'written over');
  writeFileSync(path('older'), 'b');
  ageBySeconds(path('older'), 600);
  renameSync(path('older'), path('in'));
  await make('y');
  await make('y');
  assert.equal(made, 5, 'an older input in its place');
});

test('of another version of the package, all is made again', async (context) => {
  const path = scratch(context);
  let made = 0;
  const make = async (version) =>
    maker(path('.'), path('cache'), version).makeFile(path('out'), [], '', (out) => { made++; writeFileSync(out, ''); });
  for (const version of ['1', '1', '2', '2']) await make(version);
  assert.equal(made, 2);
});

test('two that want the same file at once share the work', async (context) => {
  const path = scratch(context);
  let made = 0;
  const make = async (out) => { made++; await new Promise((done) => setTimeout(done, 10)); writeFileSync(out, ''); };
  await Promise.all([1, 2, 3].map(() => makeFile(path('out'), [], '', make)));
  assert.equal(made, 1);
});

test('an input that changes while the file is made makes it again', async (context) => {
  const path = scratch(context);
  writeFileSync(path('in'), 'a');
  ageBySeconds(path('in'), 10);
  let made = 0;
  const make = () => makeFile(path('out'), [path('in')], '', async (out) => {
    made++;
    await new Promise((done) => setTimeout(done, 20));
    if (made === 1) writeFileSync(path('in'), 'b');
    writeFileSync(out, '');
  });
  await make();
  await make();
  assert.equal(made, 2);
});

test('a command that fails leaves nothing behind', async (context) => {
  const path = scratch(context);
  const fail = (out) => { writeFileSync(out, 'half'); throw new BuildError('no'); };
  await assert.rejects(makeFile(path('out'), [], '', fail), BuildError);
  assert.deepEqual(readdirSync(path('.')), []);
});

test('a C file is compiled again when a header of it changes', async (context) => {
  const path = scratch(context);
  const tools = toolchain('native');
  writeFileSync(path('a.h'), '#define A 1\n');
  writeFileSync(path('a.c'), '#include "a.h"\nint a = A;\n');
  [path('a.h'), path('a.c')].forEach((file) => ageBySeconds(file, 10));
  const object = await compile(tools, [], path('a.c'));
  const { ino } = statSync(object);
  await compile(tools, [], path('a.c'));
  assert.equal(statSync(object).ino, ino);
  writeFileSync(path('a.h'), '#define A 2\n');
  await compile(tools, [], path('a.c'));
  assert.notEqual(statSync(object).ino, ino);
  assert.notEqual(await compile(tools, ['-DB'], path('a.c')), object, 'other flags, another object');
});

async function replaced(context, toolsOf) {
  const path = scratch(context);
  const { cc } = toolchain('native');
  const tools = { ...toolchain('native'), ...toolsOf(path('cc')) };
  const install = (version) => writeFileSync(path('cc'), `#!/bin/sh\n# ${version}\nexec ${cc.join(' ')} "$@"\n`, { mode: 0o755 });
  writeFileSync(path('a.c'), 'int a;\n');
  const made = async () => statSync(await compile(tools, [], path('a.c'))).ino;
  install('1');
  [path('cc'), path('a.c')].forEach((file) => ageBySeconds(file, 20));
  const first = await made();
  assert.equal(await made(), first);
  install('1.1');
  ageBySeconds(path('cc'), 10); // an installer sets the time of the release
  assert.notEqual(await made(), first);
}
test('by a compiler that has been replaced, all is compiled again', (context) => replaced(context, (path) => ({ cc: [path] })));

test("so it is by one that is no program of that name, as npm's: its record names a file of it", async (context) => {
  await replaced(context, (program) => ({ program }));
  const main = npmModule('@yowasp/clang');
  if (main) assert.equal(findToolchain('npm').program, main);
});

test('with another folder of headers, or other flags, in the environment, all is compiled again', async (context) => {
  const path = scratch(context);
  const { CPATH, EMCC_CFLAGS } = process.env;
  context.after(() => Object.entries({ CPATH, EMCC_CFLAGS }).forEach(([name, value]) => {
    delete process.env[name];
    if (value !== undefined) process.env[name] = value;
  }));
  for (const folder of ['one', 'other']) {
    mkdirSync(path(folder));
    writeFileSync(path(`${folder}/which.h`), '');
  }
  writeFileSync(path('a.c'), '#include <which.h>\nint a;\n');
  const objects = [];
  const settings = [['CPATH', path('one')], ['CPATH', path('other')], ['EMCC_CFLAGS', '-DN']];
  for (const [name, value] of settings) {
    process.env[name] = value;
    objects.push(await compile(toolchain('native'), [], path('a.c')));
  }
  assert.equal(new Set(objects).size, settings.length);
});

test('every failure of a parallel build is told', async () => {
  const work = async (i) => { if (i % 2) throw new BuildError(`file ${i}`); return i; };
  await assert.rejects(parallel([0, 1, 2, 3], work), /file 1[^]*file 3/);
  assert.deepEqual(await parallel([0, 2, 4], work), [0, 2, 4]);
});

test('a compiler that is not there is named, and how to get it', (context) => {
  const { PATH } = process.env;
  context.after(() => { process.env.PATH = PATH; });
  process.env.PATH = '/nowhere';
  assert.throws(() => toolchain('emscripten'), /emcc is not there: install Emscripten[^]*\.\/build\.sh setup/);
  assert.throws(() => toolchain('riscv'), /unknown target 'riscv'/);
});
