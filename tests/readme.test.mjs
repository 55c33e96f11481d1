// What README shows does what README says: its C and its JavaScript, compiled and run as they stand there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildNative, buildWasm } from '../scripts/link.mjs';
import { root } from '../scripts/make.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const block = (language, after = '') => {
  const from = readme.slice(readme.indexOf(after));
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(from)[1];
};
// What stands under "prints", behind the command.
const printed = (command) => {
  const from = readme.slice(readme.indexOf(`    ${command}\n`));
  return /\nprints\n\n((?: {4}.*\n)+)/.exec(from)[1].replace(/^ {4}/gm, '');
};
const folder = join(root, 'build/tests/readme'); // inside the package, so that it can import itself by name
mkdirSync(folder, { recursive: true });
const program = join(folder, 'crawl.c');
writeFileSync(program, block('c'));

test('the C alone', async () => {
  const out = join(folder, 'alone');
  const alone = `${out}.c`;
  writeFileSync(alone, block('c', '`alone.c`'));
  await buildNative({ out, files: [alone], asan: true });
  const command = 'npx wasyncio build alone.c -o alone.wasm && wasmtime run alone.wasm';
  assert.equal(execFileSync(out, { encoding: 'utf8' }), printed(command));
});

test('the C, by the JavaScript', async () => {
  await buildWasm({ target: 'wasi', level: 'O3', kind: 'both', out: join(folder, 'crawl.wasm'), files: [program] });
  writeFileSync(join(folder, 'crawl.mjs'), block('js'));
  const output = execFileSync(process.execPath, ['crawl.mjs'], { cwd: folder, encoding: 'utf8' });
  assert.equal(output, printed('node crawl.mjs'));
});
