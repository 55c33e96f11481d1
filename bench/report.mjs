// What a run leaves behind: its rows as JSON, a figure per bench, and the tables, put between the markers of a page
// that is otherwise written by hand.
//
//     <!-- bounds --> ... <!-- /bounds -->      what stands between is replaced
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from './bounds.mjs';
import { hosts, plan } from './plan.mjs';
import { figure, inUnit, unitOf } from './table.mjs';

const row = (cells) => `| ${cells.join(' | ')} |`;
const markdown = (head, lines) => [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');

const boundsTable = (rows) => markdown(['bound', 'must be', 'medians', 'minima', ''], judge(rows).map(
  ({ what, limit, reached, least, unit, ok }) =>
    [what, `${limit} ${unit}`, figure(reached), figure(least), ok ? 'ok' : '**not reached**']));

function benchTable(rows) {
  const cells = rows.map((each) => {
    const [name, median, min, q1, q3] = inUnit(each, each.min, each.q1, each.q3);
    const spread = each.min === undefined ? ['', ''] : [min, `${q1} to ${q3}`];
    return [each.host, each.n.toLocaleString('en'), `${each.depth}`, each.subject, `${median} ${name}`, ...spread];
  });
  return markdown(['host', 'n', 'depth', 'subject', 'median', 'min', 'quartiles'], cells);
}

async function figures(rows, folder) {
  const { plot } = await import('./plots.mjs');
  const parts = [];
  const benches = [...plan, { name: 'size', title: 'sizes' }, { name: 'build', title: 'time of npx wasyncio build' }];
  for (const { name, title } of benches) {
    const own = rows.filter(({ bench }) => bench === name);
    if (own.length === 0) continue;
    const drawn = unitOf(own[0]) !== 'bytes';
    if (drawn) writeFileSync(join(folder, `benchmarks/${name}.svg`), await plot(own, `${name}: ${title}`));
    parts.push([
      `### ${name}: ${title}`, ...(drawn ? [`![${name}](benchmarks/${name}.svg)`] : []),
      `<details><summary>figures</summary>\n\n${benchTable(own)}\n\n</details>`,
    ].join('\n\n'));
  }
  return parts.join('\n\n');
}

// The rows of an earlier run stay where this one has none of the same bench and host.
function merged(file, rows) {
  const key = ({ bench, host }) => `${bench} ${host}`;
  const fresh = new Set(rows.map(key));
  const earlier = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const all = [...earlier.filter((each) => !fresh.has(key(each))), ...rows];
  return all.sort((a, b) => hosts.indexOf(a.host) - hosts.indexOf(b.host));
}

/** Writes a list of objects as JSON, a line each. */
export const writeRows = (file, rows) =>
  writeFileSync(file, `[\n${rows.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);

/** Brings benchmarks.md in a folder, its figures and its rows up to date. */
export async function report(folder, rows, about) {
  mkdirSync(join(folder, 'benchmarks'), { recursive: true });
  const kept = join(folder, 'benchmarks/rows.json');
  const all = merged(kept, rows);
  writeRows(kept, all);
  const parts = { machine: about, bounds: boundsTable(all), figures: await figures(all, folder) };
  const page = join(folder, 'benchmarks.md');
  let text = readFileSync(page, 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*(\n<!-- /${name} -->)`);
    text = text.replace(between, (_, begin, end) => `${begin}${part}${end}`);
  }
  writeFileSync(page, text);
}
