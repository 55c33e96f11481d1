// docs/asyncio.md says what there is: its C names are those of wasyncio.h, and all of them, its JavaScript names those
// of index.d.ts, and no public name of Python's asyncio is missing, as CPython itself lists them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/make.mjs';
import { files, path } from './files.mjs';
import { printed } from './python.mjs';

const read = (name) => readFileSync(join(root, name), 'utf8');
const doc = read('docs/asyncio.md');
const code = [...doc.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
const [contract] = read('src/wasyncio.h').split('/* ---- private');
const types = read('bindings/index.d.ts').replace(/\/\*[^]*?\*\//g, '');
const found = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
const without = (names, others) => names.filter((name) => !others.includes(name));

test('C names are those of wasyncio.h', () => {
  const known = found(contract, /\b(wa_\w+|WA_\w+)/gi);
  assert.deepEqual(without(found(doc, /\b(wa_[a-z]\w*|WA_[A-Z]\w*)/g), known), []);
});

test('every public function of wasyncio.h is there', () => {
  const functions = found(contract.replace(/\/\*[^]*?\*\//g, ''), /^[^#\n]*?\b(wa_(?!_)\w+)\(/gm);
  assert.ok(functions.length > 100, `${functions.length} functions`);
  assert.deepEqual(without(functions, found(doc, /\b(wa_\w+)/g)), []);
});

const members = (name) => {
  const [, body] = new RegExp(`export (?:class|interface) ${name}\\b[^{]*{([^]*?)\\n}`).exec(types);
  return found(body, /^ {2}(?:readonly )?([a-z]\w*)\b[(<:?]/gm);
};

test('JavaScript names are those of index.d.ts', () => {
  const names = {
    rt: members('Runtime'), task: [...members('Task'), ...members('Future')], f: members('Future'),
    scope: members('TimeoutScope'), group: members('Group'), error: members('CancelledError'),
  };
  for (const [variable, known] of Object.entries(names)) {
    const used = found(code.join('\n'), new RegExp(`(?<![\\w.])${variable}\\.(\\w+)`, 'g'));
    assert.ok(used.length > 0, variable);
    assert.deepEqual(without(used, known), [], variable);
  }
  const own = ['exports', 'memory']; // of a wasm instance, not of asyncio
  assert.deepEqual(without(names.rt, [...own, ...found(code.join('\n'), /\brt\.(\w+)/g)]), []);
});

test('no public name of asyncio is missing', async () => {
  const names = (await printed(path('names.py'))).trimEnd().split('\n');
  assert.ok(names.length > 150, `${names.length} names`);
  const said = code.flatMap((text) => text.match(/[\w.]+/g) ?? []);
  const isSaid = (name) => {
    const [owner, method] = name.split('.');
    if (owner === 'AbstractEventLoop' && method) return said.includes(`loop.${method}`) || said.includes(method);
    return said.includes(name);
  };
  const missing = names.filter((name) => !isSaid(name));
  assert.deepEqual(missing, []);
});

test('every number has a test, and every link an end', () => {
  const sources = [...files.map((name) => `${name}.scn`), 'twins.c', 'beyond.c'];
  const races = sources.map((name) => readFileSync(path(name), 'utf8'));
  const tested = found(races.join('\n').replaceAll('_', '-'), /(?<![\w-])((?:gh|bpo)-\d+)-/g);
  const numbers = found(doc, /((?:gh|bpo)-\d+)/g);
  assert.ok(numbers.length > 20, `${numbers.length} numbers`);
  assert.deepEqual(without(numbers, tested), []);
  const anchors = [...doc.matchAll(/^## (.*)$/gm)].map(([, title]) =>
    `#${title.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')}`);
  for (const [, link] of doc.matchAll(/\]\(([^)]+)\)/g)) {
    assert.ok(link.startsWith('#') ? anchors.includes(link) : existsSync(join(root, 'docs', link)), link);
  }
});
