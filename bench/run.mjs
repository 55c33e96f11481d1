// npm run bench -- [--host=node|chromium|wasmtime] [--json FILE] [--quick] [--only NAME]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Chromium, missing } from './chromium.mjs';
import { measure, rules, weigh } from './measure.mjs';
import { plan } from './plan.mjs';
import { Process, subjects } from './subjects.mjs';
import { table } from './table.mjs';

const usage = `usage: npm run bench -- [--host=node|chromium|wasmtime] [--json FILE] [--quick] [--only NAME]
  --host   where: may be given again; without it, on all three
  --json   writes the rows, as JSON
  --quick  fewer and shorter rounds: a look, no measurement
  --only   this bench alone: may be given again. One of
           ${plan.map(({ name }) => name).join(' ')}`;

const progress = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

const fits = (bench, name, point) => !(point.n > (bench.limits?.[name]?.n ?? Infinity));

async function onHost(host, benches, rule) {
  const rows = [];
  const browser = host === 'chromium' ? await Chromium.open() : undefined;
  for (const bench of benches) {
    const names = bench.subjects.filter((name) => subjects[name][host]);
    const open = (name) =>
      (browser ? browser.subject(name, subjects[name].chromium) : new Process(name, subjects[name][host]()));
    const label = (point) => `${host}: ${bench.name}, n = ${point.n}${point.depth > 1 ? `, depth ${point.depth}` : ''}`;
    const opened = bench.unit ? [] : names.map(open);
    for (const point of bench.points.filter(({ n }) => bench.unit || !(n > rule.largest) || bench.points.length === 1)) {
      const say = (text) => progress(`${label(point)}: ${text}`);
      const found = bench.unit
        ? await weigh(bench, point, open, names.filter((name) => fits(bench, name, point)), say)
        : await measure(bench, point, opened.filter(({ name }) => fits(bench, name, point)), rule, say);
      const unit = bench.unit ?? 'ns_per_op';
      const made = found.map(({ subject, median, bytes, ...rest }) =>
        ({ bench: bench.name, subject, host, ...point, [unit]: median ?? bytes, ...rest }));
      rows.push(...made);
      progress('');
      console.log(table(`${label(point)}: ${bench.title}, per ${bench.per}`, made, unit));
    }
    await Promise.all(opened.map((subject) => subject.close()));
  }
  await browser?.close();
  return rows;
}

const { values: options } = parseArgs({
  options: {
    host: { type: 'string', multiple: true }, json: { type: 'string' }, quick: { type: 'boolean' },
    only: { type: 'string', multiple: true }, help: { type: 'boolean' },
  },
});
const hosts = options.host ?? ['node', 'chromium', 'wasmtime'];
const benches = plan.filter(({ name }) => !options.only || options.only.includes(name));
if (options.help || benches.length === 0) {
  console.error(usage);
  process.exit(options.help ? 0 : 2);
}
await build((name) => progress(`build: ${name}`));
const rows = [];
for (const host of hosts) rows.push(...await onHost(host, benches, options.quick ? rules.quick : rules.full));
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 1)}\n`);
