// The search, as a user runs it, in Node and under wasmtime: its counts are grep's, and however it is stopped, its last
// line adds up.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';
import { addEndless, grep, makeTree, printed } from './tree.mjs';

const LIMIT = 120_000; // the machine may be busy
const files = [join(root, 'examples/search.c')];
const wasm = (name) => join(root, 'dist/examples', name);

const inNode = {
  title: 'in Node',
  build: () =>
    buildWasm({ target: 'emscripten', level: 'release', kind: 'reactor', out: wasm('search.emscripten.wasm'), files }),
  command: (folder, args) => [process.execPath, join(root, 'examples/search.mjs'), ...args],
};
const inWasmtime = {
  title: 'under wasmtime',
  skip: wasmtimeCommand() ? false : 'no wasmtime command: ./build.sh wasmtime builds it',
  build: () => buildWasm({ target: 'wasi', level: 'release', kind: 'command', out: wasm('search.wasm'), files }),
  command: (folder, args) => [wasmtimeCommand(), 'run', '--dir', folder, wasm('search.wasm'), ...args],
};

// Runs to the end: { code, out, err }. meddle gets the process once it shows progress on files.
async function run([command, ...args], meddle) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT, killSignal: 'SIGKILL' });
  let out = '', err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
    if (!/[1-9] files searched/.test(err)) return;
    meddle?.(child);
    meddle = undefined;
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => resolve(status ?? signal));
  });
  return { code, out, err };
}

const lastLine = /^files (?<files>\d+) searched (?<searched>\d+) cancelled (?<cancelled>\d+) closed (?<closed>\d+)\n$/m;
const sums = (out) => Object.fromEntries(Object.entries(lastLine.exec(out).groups).map(([k, v]) => [k, Number(v)]));
const hitsOf = (out) => out.replace(lastLine, '').split('\n').filter(Boolean);
const reports = (err) => err.match(/^.*: cancelled, (closed|was not open)$/gm) ?? [];

// What holds however the search was stopped.
function addsUp(total, { out, err }) {
  const { files: found, searched, cancelled, closed } = sums(out);
  assert.equal(found, total);
  assert.equal(searched + cancelled, total);
  assert.equal(closed, total);
  assert.equal(new Set(reports(err)).size, cancelled, 'each cancelled file says that it closed');
  return { searched, cancelled };
}

// Somebody outside, by lines on the command's stdin.
const underNode = join(root, 'tests/core/node-wasi.mjs');
for (const [title, skip, command] of [
  ['wasmtime', inWasmtime.skip, (folder) => [wasmtimeCommand(), 'run', '--dir', folder]],
  ["Node's WASI", false, (folder) => [process.execPath, underNode, '--dir', folder]],
]) {
  test(`a control stream cancels one file, and the rest go on, under ${title}`, { skip }, async (t) => {
    const { folder, remove } = makeTree();
    t.after(remove);
    const found = grep('needle', folder), total = found.size, endless = addEndless(folder);
    await inWasmtime.build();
    const [engine, ...words] = [...command(folder), wasm('search.wasm'), '--control', 'needle', folder];
    const child = spawn(engine, words, { timeout: LIMIT, killSignal: 'SIGKILL' });
    let out = '', err = '', waiting = () => {};
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { err += text; waiting(); });
    const code = new Promise((done) => child.on('close', (status, signal) => done(status ?? signal)));
    const answered = async (pattern) => {
      while (!pattern.test(err)) await new Promise((done) => { waiting = done; });
    };
    await answered(new RegExp(`${total} of ${total + 1} files searched`)); // all but the one that does not end
    child.stdin.write('list\n');
    await answered(/^ok \d+$/m);
    assert.match(err, new RegExp(`^${endless}\t(ready|waiting) at search_files.h:\\d+$`, 'm'));
    child.stdin.write(`cancel ${endless}x\ncancel "${endless}" enough of it\n`);
    assert.equal(await code, 0);
    const stopped = `${endless}: cancelled, closed`;
    assert.deepEqual(reports(err), [stopped]);
    // The progress may stand before them, on the same line.
    assert.match(err, /^(\r.*)?error no unfinished task is called '.*endlessx'$/m);
    assert.match(err, /^(\r.*)?ok 1$/m);
    assert.deepEqual(addsUp(total + 1, { out, err }), { searched: total, cancelled: 1 });
    assert.equal(out.replace(lastLine, ''), printed(found));
  });
}

