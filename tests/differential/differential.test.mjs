// The judge judges as CPython did, the programs say all that the language can say, faults are found and shrink, and the
// runtime, under the sanitizers, differs from CPython in none of a few thousand programs.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Comparison, firstMismatches, randomBatches } from './compare.mjs';
import { CPython } from './cpython.mjs';
import { generate } from './generate.mjs';
import { shrink } from './shrink.mjs';
import { parse, print } from './tree.mjs';

const SCENARIOS = fileURLToPath(new URL('../conformance/scenarios/', import.meta.url));
const PROGRAMS = 2400;
const SEED = 3;
const read = (name) => readFileSync(SCENARIOS + name, 'utf8');
const names = readdirSync(SCENARIOS).filter((name) => name.endsWith('.scn')).map((name) => name.slice(0, -4));

const reference = new CPython();
after(() => reference.close());

test('the reference gives the conformance traces byte for byte', async () => {
  assert.equal(names.length, 6);
  for (const name of names) assert.equal(await reference.run(read(`${name}.scn`)), read(`${name}.trace`), name);
});

test('a scenario survives being read and printed', () => {
  for (const name of names) {
    const scenarios = parse(read(`${name}.scn`));
    assert.equal(scenarios.length, read(`${name}.trace`).match(/^== /gm).length);
    assert.deepEqual(parse(scenarios.map(print).join('')), scenarios);
  }
});

test('a program depends on its seed and number only', () => {
  for (const index of [0, 5, 77]) assert.equal(print(generate(8, index)), print(generate(8, index)));
  assert.notEqual(print(generate(8, 6)), print(generate(9, 6)));
});

// What every op has come to somewhere in the programs: else a fault of that op could not show.
const REACHED = {
  sleep: 'ok cancelled', spin: 'ok', spawn: 'ok', gspawn: 'ok error(misuse)', cancel: 'true false error(misuse)',
  uncancel: '0 1 error(misuse)', cancelling: '0 1 2 error(misuse)',
  state: 'ok pending cancelled timeout error(misuse) error(name)',
  await: 'ok cancelled timeout error(misuse) error(name)',
  shield: 'ok cancelled timeout error(misuse) error(name)', wait_for: 'ok cancelled timeout error(misuse) error(name)',
  gather: 'ok cancelled timeout error(misuse) error(name)', wait: 'done cancelled error(misuse)',
  as_completed: 'ok cancelled timeout error(misuse)', reschedule: 'ok error(misuse)', resolve: 'ok error(misuse)',
  fail: 'ok error(misuse)', set: 'ok', clear: 'ok', wait_event: 'ok cancelled', acquire: 'ok cancelled',
  release: 'ok error(misuse)', cond_wait: 'ok cancelled error(misuse)', notify: 'ok error(misuse)',
  put: 'ok cancelled error(shutdown)', get: 'ok cancelled error(shutdown)', task_done: 'ok error(misuse)',
  join: 'ok cancelled', shutdown: 'ok', barrier: 'ok cancelled error(broken)', abort: 'ok', reset: 'ok',
  'end timeout': 'ok cancelled timeout group error(misuse) error(name)', 'end group': 'ok cancelled group',
};

test(`${PROGRAMS} programs say all that the language can say, and the runtime answers as CPython`, async () => {
  const reached = new Set();
  const spy = {
    async run(text) {
      const traces = await reference.run(text);
      const outcome = /^\d+ \S+ (end \S+|\S+)(?: [^>]*)? -> ([a-z0-9]+(?:\((?:misuse|shutdown|broken|name)\))?)/gm;
      const named = traces.replace(/error\(e\d\)/g, 'error(name)');
      for (const [, op, came] of named.matchAll(outcome)) reached.add(`${op} ${came}`);
      return traces;
    },
    close() {},
  };
  const comparison = new Comparison({ build: 'asan', reference: spy });
  const { done, found } = await firstMismatches(comparison, randomBatches(PROGRAMS, SEED));
  await comparison.subject.close();
  assert.deepEqual(found.map(({ scenario, want, got }) => `${print(scenario)}\n${want}\n${got}`), []);
  assert.equal(done, PROGRAMS);
  const wanted = Object.entries(REACHED).flatMap(([op, all]) => all.split(' ').map((came) => `${op} ${came}`));
  assert.deepEqual(wanted.filter((words) => !reached.has(words)), []);
});

// The runtime, built with a deliberate fault (src/fault.h): the five kinds that this test has to be able to see.
for (const fault of ['lifo', 'late-cancel', 'timer-tie', 'gather-cancel', 'uncancel']) {
  test(`the fault ${fault} is found within 2,000 programs and shrinks below 30 lines`, async () => {
    const comparison = new Comparison({ host: 'native', fault, reference });
    try {
      const { found } = await firstMismatches(comparison, randomBatches(2000, SEED));
      assert(found.length, 'not found');
      const failing = async (scenarios) => (await comparison.mismatches(scenarios)).map(({ scenario }) => scenario);
      const small = await shrink(found[0].scenario, failing);
      assert((await failing([small])).length, 'what it shrank to does not fail');
      assert(print(small).trimEnd().split('\n').length < 30, print(small));
    } finally {
      await comparison.subject.close();
    }
  });
}
