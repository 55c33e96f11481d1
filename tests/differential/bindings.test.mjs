// The programs say all that they can say, deliberate faults of the bindings are found and shrink, and the bindings differ from
// asyncio in none of a few thousand programs.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Comparison, randomBatches } from './bindings/compare.mjs';
import { generate } from './bindings/generate.mjs';
import { nodes, print } from './bindings/program.mjs';
import { shrink } from './bindings/shrink.mjs';
import { firstMismatches } from './compare.mjs';
import { CPython } from './cpython.mjs';
import { FOLDER } from './subject.mjs';

const PROGRAMS = 2400;
const SEED = 3;
const reference = new CPython(undefined, 'theirs');
after(() => reference.close());

test('a program depends on its seed and number only', () => {
  for (const index of [0, 4, 77]) assert.deepEqual(generate(8, index), generate(8, index));
  assert.notEqual(print(generate(8, 6)), print(generate(9, 6)));
});

// What every kind of node has come to somewhere in the programs, and every step of a body: else a fault there could not show.
const REACHED = {
  leaf: 'value error cancelled timeout', promise: 'value error', gather: 'value error cancelled timeout',
  wait: 'value cancelled', waitFor: 'value error cancelled timeout group', shield: 'value error cancelled timeout group',
  asCompleted: 'value', timeout: 'value error cancelled timeout group', group: 'value cancelled group',
  body: 'make spawn await add move stop catches', cancel: 'true false',
  cancelling: '0 1 2', unseen: 'leaf gather waitFor shield group',
};

/** What the programs came to, in the words of REACHED. */
function* outcomes(program, { nodes: ends, answers, asked, unseen }) {
  for (const { id, kind, steps = [] } of nodes(program)) {
    const { error } = ends[id] ?? {};
    if (ends[id]) yield `${kind} ${/^(?:timeout|group)/.exec(error)?.[0] ?? Object.keys(ends[id])[1]}`;
    if (id in asked) yield `cancelling ${asked[id]}`;
    if (unseen.includes(id)) yield `unseen ${kind}`;
    for (const step of steps) for (const word of Object.keys(step)) yield `body ${word}`;
  }
  for (const { answer } of answers) yield `cancel ${answer}`;
}

test(`${PROGRAMS} programs say all that they can say, and the bindings answer as asyncio`, async () => {
  const reached = new Set();
  const spy = {
    async run(text) {
      const results = await reference.run(text);
      const programs = JSON.parse(text);
      JSON.parse(results).forEach((result, i) => {
        for (const outcome of outcomes(programs[i], result)) reached.add(outcome);
      });
      return results;
    },
  };
  const comparison = new Comparison({ reference: spy });
  const { done, found } = await firstMismatches(comparison, randomBatches(PROGRAMS, SEED));
  assert.deepEqual(found.map(({ program, differing }) => `${print(program)}\n${JSON.stringify(differing)}`), []);
  assert.equal(done, PROGRAMS);
  assert.ok(comparison.excused < PROGRAMS * 0.03, `${comparison.excused} programs were decided by a race`);
  const wanted = Object.entries(REACHED).flatMap(([what, all]) => all.split(' ').map((came) => `${what} ${came}`));
  assert.deepEqual(wanted.filter((words) => !reached.has(words)), []);
});

// Deliberate faults: in the file the one text instead of the other.
const FAULTS = {
  'a cancelled gather asks the first member only': ['combine.js',
    'for (const item of list) stopped = stop(futures.get(item), reason) || stopped;',
    'for (const item of list) if (!stopped) stopped = stop(futures.get(item), reason);'],
  'wait hears of no error': ['combine.js', 'error: (future, left) => left &&', 'error: (future, left) => false &&'],
  'waitFor gives up instead of cancelling': ['combine.js',
    'const passed = () => stop(inner, expiry = lateError(ms));', 'const passed = () => outer._fail(lateError(ms));'],
  'a shield lets the cancellation through': ['combine.js',
    '  if (inner.done) return inner;\n  const outer = new Combined(core);',
    '  if (inner.done) return inner;\n  const outer = new Combined(core, (reason) => stop(inner, reason));'],
  'a failing group leaves its members alone': ['scopes.js', 'stop(member, why);', ''],
  'an error of a gather is never reported': ['combine.js',
    'if (!collect && !future._resolved) outer._follow(future);',
    'if (!collect && !future._resolved) outer._seen(), outer._follow(future);'],
};

for (const [number, [name, [file, right, wrong]]] of Object.entries(FAULTS).entries()) {
  test(`the fault "${name}" is found within 1,000 programs and shrinks below 8 lines`, async () => {
    const folder = join(FOLDER, `bindings-${process.pid}-${number}`);
    cpSync(fileURLToPath(new URL('../../bindings', import.meta.url)), folder, { recursive: true });
    try {
      const text = readFileSync(join(folder, file), 'utf8');
      assert.equal(text.split(right).length, 2, 'the text is no more what it was');
      writeFileSync(join(folder, file), text.replace(right, () => wrong));
      const comparison = new Comparison({ reference, folder });
      const { found } = await firstMismatches(comparison, randomBatches(1000, SEED));
      assert.ok(found.length, 'not found');
      const small = await shrink(found[0].program, (programs) => comparison.failing(programs));
      assert.equal((await comparison.failing([small])).length, 1, 'what it shrank to does not fail');
      assert.ok(print(small).trimEnd().split('\n').length < 8, print(small));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
