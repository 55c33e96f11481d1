// docs/design.md's tables are true: every file of src/, bindings/ and toolchain/ stands in one, includes and imports only what
// stands above it, and, in src/, calls only that, but for the calls that the page names. What is private there is named by
// CONTRIBUTING.md's rule. And no line is too long to read.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { buildLibraries } from '../../scripts/link.mjs';
import { root, run } from '../../scripts/make.mjs';
import { find } from '../../toolchain/run.mjs';

const page = readFileSync(join(root, 'docs/design.md'), 'utf8');

// The rows below a heading, each as the files that it names: a list of lists.
function rowsBelow(heading) {
  const [, section] = page.split(heading);
  return section.split('\n## ')[0].split('\n').filter((line) => line.startsWith('| `'))
    .map((line) => Array.from(line.split('|')[1].matchAll(/`([^`]+)`/g), ([, name]) => name));
}

// In which row a file stands: by its own name, its folder's, or that of the .c or .h with the same name. -1: in none.
function rowOf(rows, file) {
  const twin = file.endsWith('.c') ? file.replace(/c$/, 'h') : file.replace(/h$/, 'c');
  const folder = file.includes('/') && file.replace(/[^/]*$/, '');
  return rows.findIndex((row) => row.includes(file) || row.includes(folder) || row.includes(twin));
}

// files: { name: its text }. using: what finds the names of those that a text uses.
function upward(rows, files, using) {
  return Object.entries(files).flatMap(([file, text]) => Array.from(text.matchAll(using), ([, used]) => used)
    .map((used) => (file.startsWith('wasi02/') && `wasi02/${used}` in files ? `wasi02/${used}` : used.replace('../', '')))
    .filter((used) => !(rowOf(rows, used) >= 0 && rowOf(rows, used) <= rowOf(rows, file)))
    .map((used) => `${file} uses ${used}`));
}

const filesOf = (folder, pattern) => Object.fromEntries(readdirSync(join(root, folder), { recursive: true })
  .filter((name) => pattern.test(name)).map((name) => [name, readFileSync(join(root, folder, name), 'utf8')]));

const layouts = [
  ['src', '## Layout', filesOf('src', /\.[ch]$/), /^#include "([^"]+)"/gm],
  ['bindings', '## The bindings', filesOf('bindings', /^[^/]+\.js$/), /from '\.\/([\w.]+)'/g],
  ['toolchain', '## From C to a wasm', filesOf('toolchain', /js$/), /from '\.\/([\w.-]+)'/g],
];

for (const [folder, heading, files, using] of layouts) {
  const rows = rowsBelow(heading);

  test(`${folder}/: every file stands in the table, and uses only what stands above it`, () => {
    assert.deepEqual(Object.keys(files).filter((file) => rowOf(rows, file) < 0), []);
    assert.deepEqual(upward(rows, files, using), []);
  });

  test(`${folder}/: a use of what stands below would be found`, () => {
    const [first, last] = [rows[0], rows.at(-1)].map(([name]) => name);
    assert.ok(rowOf(rows, first) < rowOf(rows, last));
    const line = folder === 'src' ? `#include "${last}"` : `import x from './${last}'`;
    assert.deepEqual(upward(rows, { [first]: line }, using), [`${first} uses ${last}`]);
  });
}

test('no line of a source file is longer than 132 columns', async () => {
  const { stdout } = await run('git', ['-C', root, 'ls-files', '*.c', '*.h', '*.js', '*.mjs', '*.ts', '*.rs', '*.py', '*.sh']);
  const long = (file) => readFileSync(join(root, file), 'utf8').split('\n')
    .flatMap((line, i) => ([...line].length > 132 ? [`${file}:${i + 1}`] : []));
  assert.deepEqual(stdout.trim().split('\n').filter((file) => existsSync(join(root, file))).flatMap(long), []);
});

const skip = !find('llvm-nm-19') && 'llvm-nm-19 is not there';

// What the library's objects define and use: [{ file, kind, name }], kind as nm has it. Unoptimized, so nothing is inlined.
async function symbolsOfLibrary() {
  const folder = join(root, 'build/tests/docs/lib');
  await buildLibraries({ target: 'wasi', level: 'debug', folder });
  const { stdout } = await run('llvm-nm-19', ['-A', join(folder, 'libwasyncio-debug.a')]);
  return Array.from(stdout.matchAll(/:(\w+\.c)\.o:\s+\w*\s+(\w) (\w+)$/gm), ([, file, kind, name]) => ({ file, kind, name }));
}

test('src/: nothing calls upward but what docs/design.md names', { skip }, async () => {
  const symbols = await symbolsOfLibrary();
  const maker = new Map(symbols.filter(({ kind }) => /[A-TV-Z]/.test(kind)).map(({ file, name }) => [name, file]));
  const rows = rowsBelow('## Layout');
  const calls = symbols.filter(({ kind, name }) => kind === 'U' && maker.has(name));
  assert.ok(calls.length > 300, `${calls.length}`);
  const up = calls.filter(({ file, name }) => rowOf(rows, basename(maker.get(name))) > rowOf(rows, file));
  assert.deepEqual(up.map(({ file, name }) => `${file}: ${name}`), ['error.c: wa_current', 'error.c: wa_name', 'loop.c: wa__wake']);
});

// CONTRIBUTING.md's rule. A header's inline functions are in each object that uses them.
test('src/: what is called wa__ has a user in another file, or its own assembly or the toolchain knows it', { skip }, async () => {
  const names = (text) => new Set(text.match(/\bwa__\w+/g));
  const all = (files) => names(Object.values(files).join());
  const own = (await symbolsOfLibrary()).filter(({ name }) => name.startsWith('wa__'));
  const used = new Set(own.filter(({ kind }) => kind === 'U').map(({ name }) => name));
  const sources = filesOf('src', /^\w+\.[ch]$/);
  const headers = all(filesOf('src', /\.h$/)), byPrograms = names(sources['wasyncio.h']);
  const tools = all(filesOf('toolchain', /\.(mjs|txt)$/));
  const byAssembly = (file) => names((sources[file].match(/"[^"\n]*"/g) ?? []).join());
  const shared = own.filter(({ kind }) => /[A-TV-Z]/.test(kind)), statics = own.filter(({ kind }) => /[a-z]/.test(kind));
  assert.ok(shared.length > 150 && statics.length > 10, `${shared.length} ${statics.length}`);
  const lonely = shared.filter(({ file, name }) =>
    !used.has(name) && !byPrograms.has(name) && !tools.has(name) && !byAssembly(file).has(name));
  const prefixed = statics.filter(({ name }) => !headers.has(name) && !tools.has(name) && !name.startsWith('wa__fiber_'));
  assert.deepEqual([...lonely, ...prefixed].map(({ file, name }) => `${file}: ${name}`), []);
});
