// The API reference: one command makes it, and every public name is in it, with a word about it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run } from '../../scripts/make.mjs';
import { doxygenIsMissing, referenceOfC, referenceOfTypes, typedocIsMissing } from '../../scripts/docs.mjs';

const folder = join(root, 'build/tests/docs');
mkdirSync(folder, { recursive: true });
const header = readFileSync(join(root, 'src/wasyncio.h'), 'utf8');

test('npm run docs', { skip: doxygenIsMissing() || typedocIsMissing() }, async () => {
  await run('npm', ['run', 'docs'], { cwd: root });
  const api = join(root, 'docs/api');
  for (const [, path] of readFileSync(join(api, 'index.html'), 'utf8').matchAll(/href="([^"]+)"/g)) {
    assert.ok(existsSync(join(api, path)), path);
  }
  const all = (sub) => readdirSync(join(api, sub), { recursive: true }).filter((name) => name.endsWith('.html'))
    .map((name) => readFileSync(join(api, sub, name), 'utf8')).join('\n');
  const c = all('c');
  // By hand, so that what Doxygen does not see is seen to be missing: functions, types, macros, statuses.
  const declared = header.slice(0, header.indexOf('/* ---- private')).replace(/\/\*[^]*?\*\//g, '').matchAll(
    /(?:^[a-z][\w *]*?\b(wa_\w+)\(|^\}? ?(?:typedef .*?)?\b(wa_\w+);$|^#define (WA_[A-Z]+)\(?|^ *(WA_[A-Z]+) = )/gm);
  const found = Array.from(declared, (match) => match.slice(1).find(Boolean));
  const names = found.filter((name) => !name.startsWith('wa__'));
  assert.ok(names.length > 120, `${names.length}`);
  assert.deepEqual(names.filter((name) => !c.includes(name)), []);
  assert.doesNotMatch(c.replace(/<[^>]*>/g, ''), /\bwa__[a-z]/i, 'nothing private');
  const js = all('js');
  for (const name of ['load', 'Runtime', 'spawn', 'Task', 'Future', 'TaskError', 'trace']) {
    assert.ok(js.includes(name), name);
  }
});

for (const [what, from, to] of [
  ['function', '/** Moves a virtual', 'int wa_undocumented(void);\n/** Moves a virtual'],
  ['field', '  bool debug; ', '  bool undocumented;\n  bool debug; '],
  ['status', '  WA_EUSER =', '  WA_EUNDOCUMENTED = -999,\n  WA_EUSER ='],
  ['macro', '/** No limit. */', '#define WA_UNDOCUMENTED 1\n/** No limit. */'],
  ['struct', '/** No limit. */', 'typedef struct wa_undocumented { void *p; } wa_undocumented;\n/** No limit. */'],
]) {
  test(`a C ${what} without a word about it is refused`, { skip: doxygenIsMissing() }, () => {
    assert.ok(header.includes(from));
    const path = join(folder, 'wasyncio.h');
    writeFileSync(path, header.replace(from, to));
    assert.throws(() => referenceOfC(path, folder), /undocumented.* is not documented/i);
  });
}

test('a type or method without a word about it is refused', { skip: typedocIsMissing() }, () => {
  const path = join(folder, 'undocumented.d.ts');
  writeFileSync(path, 'export interface Undocumented { undocumented(): void }\n');
  writeFileSync(join(folder, 'tsconfig.json'), '{ "files": ["undocumented.d.ts"] }');
  const options = { extends: [join(root, 'docs/typedoc.json')], entryPoints: [path], tsconfig: 'tsconfig.json' };
  writeFileSync(join(folder, 'typedoc.json'), JSON.stringify(options));
  const build = () => referenceOfTypes(join(folder, 'typedoc.json'), join(folder, 'js'));
  assert.throws(build, /Undocumented.* does not have any documentation/);
});
