// npm run bench: the command gives rows that a program can read, its statistics are right, and its judge says no.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { judge } from '../../bench/bounds.mjs';
import { spread } from '../../bench/statistics.mjs';

const command = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));
const bench = (...args) => promisify(execFile)(process.execPath, [command, ...args], { timeout: 600_000 });

test('--quick --only yield --json gives a row for each who takes part', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wasyncio-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rows.json');
  const { stdout } = await bench('--host=node', '--quick', '--only', 'yield', '--json', file);
  assert.match(stdout, /yield, n = 1000.*\n\s+wasyncio-clang/);
  assert.match(stdout, /bounds .*\n.*: wasyncio-clang \/ js, node\s+at most 0\.35 x\s+[\d.]+\s+[\d.]+\s+(ok|NOT)/);
  const rows = JSON.parse(readFileSync(file, 'utf8'));
  const subjects = new Set(rows.map(({ subject }) => subject));
  for (const name of ['wasyncio-clang', 'wasyncio-emcc', 'js', 'effection', 'effect', 'cpython', 'pyodide']) {
    assert.ok(subjects.has(name), name);
  }
  for (const row of rows) {
    assert.equal(row.bench, 'yield');
    assert.equal(row.host, 'node');
    assert.ok(row.n === 2 || row.n === 1000);
    assert.equal(row.depth, 1);
    const spread = [row.min, row.q1, row.ns_per_op, row.q3, row.max];
    assert.ok(row.min > 0);
    assert.deepEqual(spread, spread.toSorted((a, b) => a - b));
  }
});

test('what is unknown is refused', async () => {
  await assert.rejects(bench('--only', 'yeild'), { code: 2, stderr: /unknown: yeild\nusage: npm run bench/ });
  await assert.rejects(bench('--host=moon'), { code: 2, stderr: /unknown: moon/ });
});

test('the median and its quartiles', () => {
  assert.deepEqual(spread([5, 1, 4, 2, 3]), { median: 3, min: 1, q1: 2, q3: 4, max: 5, rounds: 5 });
  assert.deepEqual(spread([1, 2]), { median: 1.5, min: 1, q1: 1.25, q3: 1.75, max: 2, rounds: 2 });
});

test('a bound that is missed is told, and one without its rows is left out', () => {
  const at = { bench: 'yield', host: 'node', n: 1000, depth: 1 };
  const row = (subject, ns_per_op) => ({ ...at, subject, ns_per_op, min: ns_per_op - 2 });
  const reached = judge([row('wasyncio-clang', 10), row('js', 20), row('emscripten-fiber', 90)]);
  const what = 'yield, n = 1,000: ';
  const [js, fiber] = reached;
  assert.equal(reached.length, 2);
  assert.deepEqual(js, {
    what: `${what}wasyncio-clang / js, node`, limit: 'at most 0.35', reached: 0.5, least: 8 / 18, unit: 'x', ok: false,
  });
  assert.deepEqual(fiber, {
    what: `${what}emscripten-fiber / wasyncio-clang, node`,
    limit: 'at least 8', reached: 9, least: 11, unit: 'x', ok: true,
  });
});
