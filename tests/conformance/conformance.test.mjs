// All shared scenarios give CPython's traces, on every host, at both ends of the optimizer and as the small library has it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, hosts, missing, run } from './hosts.mjs';
import { sections } from './sections.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'scenarios');
const names = readdirSync(folder).filter((name) => name.endsWith('.scn')).map((name) => name.slice(0, -4)).sort();
const read = (ending) => names.map((name) => readFileSync(join(folder, name + ending), 'utf8')).join('\n');
const text = read('.scn');
const expected = sections(read('.trace'), '==');

// The lines around the first difference, `-` before what CPython printed and `+` before what the runtime did.
function difference(wanted, got) {
  const [a, b] = [wanted, got].map((trace) => trace.trimEnd().split('\n'));
  let first = 0;
  while (first < a.length && a[first] === b[first]) first++;
  const mark = (sign, lines) => lines.slice(first, first + 5).map((line) => `${sign} ${line}`);
  const before = a.slice(Math.max(0, first - 8), first).map((line) => `  ${line}`);
  return [...before, ...mark('-', a), ...mark('+', b)].join('\n');
}

function report(host, level, name, got, mismatches) {
  const files = names.map((file) => relative('.', join(folder, `${file}.scn`)));
  const file = files.find((path) => sections(readFileSync(path, 'utf8'), 'scenario').has(name));
  return `${mismatches} of ${expected.size} scenarios differ; the first is ${name} (- CPython, + here):
${difference(expected.get(name), got ?? '(no trace)')}
alone: node tests/conformance/scenario.mjs --host=${host} --build=${level} --only=${name} ${file}`;
}

test('the scenarios and the traces belong together', () => {
  assert.equal(expected.size, 1023);
  assert.deepEqual([...sections(text, 'scenario').keys()], [...expected.keys()]);
});

for (const [host, { levels }] of Object.entries(hosts)) {
  for (const level of levels) {
    test(`${host} ${level}: ${expected.size} scenarios`, { skip: missing(host) ?? false }, async () => {
      const { code, trace, complaint } = await run(host, await build(host, level), text);
      const got = sections(trace, '==');
      const differ = [...expected.keys()].filter((name) => got.get(name) !== expected.get(name));
      if (differ.length) assert.fail(complaint + report(host, level, differ[0], got.get(differ[0]), differ.length));
      assert.equal(code, 0, complaint);
      assert.equal(got.size, expected.size);
    });
  }
}

test('3,000 scenarios run in under 20 s in one process of Node', async () => {
  const driver = await build('emscripten', 'O3');
  const start = process.cpuUsage(); // unlike time, it does not pass while another process has the processor
  const { code, trace } = await run('emscripten', driver, `${text}\n`.repeat(3));
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  assert.equal(code, 0);
  assert.equal(trace.match(/^== /gm).length, 3 * expected.size);
  assert(seconds < 20, `${seconds.toFixed(1)} s`);
});
