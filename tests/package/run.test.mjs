// npx wasyncio run: what a task returns is printed; Ctrl-C cancels it; the exit status tells how it ended.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/make.mjs';
import { installed } from './project.mjs';

const cleanup = [];
let project;
before(async () => {
  project = await installed({ after: (f) => cleanup.push(f) });
  copyFileSync(join(root, 'tests/package/tasks.c'), project.file('tasks.c'));
  project.write('beside.mjs', 'export default function main() {}\nexport const answer = async (input) => `${input}? 42`;\n');
  project.write('host.mjs', 'export const answer = async (input) => `${input}? 42`;\n');
  project.write('default.mjs', 'export default { answer: () => { throw new Error("no answer") } };\n');
  project.write('instance.mjs', 'export default new class { #is = 42; answer(input) { return input + "? " + this.#is; } }();\n');
  project.write('busy.mjs', "setInterval(() => {}, 1000);\nexport const answer = () => 'and goes on';\n");
  project.write('frozen.mjs',
    "export const answer = (input) => `${input}? named`;\nexport default Object.freeze({ answer: () => 'default' });\n");
  project.write('slow.mjs', 'export const answer = () => new Promise((done) => setTimeout(done, 100_000));\n');
  project.write('broken.mjs', 'import "nowhere";\n');
  project.write('stuck.mjs', 'await new Promise(() => {});\n');
  const { status, stderr } = await project.wasyncio(['build', 'tasks.c', '-o', 'tasks.wasm']);
  assert.equal(status, 0, stderr);
  copyFileSync(project.file('tasks.wasm'), project.file('app:v1.wasm'));
  project.write('main.c', '#include "wasyncio.h"\nint main(void) { return wa_run(0, 0) < 0; }\n');
  assert.equal((await project.wasyncio(['build', 'main.c', '--command', '-o', 'command.wasm'])).status, 0);
});
after(() => cleanup.forEach((f) => f()));

// A machine that is busy may pause a step for so long that it is told as a stall.
const stall = /^wasyncio: task .* ran \d+ ms without an await.*\n/gm;
async function run(args, options) {
  const result = await project.wasyncio(['run', ...args], options);
  return { ...result, stderr: result.stderr.replace(stall, '') };
}

for (const [what, line, status, stdout, stderr = /^$/] of [
  ['a text', 'tasks.wasm echo hello', 0, 'hello\n'],
  ['no input', 'tasks.wasm echo', 0, 'nothing\n'],
  ['a number; an input that begins with -', 'tasks.wasm twice -- -21', 0, '-42\n'],
  ['an input that another command would take for a wish', 'tasks.wasm echo -- --help', 0, '--help\n'],
  ['a path that looks like a URL', 'app:v1.wasm echo x', 0, 'x\n'],
  ['what C has printed, before what it returns', 'tasks.wasm says_first 21', 0, 'the sum is 42\n'],
  ['bytes', 'tasks.wasm bytes raw', 0, 'raw'],
  ['a failed task', 'tasks.wasm fail', 1, '', /^wasyncio: fail: .*-1003/],
  ['a time limit that is kept', 'tasks.wasm echo x --timeout 5000', 0, 'x\n'],
  ['a time limit that is not', 'tasks.wasm patient --timeout 100', 124, /^waiting\ncleaned up \(.*100 ms\)\n$/,
    /^wasyncio: patient: .*100 ms\n$/],
  ['host functions', 'tasks.wasm ask life --host host.mjs', 0, 'life? 42\n'],
  ['host functions beside a default export', 'tasks.wasm ask life --host beside.mjs', 0, 'life? 42\n'],
  ['host functions of a class', 'tasks.wasm ask life --host instance.mjs', 0, 'life? 42\n'],
  ['a host that would keep the process', 'tasks.wasm ask life --host busy.mjs', 0, 'and goes on\n'],
  ['a host that answers long after the time limit', 'tasks.wasm ask life --host slow.mjs --timeout 100', 124, '', /100 ms\n$/],
  ['host functions as a default export, which throw', 'tasks.wasm ask life --host default.mjs', 1, '', /no answer/],
  ['a host module that waits for ever', 'tasks.wasm ask life --host stuck.mjs', 1, '',
    /^wasyncio: stuck\.mjs: its top-level await waits for what can never come\n/],
  ['no such task, and a host that would keep the process', 'tasks.wasm nobody --host busy.mjs', 2, '',
    /'nobody'.*; the wasm has .*echo/],
  ['a frozen default beside the same name', 'tasks.wasm ask life --host frozen.mjs', 0, 'life? named\n'],
  ['a host module that does not load', 'tasks.wasm ask life --host broken.mjs', 1, '', /broken\.mjs: .*nowhere/],
  ['no file', '', 2, '', /^wasyncio: run: no wasm is given/],
  ['no such file', 'nowhere.wasm echo', 2, '', /^wasyncio: run: there is no file nowhere\.wasm\n$/],
  ['what is no wasm', 'tasks.c echo', 2, '', /^wasyncio: run: tasks\.c: .*not wasm.*\n$/],
  ['no task', 'tasks.wasm', 2, '', /^wasyncio: run: no task is given/],
  ['no task, of a command', 'command.wasm', 2, '',
    /^wasyncio: run: no task is given.*; to call its main: wasmtime run command\.wasm\n$/],
  ['a task of a command', 'command.wasm echo', 2, '', /: link libwasyncio in.*; to call its main: wasmtime run command\.wasm\n$/],
  ['no such task', 'tasks.wasm nobody', 2, '', /^wasyncio: run: tasks\.wasm: .*'nobody'.*\n$/],
  ['too many inputs', 'tasks.wasm echo a b', 2, '', /^wasyncio: run: one input is expected, not 2/],
  ['a wrong time', 'tasks.wasm echo --timeout soon', 2, '', /^wasyncio: run: --timeout takes .*not 'soon'\n$/],
  ['a negative time', 'tasks.wasm echo --timeout=-1', 2, '', /^wasyncio: run: --timeout takes .*not '-1'\n$/],
  ['no such host', 'tasks.wasm echo --host nowhere.mjs', 2, '', /^wasyncio: run: there is no file nowhere\.mjs\n$/],
  ['an unknown option', 'tasks.wasm echo --fast', 2, '', /^wasyncio: run: unknown option '--fast'.*\n$/],
]) {
  test(what, async () => {
    const result = await run(line.split(' ').filter(Boolean));
    assert.match(result.stderr, stderr);
    if (typeof stdout === 'string') assert.equal(result.stdout, stdout);
    else assert.match(result.stdout, stdout);
    assert.equal(result.status, status);
  });
}

