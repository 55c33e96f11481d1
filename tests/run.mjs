// The test entry: finds the groups, runs them with Node's own runner, one file after the other, because many tests
// measure time; reports in its format on stdout. Arguments: parts of paths, to run only the files that match one.
// --quick: only the tests under tests/native.
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
const files = find(here).sort().filter((path) =>
  (!quick || path.startsWith('tests/native/')) && (!wanted.length || wanted.some((word) => path.includes(word))));
if (!files.length) {
  console.error(`no test file matches: ${words.join(' ')}`);
  process.exit(2);
}
// A test that hangs is a failure, after a while.
const options = ['--test', '--test-concurrency=1', '--test-timeout=900000',
  '--test-reporter=spec', '--test-reporter-destination=stdout'];
const { status, signal } = spawnSync(process.execPath, [...options, ...files], { cwd: root, stdio: 'inherit' });
if (signal) console.error(`the test runner was ended by ${signal}`);
process.exit(status ?? 1);
