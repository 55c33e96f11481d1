// What docs/data.md shows does what it says: each C file is compiled, and the JavaScript beside it runs it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';

const page = readFileSync(join(root, 'docs/data.md'), 'utf8');

for (const [heading, replaced, by, printed] of [
  ['Several values', '', '', '255,254,1,0'],
  ['Host functions', 'https://example.org', 'data:,hello', '5'], // a test needs no network
  ['Streams', '', '', 'hello'],
]) {
  test(heading, async () => {
    const [, section] = page.split(`\n## ${heading}\n`);
    const block = (language) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section)[1];
    const folder = join(root, 'build/tests/docs', heading); // inside the package, so that it can import itself by name
    mkdirSync(folder, { recursive: true });
    const program = join(folder, 'app.c');
    writeFileSync(program, block('c'));
    await buildWasm({ target: 'wasi', level: 'O1', kind: 'both', out: join(folder, 'app.wasm'), files: [program] });
    assert.ok(block('js').includes(replaced));
    writeFileSync(join(folder, 'app.mjs'), block('js').replace(replaced, by));
    const output = execFileSync(process.execPath, ['app.mjs'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    assert.equal(output, `${printed}\n`);
  });
}
