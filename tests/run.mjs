// The test entry: finds the groups and has Node's own runner run them; one report, on stdout. What measures real time runs
// alone; the other files run two at a time. Arguments: parts of paths, to run only the files that match one.
// --quick: only what runs natively, which needs no wasm toolchain and takes seconds.
import { readdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
process.chdir(root);

function find(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return find(path);
    return entry.name.endsWith('.test.mjs') ? [relative(root, path)] : [];
  });
}

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const wanted = words.filter((word) => word !== '--quick');
const native = /^tests\/(core|fiber|conformance)\//;
const timed = /^tests\/(bindings|io|package\/run|readme|web)\b/;
const files = find(here).sort().filter((path) =>
  (!quick || native.test(path)) && (!wanted.length || wanted.some((word) => path.includes(word))));
if (!files.length) {
  console.error(`no test file matches: ${words.join(' ')}`);
  process.exit(2);
}

const totals = new Map(); // of both parts
async function* parts() {
  const options = { timeout: 1_800_000, testNamePatterns: quick ? ['native'] : undefined }; // one that hangs is a failure
  const together = { files: files.filter((path) => !timed.test(path)), concurrency: 2 };
  const alone = { files: files.filter((path) => timed.test(path)), concurrency: 1 };
  for (const part of [together, alone]) {
    if (!part.files.length) continue;
    for await (const event of run({ ...options, ...part })) {
      const { type, data } = event;
      const [, name, count] = (type === 'test:diagnostic' && /^([a-z_]+) ([\d.]+)$/.exec(data.message)) || [];
      if (name && data.nesting === 0 && !data.file) totals.set(name, (totals.get(name) ?? 0) + Number(count));
      else yield event;
    }
  }
  for (const [name, count] of totals) yield { type: 'test:diagnostic', data: { nesting: 0, message: `${name} ${count}` } };
  if (totals.get('fail') || totals.get('cancelled')) process.exitCode = 1;
}
Readable.from(parts()).compose(new spec()).pipe(process.stdout);
