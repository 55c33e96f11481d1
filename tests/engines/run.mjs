// The table of docs/wasi.md, made anew: node tests/engines/run.mjs [--install]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/make.mjs';
import { checkScenarios, checkSuite, suites } from './check.mjs';
import { engines } from './engines.mjs';
import { install } from './install.mjs';

const levels = ['O0', 'O3'];
const page = join(root, 'docs/wasi.md');
const words = process.argv.slice(2);
if (words.some((word) => word !== '--install')) {
  console.error('usage: node tests/engines/run.mjs [--install]');
  process.exit(2);
}
if (words.includes('--install')) install();

// The same at both levels is said once.
function cell(results) {
  const texts = results.map(({ passed, total, shallow }) =>
    `${passed} of ${total}${shallow ? ` (${shallow} need a deeper stack)` : ''}`);
  return texts[0] === texts[1] ? texts[0] : texts.map((text, i) => `${levels[i]}: ${text}`).join('; ');
}

const rows = [];
for (const engine of engines) {
  const found = engine.find();
  if (!found) {
    console.log(`${engine.name}: not here`);
    process.exitCode = 1;
    continue;
  }
  const cells = [];
  for (const check of [...suites.map((suite) => (level) => checkSuite(engine, suite, level)),
    (level) => checkScenarios(engine, level)]) {
    const results = [];
    for (const level of levels) results.push(await check(level));
    const failures = results.flatMap((result) => result.failures);
    for (const [name, why] of failures) console.log(`${engine.name}: ${name}: ${why}`);
    if (failures.length) process.exitCode = 1;
    cells.push(cell(results));
  }
  rows.push([engine.name, engine.version(found), engine.kind, ...cells]);
  console.log(rows.at(-1).join(' | '));
}
const head = ['engine', 'version', '', ...suites.map(({ name }) => `suite ${name}`), 'scenarios'];
const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const place = /(<!-- engines -->\n)[^]*?(\n<!-- end -->)/;
const text = readFileSync(page, 'utf8').replace(place, (_, begin, end) => begin + table + end);
if (process.exitCode) console.error('docs/wasi.md stays as it is');
else writeFileSync(page, text);