for (const host of [inNode, inWasmtime]) {
  describe(`search ${host.title}`, { skip: host.skip ?? false }, () => {
    let folder, remove, total;
    const search = (args, meddle) => run(host.command(folder, args), meddle);
    before(async () => {
      ({ folder, remove } = makeTree());
      total = grep('needle', folder).size;
      assert.ok(total >= 500);
      await host.build();
    });
    after(() => remove());

    for (const text of ['needle', 'aab', 'x', 'größe', '[a.b]*', 'hay hay', 'not in any of them', '-n']) {
      test(`counts as grep does: ${text}`, async () => {
        const wanted = printed(grep(text, folder));
        const { code, out, err } = await search(['--', text, folder]);
        assert.equal(out, `${wanted}files ${total} searched ${total} cancelled 0 closed ${total}\n`);
        assert.equal(code, wanted ? 0 : 1, err);
        assert.match(err, new RegExp(`\\r${total} of ${total} files searched, \\d+ with hits\\n$`));
      });
    }

    test('--first ends with one hit, and cancels the rest', async () => {
      const result = await search(['needle', folder, '--first']);
      const { cancelled } = addsUp(total, result);
      const [hit, ...others] = hitsOf(result.out);
      assert.deepEqual(others, []);
      const [, path, count] = /^(.*): (\d+)$/.exec(hit);
      assert.ok(grep('needle', folder).get(path) > 0, hit);
      assert.equal(count, '1', 'the file itself is left at its first hit, too');
      assert.ok(cancelled > total / 2, `${cancelled} of ${total} cancelled`);
      assert.equal(result.code, 0);
    });

    test('--first without a hit reads all', async () => {
      const result = await search(['--first', 'not in any of them', folder]);
      assert.equal(addsUp(total, result).cancelled, 0);
      assert.equal(result.code, 1);
    });

    test('links are left out, and named', async (t) => {
      const link = join(folder, 'a link');
      symlinkSync('empty', link);
      t.after(() => rmSync(link));
      const { out, err } = await search(['needle', folder]);
      assert.equal(sums(out).files, total);
      assert.ok(err.split('\n').includes(`${link}: not searched: a link`), err);
    });

    test('a folder that is not there is an error, and the others are searched', async () => {
      const { code, out, err } = await search(['needle', join(folder, 'nowhere'), folder]);
      assert.equal(code, 2);
      assert.equal(sums(out).searched, total);
      assert.match(err, /^.*nowhere: .*no such file or directory/im);
    });

    test('a file that may not be read is named and counted', {
      skip: process.getuid?.() === 0 ? 'root may read every file' : false,
    }, async (t) => {
      const path = join(folder, 'secret');
      writeFileSync(path, 'needle\n');
      chmodSync(path, 0);
      t.after(() => rmSync(path));
      const { code, out, err } = await search(['needle', folder]);
      assert.equal(code, 2);
      const all = total + 1;
      assert.match(out, new RegExp(`^files ${all} searched ${total} cancelled 0 closed ${all} unreadable 1$`, 'm'));
      assert.match(err, /^.*secret: .*permission denied/im);
    });

    for (const args of [[], ['needle'], ['', '.'], ['two\nlines', '.'], ['x', '.', '--timeout'],
      ['x', '.', '--timeout', 'soon'], ['x', '.', '--timeout', '1.5'], ['x', '.', '--bogus'], ['x', '']]) {
      test(`a wrong command line is refused: ${JSON.stringify(args)}`, async () => {
        const { code, out, err } = await search(args);
        assert.equal(code, 2);
        assert.equal(out, '');
        assert.match(err, /^search: ./);
      });
    }

    describe('with a file that does not end', () => {
      before(() => addEndless(folder));

      test('--timeout', async () => {
        const started = performance.now();
        const result = await search(['--timeout', '1500', 'needle', folder]);
        const took = performance.now() - started;
        assert.ok(addsUp(total + 1, result).cancelled >= 1);
        assert.ok(reports(result.err).some((line) => line.endsWith('endless: cancelled, closed')), result.err);
        assert.ok(took >= 1500 && took < LIMIT / 4, `${took} ms`);
        assert.equal(result.code, 124);
        const right = new Set(printed(grep('needle', join(folder, 'folder 1'))).split('\n'));
        for (const hit of hitsOf(result.out).filter((line) => line.startsWith(join(folder, 'folder 1/'))))
          assert.ok(right.has(hit), `a file that was not read to its end has no count: ${hit}`);
      });

      // wasmtime has no signals for what runs in it.
      if (host === inNode) test('Ctrl-C', async () => {
        const result = await search(['needle', folder], (child) => child.kill('SIGINT'));
        assert.ok(addsUp(total + 1, result).cancelled >= 1);
        assert.equal(result.code, 130);
      });
    });
  });
}
