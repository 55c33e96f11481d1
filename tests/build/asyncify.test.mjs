// What is made of asyncify's code before the optimizer sees it: the same program, with fewer questions.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import binaryen from 'binaryen';
import { root } from '../../scripts/make.mjs';
import { cheapen } from '../../toolchain/asyncify.mjs';
import * as wasm from '../../toolchain/binary.mjs';
import { joinGuards } from '../../toolchain/guards.mjs';
import { npmOptimizer } from '../../toolchain/binaryen.mjs';
import { passes } from '../../toolchain/passes.mjs';
import { findOptimizer } from '../../toolchain/toolchains.mjs';
import { Random } from '../differential/random.mjs';

const folder = join(root, 'build/tests/asyncify');
mkdirSync(folder, { recursive: true });

const optimizers = { 'the system\'s wasm-opt': findOptimizer(), 'npm\'s binaryen': npmOptimizer() };
async function optimize(optimizer, input, flags) {
  const path = join(folder, `${process.pid}.wasm`);
  writeFileSync(path, input);
  await optimizer.run(path, path, flags);
  return readFileSync(path);
}
function assemble(text) {
  const module = binaryen.parseText(text);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
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
  const before = assemble(`(module (global $seen (mut i32) (i32.const 0)) ${texts.join('\n')})`);
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
  (func (export "wa__fiber_spill") (param i32 i32))
  (func (export "loop") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (if (i32.eqz (i32.and (local.get $n) (i32.const 3))) (then (call $pause (i32.const 8))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $sum)))`;

// Code that is too long to be put in place.
const more = '(if (i32.load (i32.const 0)) (then (i32.store (i32.const 0) (i32.const 1))))'.repeat(20);
const long = program.replace('(call $start_unwind', `${more} (call $start_unwind`);

describe('asked once a function, and no more in its loops', () => {
  for (const [name, optimizer] of Object.entries(optimizers)) {
    for (const level of [1, 3]) {
      test(`${name}, level ${level}`, { skip: !optimizer && 'it is not there' }, async () => {
        const flags = ['--asyncify', '--pass-arg=asyncify-ignore-imports', `--optimize-level=${level}`];
        for (const [text, expected] of [[program, 1], [long, 2]]) {
          const after = await optimize(optimizer, assemble(text), flags);
          const cheap = cheapen(after);
          assert.notEqual(cheap, after);
          new WebAssembly.Module(cheap);
          const reads = (bytes) => bodies(bytes)[2].filter((one) => wasm.same(one, wasm.globalGet(0))).length;
          const [before, now] = [reads(after), reads(cheap)];
          assert.ok(before > 4, `asyncify asks ${before} times`);
          assert.equal(now, expected, 'at the start, and after a call whether it unwinds, if the wait is not in place');
        }
      });
    }
  }
});

/* ---- random programs that pause, run with pauses and without -------------------------------------------------------- */

// A function of a number and a seed that notes which pieces it has passed, and pauses at places of all kinds: in loops and
// branches, for a result, by way of another function.
function pausing(next, number) {
  let pieces = 0;
  const bit = () => `(i32.and (i32.shr_u (local.get $seed) (i32.const ${next(31)})) (i32.const 1))`;
  const note = (value) => `(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) ${value}))`;
  const called = () => {
    switch (next(number > 0 ? 4 : 3)) {
      case 0: return `(call $give (i32.const ${++pieces}))`;
      case 3: return `(call $f${next(number)} (local.get $n) (i32.xor (local.get $seed) (i32.const ${next(2 ** 20)})))`;
      default: return `(call $rest (i32.const ${++pieces}) (i64.extend_i32_s (local.get $sum)))`;
    }
  };
  const statements = (depth, labels) => Array.from({ length: 1 + next(4) }, () => statement(depth, labels)).join('\n');
  function statement(depth, labels) {
    const kind = next(depth > 0 ? 9 : 4);
    const label = `$l${++pieces}`;
    const inner = () => statements(depth - 1, [...labels, label]);
    switch (kind) {
      case 0: return note(called());
      case 1: return labels.length ? `(br_if ${labels[next(labels.length)]} ${bit()})` : note('(i32.const 7)');
      case 2: return note(`(i32.const ${pieces})`);
      case 3: return '(call $pause)';
      case 4: return `(block ${label} ${inner()})`;
      case 5: return `(if ${label} ${bit()} (then ${inner()}) (else ${inner()}))`;
      case 6: return `(if ${label} (i32.and ${called()} (i32.const 1)) (then ${inner()}))`;
      default: return `(block ${label} (loop $again${label.slice(1)} ${inner()}
        (br_if ${label} (i32.lt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0)))
        ${next(2) ? '(call $pause)' : ''} (br $again${label.slice(1)})))`;
    }
  }
  return `(func $f${number} (param $n i32) (param $seed i32) (result i32) (local $sum i32)
    ${statements(3, [])} (call $note (local.get $sum)) (local.get $sum))`;
}

// In memory: whether $pause and $rest suspend, what was noted; at 8 what asyncify alone would take for its position and end; at 12
// what $rest wakes with.
const machine = (functions) => `(module
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "asyncify" "stop_unwind" (func $stop_unwind))
  (import "asyncify" "start_rewind" (func $start_rewind (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (memory (export "memory") 1)
  (global $state (mut i32) (i32.const 0))
  (table funcref (elem ${functions.map((_, i) => `$f${i}`).join(' ')}))
  (type $f (func (param i32 i32) (result i32)))
  (func (export "wa__fiber_spill") (param i32 i32) (unreachable))
  (func $frames (export "wa__fiber_frames") (param i32 i32) (unreachable))
  (func $position (export "wa__fiber_position") (result i32) (unreachable))
  (func $note (param i32)
    (i32.store (i32.const 4) (i32.add (i32.mul (i32.load (i32.const 4)) (i32.const 17)) (local.get 0))))
  (func $pause
    (if (i32.load (i32.const 0)) (then
      (if (i32.eq (global.get $state) (i32.const 2))
        (then (global.set $state (i32.const 0)) (call $stop_rewind))
        (else (global.set $state (i32.const 1)) (call $start_unwind (i32.const 8)))))))
  (func $rest (param $a i32) (param $b i64) (result i32) (local $c f64) (local $d i32)
    (if (i32.eq (global.get $state) (i32.const 2)) (then
      (global.set $state (i32.const 0)) (call $stop_rewind)
      (return (i32.load (i32.const 12)))))
    (local.set $c (f64.add (local.get $c) (f64.convert_i64_s (local.get $b))))
    (local.set $d (i32.add (local.get $d) (i32.xor (local.get $a) (i32.trunc_f64_s (local.get $c)))))
    (if (i32.eqz (i32.load (i32.const 0))) (then (return (local.get $d))))
    (i32.store (i32.const 12) (local.get $d))
    (global.set $state (i32.const 1)) (call $start_unwind (i32.const 8)) (i32.const 0))
  (func $give (param i32) (result i32) (call $pause) (local.get 0))
  (func (export "aim") (call $frames (i32.const 1024) (i32.const 65536)))
  (func (export "position") (result i32) (call $position))
  (func (export "run") (param $i i32) (param $n i32) (param $seed i32) (result i32) (local $result i32)
    (local.set $result (call_indirect (type $f) (local.get $n) (local.get $seed) (local.get $i)))
    (if (i32.eq (global.get $state) (i32.const 1)) (then (call $stop_unwind)))
    (local.get $result))
  (func (export "suspended") (result i32) (global.get $state))
  (func (export "resume") (global.set $state (i32.const 2)) (call $start_rewind (i32.const 8)))
  ${functions.join('\n')})`;

// Of $pause and $rest, the functions 4 and 5: asyncify leaves no imports.
const callsOfWaits = (bytes) =>
  bodies(bytes).flat().filter((one) => [4, 5].some((index) => wasm.same(one, [wasm.CALL, index]))).length;

describe('a program that pauses does what it does without: 60 random functions', () => {
  for (const [name, optimizer] of Object.entries(optimizers)) {
    for (const level of [1, 3]) {
      test(`${name}, level ${level}`, { skip: !optimizer && 'it is not there' }, async () => {
        const random = new Random(`pauses ${level}`);
        const below = (n) => random.from(0, n - 1);
        const functions = Array.from({ length: 60 }, (_, i) => pausing(below, i));
        const after = await optimize(optimizer, assemble(machine(functions)), ['--asyncify',
          '--pass-arg=asyncify-ignore-imports', `--optimize-level=${level}`]);
        const cheap = cheapen(after);
        assert.notEqual(cheap, after);
        const [before, left] = [after, cheap].map(callsOfWaits);
        assert.ok(before > 200 && left === 0, `${left} of ${before} waits are not in place`);
        const optimized = await optimize(optimizer, cheap, passes({ level: 'O3' })[1]);
        const program = new WebAssembly.Instance(new WebAssembly.Module(optimized)).exports;
        const at = new Int32Array(program.memory.buffer);
        const run = (suspend, ...job) => {
          at.set([suspend, 0]);
          program.aim();
          let pauses = 0;
          let result = program.run(...job);
          for (; program.suspended() === 1; pauses++) {
            assert.ok(program.position() > 1024 && pauses < 1e5);
            program.resume();
            result = program.run(...job);
          }
          return { result, noted: at[1], pauses };
        };
        let pauses = 0;
        for (let i = 0; i < 1000; i++) {
          const job = [below(functions.length), below(3), below(2 ** 31)];
          const straight = run(0, ...job), paused = run(1, ...job);
          assert.deepEqual({ ...paused, pauses: 0 }, straight, `${job}: ${functions[job[0]]}`);
          pauses += paused.pauses;
        }
        assert.ok(pauses > 1000, `only ${pauses} pauses`);
      });
    }
  }
});
