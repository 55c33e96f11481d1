// What README shows does what README says: its C and its JavaScript, compiled and run as they stand there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { buildNative, buildWasm } from '../scripts/link.mjs';
import { root } from '../scripts/make.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const block = (language) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(readme)[1];
const folder = join(root, 'build/tests/readme'); // inside the package, so that it can import itself by name
mkdirSync(folder, { recursive: true });
const program = join(folder, 'crawl.c');
writeFileSync(program, block('c'));

test('the C', async () => {
  const out = join(folder, 'crawl');
  await buildNative({ out, files: [program], asan: true });
  const lines = execFileSync(out, { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(lines, [
    'a: stopped (enough), cleaning up',
    'a: WA_ECANCELED, b: still running',
    'b: stopped (), cleaning up',
  ]);
});

test('the JavaScript', async () => {
  await buildWasm({ target: 'wasi', level: 'O3', kind: 'both', out: join(folder, 'crawl.wasm'), files: [program] });
  writeFileSync(join(folder, 'crawl.mjs'), block('js'));
  const printed = execFileSync(process.execPath, ['crawl.mjs'], { cwd: folder, encoding: 'utf8' });
  assert.deepEqual(printed.trim().split('\n'), [
    'https://example.org: stopped (the user left), cleaning up',
    'true the user left',
  ]);
});
