// What the tarball holds, and how it resolves: for Node, bundlers and TypeScript, by the tools that judge packages.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { root, run } from '../../scripts/make.mjs';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';
import { installed, tarball } from './project.mjs';

const cleanup = [];
let project, folder, description;
before(async () => {
  project = await installed({ after: (f) => cleanup.push(f) });
  folder = project.file('node_modules/wasyncio');
  description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
});
after(() => cleanup.forEach((f) => f()));

const files = () => readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile());

test('it holds what a user needs, and nothing of the project\'s workshop', () => {
  const all = files();
  for (const path of [
    'README.md', 'LICENSE', 'bin/wasyncio.mjs', 'bindings/index.d.ts', 'dist/include/wasyncio.h',
    'dist/cmake/wasyncio-config.cmake', 'dist/wasm/wasyncio.wasm', 'dist/wasm/wasyncio-debug.wasm',
    ...['wasi', 'emscripten'].flatMap((target) => ['libwasyncio.a', 'libwasyncio-debug.a',
      'libwasyncio-small.a', 'libwasyncio-start.a', 'libwasyncio-start-debug.a', 'libwasyncio-start-small.a',
      'pkgconfig/wasyncio.pc', 'pkgconfig/wasyncio-small.pc'].map((name) => `dist/lib/wasm32-${target}/${name}`)),
  ]) assert.ok(all.includes(path), path);
  const expected = /^(bin|bindings|dist|docs|examples|toolchain|web)\/|^[A-Z]+(\.md)?$|^package\.json$|^src\/wasyncio\.h$/;
  assert.deepEqual(all.filter((path) => !expected.test(path)), []);
  assert.deepEqual(all.filter((path) => /test|\.(ts|py|c)$/.test(path) &&
    !/\.d\.ts$|^bin\/template\/app\.|^bindings\/wasi\/|^examples\/|^web\//.test(path)), []);
});

test('every link of its texts leads to a file of it', () => {
  const links = files().filter((path) => path.endsWith('.md')).flatMap((path) => {
    const text = readFileSync(join(folder, path), 'utf8').replace(/^```[^]*?^```/gm, '');
    return [...text.matchAll(/\]\(([^)\s#]+)|\b(?:src|srcset)="([^"]+)"/g)].map(([, link, picture]) => [path, link ?? picture]);
  }).filter(([, to]) => !/^https?:/.test(to));
  assert.ok(links.length > 50);
  assert.deepEqual(links.filter(([path, to]) => !existsSync(join(folder, dirname(path), to))), []);
});

test('it needs nothing at run time, and only optional packages to build', () => {
  assert.deepEqual([description.dependencies, description.optionalDependencies], [undefined, undefined]);
  const optional = Object.keys(description.peerDependencies).map((name) => [name, { optional: true }]);
  assert.deepEqual(description.peerDependenciesMeta, Object.fromEntries(optional));
  assert.deepEqual(description.peerDependencies, Object.fromEntries(Object.keys(description.peerDependencies)
    .map((name) => [name, description.devDependencies[name]])), 'what is told to users is what is tested');
});

test('every condition of every export leads to a file', () => {
  const targets = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(targets));
  for (const path of targets(description.exports)) assert.ok(existsSync(join(folder, path)), path);
  assert.deepEqual(Object.keys(description.exports['.']), ['types', 'browser', 'worker', 'node', 'default']);
  assert.equal(description.sideEffects, false);
});

test('a release has no names, the debug build has', () => {
  const names = (name) => WebAssembly.Module.customSections(
    new WebAssembly.Module(readFileSync(join(folder, 'dist/wasm', name))), 'name').length;
  assert.deepEqual([names('wasyncio.wasm'), names('wasyncio-debug.wasm')], [0, 1]);
});

test('every example is there as a wasm, too, and runs under wasmtime', { skip: !wasmtimeCommand() && 'no wasmtime' }, async () => {
  const names = (path, ending) => readdirSync(join(folder, path)).filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
  assert.deepEqual(names('dist/examples', '.wasm'), names('examples', '.c'));
  const { stdout } = await run(wasmtimeCommand(), [join(folder, 'dist/examples/hello.wasm')]);
  assert.match(readFileSync(join(folder, 'examples/hello.c'), 'utf8'), new RegExp(`Output:\n${stdout}`));
});

// All modules that a page loads, from one on, without their comments.
function graph(path, seen = new Map()) {
  if (seen.has(path)) return seen;
  const text = readFileSync(path, 'utf8').replace(/\/\*[^]*?\*\/|(^|\s)\/\/.*/g, '');
  seen.set(path, text);
  for (const [, name] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    assert.match(name, /^\.\.?\//, `${path} imports ${name}`);
    graph(join(dirname(path), name), seen);
  }
  return seen;
}

test('nothing of Node is in what a browser or a worker loads', () => {
  for (const condition of ['browser', 'worker']) {
    const modules = graph(join(folder, description.exports['.'][condition]));
    assert.ok(modules.size > 10);
    const node = /node:|getBuiltinModule|\brequire\b|\bBuffer\b/;
    for (const [path, text] of modules) assert.doesNotMatch(text, node, path);
  }
});

test('Node finds every export', async () => {
  project.write('find.mjs', `import { load } from 'wasyncio';
    import { readFileSync } from 'node:fs';
    const rt = await load(readFileSync(new URL(import.meta.resolve('wasyncio/wasm'))));
    await rt.close();
    const names = ${JSON.stringify(Object.keys(description.exports))};
    for (const name of names) import.meta.resolve(name.replace('.', 'wasyncio'));
    console.log('found');`);
  const { stdout, stderr } = await project.run(process.execPath, ['find.mjs']);
  assert.equal(stdout, 'found\n', stderr);
});

for (const [name, args] of [['publint', ['run', '--strict']], ['attw', ['--no-color']]]) {
  const program = join(root, 'node_modules/.bin', name);
  test(`${name} is content`, { skip: !existsSync(program) && `${name} is not installed: npm ci` }, async () => {
    await assert.doesNotReject(run(program, [...args, await tarball()], { cwd: root }));
  });
}
