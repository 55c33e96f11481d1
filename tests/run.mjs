// The test entry: finds the groups, runs them with Node's own runner, one file after the other, because many tests
// measure time; reports in its format on stdout. Arguments: parts of paths, to run only the files that match one.
// --quick: only what runs natively, which needs no wasm toolchain and takes seconds.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

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
const files = find(here).sort().filter((path) =>
  (!quick || native.test(path)) && (!wanted.length || wanted.some((word) => path.includes(word))));
if (!files.length) {
  console.error(`no test file matches: ${words.join(' ')}`);
  process.exit(2);
}
const options = [
  '--test', '--test-concurrency=1', '--test-reporter=spec', '--test-reporter-destination=stdout',
  '--test-timeout=1800000', // one that hangs is a failure
  ...(quick ? ['--test-name-pattern=native'] : []),
];
const { status, signal } = spawnSync(process.execPath, [...options, ...files], { cwd: root, stdio: 'inherit' });
if (signal) console.error(`the test runner was ended by ${signal}`);
process.exit(status ?? 1);
