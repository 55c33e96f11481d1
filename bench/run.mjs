// npm run bench: measures, prints, judges. See the usage below, and docs/benchmarks.md.
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/make.mjs';
import { judge } from './bounds.mjs';
import { build } from './build.mjs';
import { Chromium, missing } from './chromium.mjs';
import { machine } from './machine.mjs';
import { measure, rules, weigh } from './measure.mjs';
import { hosts, plan } from './plan.mjs';
import { report, writeRows } from './report.mjs';
import { Process, Variant, subjects } from './subjects.mjs';
import { table, verdicts } from './table.mjs';
import { buildTimes, sizes } from './weights.mjs';

const names = [...plan.map(({ name }) => name), 'size', 'build'];
const usage = `usage: npm run bench -- [--host=node|chromium|wasmtime] [--json FILE] [--quick] [--only NAME] [--docs]
  --host   where (may be repeated); without it, on all three
  --only   this bench alone (may be repeated):
           ${names.slice(0, 12).join(' ')}
           ${names.slice(12, 19).join(' ')}
           ${names.slice(19).join(' ')}
  --quick  fewer and shorter rounds, and few tasks: a look, no measurement
  --json   writes the rows
  --docs   brings docs/benchmarks.md up to date, with the figures of what was measured`;

function refuse(why) {
  console.error(`${why}\n${usage}`);
  process.exit(2);
}

function wishes() {
  try {
    return parseArgs({
      options: {
        host: { type: 'string', multiple: true, default: hosts }, only: { type: 'string', multiple: true, default: names },
        json: { type: 'string' }, quick: { type: 'boolean' }, docs: { type: 'boolean' }, help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return refuse(error.message);
  }
}
const options = wishes();
if (options.help) {
  console.log(usage);
  process.exit();
}
const unknown = [
  ...options.host.filter((host) => !hosts.includes(host)), ...options.only.filter((name) => !names.includes(name)),
];
if (unknown.length > 0) refuse(`unknown: ${unknown.join(' ')}`);
if (options.json && !existsSync(dirname(resolve(options.json)))) refuse(`there is no folder for ${options.json}`);
const onNodeAlone = options.only.every((name) => ['size', 'build'].includes(name));
if (onNodeAlone && !options.host.includes('node')) refuse(`${options.only.join(' and ')}: measured on node alone`);
const rule = options.quick ? rules.quick : rules.full;

// On a terminal a line that changes; elsewhere nothing but the tables, as they come.
const progress = (text) => { if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`); };
const absent = new Set();
function leftOut(name, error) {
  absent.add(name);
  progress('');
  console.log(`left out: ${name}: ${error.message}`);
}
const rows = [];
function done(title, made) {
  const load = Number(loadavg()[0].toFixed(2)); // of the machine: what else ran
  rows.push(...made.map((row) => ({ ...row, load })));
  progress('');
  console.log(table(title, made));
}

async function measureAt(bench, point, host, open, opened) {
  const taking = opened.filter(({ name }) => point.n <= (bench.limits?.[name]?.n ?? Infinity));
  const where = `${host}: ${bench.name}, n = ${point.n}${point.depth > 1 ? `, depth ${point.depth}` : ''}`;
  const say = (text) => progress(`${where}: ${text}`);
  const failed = (name, error) => leftOut(`${name} on ${host}, ${bench.name}`, new Error(error.message.split('\n')[0]));
  const found = bench.unit
    ? await weigh(bench, point, open, taking.map(({ name }) => name), say, failed)
    : await measure(bench, point, taking, rule, say, (subject, error) => {
      opened.splice(opened.indexOf(subject), 1);
      failed(subject.name, error);
    });
  if (found.length === 0) return;
  const unit = bench.unit ?? 'ns_per_op';
  done(`${where}: ${bench.title}, per ${bench.per}`, found.map(({ subject, value, ...rest }) =>
    ({ bench: bench.name, subject, host, ...point, [unit]: value, ...rest })));
}

async function onHost(host, benches, browser) {
  for (const bench of benches) {
    const open = (name) =>
      (browser ? browser.subject(name, subjects[name].chromium) : Process.open(name, subjects[name][host]()));
    const home = (name) => subjects[name].within ?? name;
    const taking = bench.subjects.filter((name) => subjects[home(name)][host] && !absent.has(`${home(name)} on ${host}`));
    const opened = [];
    for (const name of taking) {
      progress(`${host}: ${bench.name}: ${name} starts`);
      try {
        const within = opened.find((subject) => subject.name === home(name));
        if (home(name) === name) opened.push(await open(name));
        else if (within) opened.push(new Variant(name, within, subjects[name]));
      } catch (error) {
        leftOut(`${name} on ${host}`, error);
      }
    }
    // Where bytes are counted, each point has a process of its own.
    const close = () => Promise.all(opened.map((subject) => subject.close()));
    if (bench.unit) await close();
    const small = bench.points.filter(({ n }) => n <= rule.largest);
    try {
      for (const point of small.length > 0 ? small : bench.points.slice(0, 1)) {
        await measureAt(bench, point, host, open, opened);
      }
    } finally {
      if (!bench.unit) await close();
    }
  }
}

await build((name) => progress(`build: ${name}`), leftOut);
const benches = plan.filter(({ name }) => options.only.includes(name));
let chromium;
for (const host of options.host) {
  try {
    if (host !== 'chromium') {
      await onHost(host, benches);
    } else if (missing) {
      leftOut('all on chromium', new Error(missing));
    } else {
      const browser = await Chromium.open();
      chromium = browser.version;
      await onHost(host, benches, browser).finally(() => browser.close());
    }
  } catch (error) { // what was measured until then counts
    leftOut(`the rest on ${host}`, error);
    process.exitCode = 1;
  }
}
if (options.host.includes('node')) {
  if (options.only.includes('size')) done('size: gzip', await sizes(progress));
  if (options.only.includes('build')) done('build: of a file that changed', await buildTimes(rule, progress));
}

const judged = judge(rows);
if (judged.length > 0) console.log(verdicts(judged));
if (options.json) writeRows(options.json, rows);
if (options.docs) await report(join(root, 'docs'), rows, machine(chromium));
