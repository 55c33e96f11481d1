// The search on files that the test makes up: cut into any pieces, failing anywhere, stopped at any moment; and what
// was opened is closed, once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { load } from '../../bindings/index.js';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { random } from './tree.mjs';

const turn = () => new Promise((done) => setImmediate(done));
const forever = (signal) => new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)));

// files: name -> pieces. meddle(call, name, signal) runs before each call is done, and may wait or throw.
function madeUp(files, meddle = () => {}) {
  const open = new Map(); // id -> { name, pieces }
  const state = { open, opened: 0, most: 0 };
  const host = {
    list: () => Buffer.from([...files.keys()].map((name) => `f${name}\0`).join('')),
    async open(path, { signal }) {
      const name = Buffer.from(path).toString().replace('./', '');
      await turn();
      await meddle('open', name, signal);
      if (signal.aborted) throw signal.reason;
      const id = ++state.opened;
      signal.addEventListener('abort', () => open.delete(id));
      open.set(id, { name, pieces: files.get(name).values() });
      state.most = Math.max(state.most, open.size);
      return id;
    },
    async read(id, { signal }) {
      const { name, pieces } = open.get(id);
      await turn();
      await meddle('read', name, signal);
      return pieces.next().value ?? Buffer.alloc(0);
    },
    async close(id, { signal }) {
      const { name } = open.get(id);
      await turn();
      await meddle('close', name, signal);
      assert.ok(open.delete(id));
    },
  };
  return { host, state };
}

describe('search of made up files', () => {
  let module;
  before(async () => {
    const out = join(root, 'dist/examples/search.emscripten.wasm');
    const files = [join(root, 'examples/search.c')];
    await buildWasm({ target: 'emscripten', level: 'release', kind: 'reactor', out, files });
    module = new WebAssembly.Module(readFileSync(out));
  });

  // { outcome: the exit status or what the task failed with, out, err }; looks for what is left behind.
  async function search(words, { host, state }, signal, stillOpen = []) {
    let out = '', err = '';
    const rt = await load(module, { host, stdout: (text) => (out += text), stderr: (text) => (err += text) });
    const input = Buffer.from([...words, '.'].map((word) => `${word}\0`).join(''));
    const limit = setTimeout(() => rt.close(), 120_000); // then a cancellation was lost, and the outcome is a wrong one
    const outcome = await rt.spawn('search', input, { signal }).catch((error) => error);
    clearTimeout(limit);
    assert.deepEqual([...state.open.values()].map(({ name }) => name), stillOpen);
    await turn();
    const { tasks, futures, timers, operations, stacks } = rt.counts();
    assert.deepEqual({ tasks, futures, timers, operations, stacks },
      { tasks: 0, futures: 0, timers: 0, operations: 0, stacks: 0 });
    await rt.close();
    return { outcome, out, err };
  }
  const many = (n, pieces) => new Map(Array.from({ length: n }, (_, i) => [`file ${i}`, pieces]));

  test('lines are counted whatever the pieces are', async () => {
    for (const [seed, text] of ['aab', 'abab', 'a', 'aaaa', 'abaabab', 'b\r'].entries()) {
      const below = random(seed);
      const files = new Map();
      const wanted = [];
      for (let i = 0; i < 300; i++) {
        const whole = Array.from({ length: below(60) }, () => 'aabb\r\n\0'[below(i % 2 ? 7 : 5)]).join('');
        const pieces = [];
        for (let at = 0; at < whole.length; at += pieces.at(-1).length)
          pieces.push(Buffer.from(whole.slice(at, at + 1 + below(5))));
        const name = `file ${i + 1000}`;
        files.set(name, pieces);
        const count = whole.split(/[\n\0]/).filter((line) => line.includes(text)).length;
        if (count) wanted.push(`./${name}: ${count}\n`);
      }
      const { out } = await search([text], madeUp(files));
      assert.equal(out, `${wanted.join('')}files 300 searched 300 cancelled 0 closed 300\n`);
    }
  });

  test('not too many files are open at once, and not one after the other', async () => {
    const files = madeUp(many(500, [Buffer.from('hay\n')]));
    const { outcome } = await search(['needle'], files);
    assert.equal(outcome, 1);
    assert.equal(files.state.opened, 500);
    assert.equal(files.state.most, 64);
  });

  for (const call of ['open', 'read']) {
    test(`a file that fails to ${call} is named and counted, and the others are searched`, async () => {
      const files = madeUp(many(100, [Buffer.from('needle\n')]), (what, name) => {
        if (what === call && name === 'file 7') throw new Error('the disk is on fire');
      });
      const { outcome, out, err } = await search(['needle'], files);
      assert.equal(outcome, 2);
      assert.match(out, /^files 100 searched 99 cancelled 0 closed 100 unreadable 1$/m);
      assert.doesNotMatch(out, /file 7:/);
      assert.match(err, /^\.\/file 7: the disk is on fire$/m);
    });
  }

  test('a file that fails to close is said to be open', async () => {
    const files = madeUp(many(10, [Buffer.from('needle\n')]), (what, name) => {
      if (what === 'close' && name === 'file 7') throw new Error('the disk is on fire');
    });
    const { outcome, out, err } = await search(['needle'], files, undefined, ['file 7']);
    assert.equal(outcome, 2);
    assert.match(out, /^files 10 searched 10 cancelled 0 closed 9$/m);
    assert.match(err, /^\.\/file 7: not closed: the disk is on fire$/m);
  });

  for (const call of ['open', 'read']) {
    for (const [how, stop] of [
      ['an abort', (controller) => ({ signal: controller.signal, words: ['needle'] })],
      ['the deadline', () => ({ words: ['needle', '--timeout', '1000'] })],
      ['a hit elsewhere', () => ({ words: ['hay', '--first'] })],
    ]) {
      test(`stopped while files hang in ${call}: ${how}`, async () => {
        const controller = new AbortController();
        const { words, signal } = stop(controller);
        let hanging = 0;
        const files = madeUp(many(200, [Buffer.from('hay\n')]), async (what, name, ownSignal) => {
          if (what !== call || name === 'file 0') return;
          if (++hanging === 60) controller.abort(new Error('enough'));
          await forever(ownSignal);
        });
        const { outcome, out, err } = await search(words, files, signal);
        const searched = how === 'a hit elsewhere' ? 1 : out.includes('searched 1') ? 1 : 0;
        assert.ok(out.endsWith(`files 200 searched ${searched} cancelled ${200 - searched} closed 200\n`), out);
        assert.equal(err.match(/: cancelled, (closed|was not open)$/gm).length, 200 - searched);
        if (call === 'read') assert.ok(err.match(/: cancelled, closed$/gm).length > 50);
        if (how === 'an abort') assert.equal(outcome.message, 'enough');
        else assert.equal(outcome, how === 'the deadline' ? 124 : 0);
      });
    }
  }

  test('stopped at every moment', async () => {
    for (let moment = 1; moment < 60; moment++) {
      const controller = new AbortController();
      let calls = 0;
      const files = madeUp(many(8, [Buffer.from('hay\n'), Buffer.from('hay\n')]), () => {
        if (++calls === moment) controller.abort(new Error('enough'));
      });
      const { outcome, out } = await search(['needle'], files, controller.signal);
      const [, searched, cancelled] = /^files 8 searched (\d) cancelled (\d) closed 8$/m.exec(out);
      assert.equal(Number(searched) + Number(cancelled), 8);
      if (calls < moment) return assert.equal(outcome, 1, 'it ended before that moment');
      if (cancelled > 0) assert.equal(outcome.message, 'enough');
    }
    assert.fail('the search never ended by itself');
  });
});
