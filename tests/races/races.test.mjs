// CPython's known races, by their numbers: the runtime gives CPython's traces on every host. What the scenario language
// can't say is in twins.c, beside the same in Python, and in beyond.c, where the runtime gives more than CPython.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as hosts from '../conformance/hosts.mjs';
import { sections } from '../conformance/sections.mjs';
import * as suite from '../core/suite.mjs';
import { races as beyond } from '../core/suites.mjs';
import { CPython } from '../differential/cpython.mjs';
import { files, path } from './files.mjs';
import { printed } from './python.mjs';

const read = (name) => readFileSync(path(name), 'utf8');
const scenarios = files.map((name) => read(`${name}.scn`)).join('\n');
const expected = sections(files.map((name) => read(`${name}.trace`)).join(''), '==');
const twins = sections(read('twins.trace'), '==');
const targets = [['native', 'asan'], ['emscripten', 'O0'], ['emscripten', 'O3'], ['wasi', 'O0'], ['wasi', 'O3'],
  ['wasmtime', 'O0'], ['wasmtime', 'O3']];

const number = (name) => /^(gh|bpo|asyncio)[-_]\d+/.exec(name)?.[0];
const numbers = (...traces) => [...new Set(traces.flatMap((names) => [...names.keys()].map(number)))];

// One test for each number: the sections of that number are the same.
async function compare(context, wanted, got) {
  for (const issue of numbers(wanted)) {
    await context.test(issue, () => {
      for (const name of wanted.keys()) if (number(name) === issue) assert.equal(got.get(name), wanted.get(name), name);
    });
  }
}

test('every race has a number and a trace', () => {
  const names = [...sections(scenarios, 'scenario').keys()];
  assert.deepEqual([...expected.keys()], names);
  for (const name of [...names, ...twins.keys()]) assert.ok(number(name), name);
});

test('the traces are what CPython gives', async (context) => {
  const python = new CPython();
  context.after(() => python.close());
  for (const name of files) assert.equal(await python.run(read(`${name}.scn`)), read(`${name}.trace`), name);
  assert.equal(await printed(path('twins.py')), read('twins.trace'));
});

for (const [host, level] of targets) {
  describe(`${host} ${level}`, { skip: hosts.missing(host) ?? false }, () => {
    test('scenarios', async (context) => {
      const { code, trace, complaint } = await hosts.run(host, await hosts.build(host, level), scenarios);
      await compare(context, expected, sections(trace, '=='));
      assert.equal(code, 0, complaint);
    });

    test('twins', async (context) => {
      const program = await suite.build({ name: 'twins', files: [path('twins.c')] }, host, level);
      const { code, output, complaint } = await suite.run(host, program);
      await compare(context, twins, sections(output, '=='));
      assert.equal(code, 0, complaint);
    });

    test('beyond CPython', async (context) => {
      context.diagnostic(`${await suite.check(beyond, host, level)} tests`);
    });
  });
}