test('a wasm that comes by a pipe, which can be read once', { skip: process.platform === 'win32' }, async () => {
  const command = 'cat tasks.wasm | "$0" node_modules/wasyncio/bin/wasyncio.mjs run /dev/stdin echo hello';
  assert.equal((await project.run('sh', ['-c', command, process.execPath])).stdout, 'hello\n');
});

// Sends a signal when the task waits, and again when that is told, if the task is stubborn. seconds: from the last.
async function interrupted(task, again, signal = 'SIGINT') {
  let sent = 0, last;
  const interrupt = (child) => {
    sent++;
    last = performance.now();
    child.kill(signal);
  };
  const ended = await run(['tasks.wasm', task], {
    hear(text, child) {
      if (sent === 0 && text.includes('waiting')) interrupt(child);
      else if (sent === 1 && again && text.includes('cancelled by')) interrupt(child);
    },
  });
  return { ...ended, seconds: (performance.now() - last) / 1000 };
}

test('Ctrl-C cancels the task, which cleans up', async () => {
  const { status, stdout, stderr } = await interrupted('patient', false);
  assert.deepEqual([status, stdout], [130, 'waiting\ncleaned up (Ctrl-C)\n']);
  assert.match(stderr, /^wasyncio: cancelled by Ctrl-C; again to end it at once\n$/);
});

test('a second Ctrl-C ends a task that ignores the first', async () => {
  const { status, stdout, seconds } = await interrupted('stubborn', true);
  assert.deepEqual([status, stdout], [130, 'waiting\n']);
  assert.ok(seconds < 5, `${seconds} s`);
});

test('SIGTERM does what Ctrl-C does', async () => {
  const { status, stdout, stderr } = await interrupted('patient', false, 'SIGTERM');
  assert.deepEqual([status, stdout], [143, 'waiting\ncleaned up (SIGTERM)\n']);
  assert.match(stderr, /^wasyncio: cancelled by SIGTERM; again to end it at once\n$/);
  const again = await interrupted('stubborn', true, 'SIGTERM');
  assert.deepEqual([again.status, again.stdout], [143, 'waiting\n']);
  assert.ok(again.seconds < 5, `${again.seconds} s`);
});

test('what is returned is printed at once, though a task that is left refuses to end', async () => {
  let heard;
  const { status, stdout } = await run(['tasks.wasm', 'leaves_one_behind'], {
    hear(text, child) {
      if (!text.includes('the result')) return;
      heard = true;
      child.kill('SIGINT'); // and not when the grace of the one that is left is over
    },
  });
  assert.deepEqual([status, stdout, heard], [130, 'the result\n', true]);
});
