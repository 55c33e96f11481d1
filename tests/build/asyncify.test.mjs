// What is made of asyncify's code before the optimizer sees it: the same program, with fewer questions.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../scripts/make.mjs';
import { cheapen } from '../../toolchain/asyncify.mjs';
import * as wasm from '../../toolchain/binary.mjs';
import { joinGuards } from '../../toolchain/guards.mjs';
import { npmWasmOpt } from '../../toolchain/npm.mjs';
import { findWasmOpt } from '../../toolchain/toolchains.mjs';
import { Random } from '../differential/random.mjs';

const folder = join(root, 'build/tests/asyncify');
mkdirSync(folder, { recursive: true });

const tools = findWasmOpt();
const optimizers = { 'the system\'s wasm-opt': tools.wasmOpt, 'npm\'s wasm-opt': npmWasmOpt() };
function optimize(words, input, ...options) {
  const path = join(folder, `${process.pid}.wasm`);
  if (typeof input === 'string') writeFileSync(`${path}.wat`, input);
  else writeFileSync(path, input);
  const [program, ...first] = words;
  const from = typeof input === 'string' ? `${path}.wat` : path;
  execFileSync(program, [...first, '-all', from, ...options, '-o', path], { stdio: 'pipe' });
  return readFileSync(path);
}
const section = (bytes, id) => wasm.readSections(bytes).find((each) => each.id === id).body;
function bodies(bytes) {
  const list = [];
  const reader = new wasm.Reader(section(bytes, wasm.CODE));
  reader.times(() => list.push(wasm.instructions(reader.slice())));
  return list;
}

/* ---- joined guards: random code, run as it was and as it is ------------------------------------------------------ */

// A function of two parameters, what is guarded by (0: normal) and a seed, that notes which pieces it has passed.
function generate(next, number) {
  let pieces = 0;
  const note = () => `(global.set $seen (i32.add (i32.mul (global.get $seen) (i32.const 31)) (i32.const ${++pieces})))`;
  const bit = () => `(i32.and (i32.shr_u (local.get $seed) (i32.const ${next(31)})) (i32.const 1))`;
  const statements = (depth, labels) => Array.from({ length: 1 + next(4) }, () => statement(depth, labels)).join('\n');
  function statement(depth, labels) {
    const branch = labels.length ? `(br_if ${labels[next(labels.length)]} ${bit()})` : '';
    if (depth === 0) return [note(), branch][next(2)] || note();
    const label = `$l${++pieces}`;
    const inner = (more) => statements(depth - 1, more);
    switch (next(7)) {
      case 0: return `(block ${label} ${inner([...labels, label])})`;
      case 1: return `(if ${bit()} (then ${inner(labels)}))`;
      case 2: return `(block ${label} ${inner([...labels, label])} ${branch})`;
      case 3: return `(local.set $guard (i32.const 0)) ${note()}`;
      case 4: return `(if ${label} (i32.eqz (local.get $guard)) (then ${inner([...labels, label])}))`;
      default: return `(if (i32.eqz (local.get $guard)) (then ${note()} ${depth > 1 ? inner(labels) : branch}))`;
    }
  }
  return `(func (export "f${number}") (param $guard i32) (param $seed i32) (result i32)
      (global.set $seen (i32.const 0)) ${statements(4, [])} (global.get $seen))`;
}

function joined(bytes) {
  let count = 0;
  const sections = wasm.readSections(bytes).map((each) => {
    if (each.id !== wasm.CODE) return each;
    const lists = bodies(bytes).map((list) => {
      const shorter = joinGuards(list, 0);
      count += list.length - shorter.length;
      return wasm.sized(shorter.map((one) => one.bytes));
    });
    return { ...each, body: wasm.vector(lists) };
  });
  return { bytes: wasm.writeSections(sections), count };
}

test('joined guards do what they did apart: 400 random functions', () => {
  const numbers = new Random('guards');
  const below = (n) => numbers.from(0, n - 1);
  const texts = Array.from({ length: 400 }, (_, i) => generate(below, i));
  const before = optimize(tools.wasmOpt, `(module (global $seen (mut i32) (i32.const 0)) ${texts.join('\n')})`);
  const { bytes, count } = joined(before);
  const [old, now] = [before, bytes].map((each) => new WebAssembly.Instance(new WebAssembly.Module(each)).exports);
  for (const [i, text] of texts.entries()) {
    for (let k = 0; k < 200; k++) {
      const seed = below(2 ** 31);
      for (const guard of [0, 2]) assert.equal(now[`f${i}`](guard, seed), old[`f${i}`](guard, seed), `seed ${seed}: ${text}`);
    }
  }
  assert.ok(count > 400, `only ${count} instructions were saved`);
});

/* ---- the whole: what asyncify makes of the runtime and of a program with loops ----------------------------------- */

const program = `(module
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (memory 1)
  (func $pause (export "pause") (param i32) (call $start_unwind (local.get 0)))
  (func (export "wa__fiber_spill") (param i32 i32) (result i32) (local.get 0))
  (func (export "loop") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (if (i32.eqz (i32.and (local.get $n) (i32.const 3))) (then (call $pause (i32.const 8))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $sum)))`;

describe('asked once a function, and no more in its loops', () => {
  for (const [name, words] of Object.entries(optimizers)) {
    for (const level of [1, 3]) {
      test(`${name}, level ${level}`, { skip: !words && 'it is not there' }, () => {
        const flags = ['--asyncify', '--pass-arg=asyncify-ignore-imports', `--optimize-level=${level}`];
        const after = optimize(words, program, ...flags);
        const cheap = cheapen(after);
        assert.notEqual(cheap, after);
        new WebAssembly.Module(cheap);
        const reads = (bytes) => bodies(bytes)[2].filter((one) => wasm.same(one, wasm.globalGet(0))).length;
        const [before, now] = [reads(after), reads(cheap)];
        assert.ok(before > 4, `asyncify asks ${before} times`);
        assert.equal(now, 2, 'at the start, and after the call whether it unwinds');
      });
    }
  }
});
