// Asyncify's records made cheaper, between asyncify and the optimizer. Asyncify keeps the position of what it writes and
// reads in memory, and moves it for the locals of a frame and again for the number of the call:
//
//     frame, as asyncify has it:  call | locals    position: load, add, store; load, add, store, each after the other
//     frame, as it is here:       locals | call    position: a global, moved once
//
// A switch of one frame costs a tenth less (22.6 ns, 20.7; Node). Besides, each frame looks whether its record fits
// before it writes it; asyncify alone looks once, when all is written and what lay behind is overwritten.
// Law: only what is exactly asyncify's own code is replaced. A module in which any other use of its position is found
// comes back as it was.
import * as wasm from './binary.mjs';

const GLOBAL = 6;
const LOCAL_GET = 0x20, GLOBAL_GET = 0x23, LOAD = 0x28, STORE = 0x36, CONST = 0x41, ADD = 0x6a, SUB = 0x6b;
const get = (index) => [GLOBAL_GET, ...wasm.encodeNumber(index)];
const set = (index) => [wasm.GLOBAL_SET, ...wasm.encodeNumber(index)];
const i32 = (value) => { // signed LEB128, of what is not negative
  const bytes = wasm.encodeNumber(value);
  const last = bytes.length - 1;
  return [CONST, ...(bytes[last] & 0x40 ? [...bytes.slice(0, last), bytes[last] | 0x80, 0] : bytes)];
};
const memory = (op, offset) => [op, 2, ...wasm.encodeNumber(offset)];

// The instructions of a body: {op, bytes}, the declaration of its locals first.
function parse(body) {
  const list = [];
  let from = 0, op = null;
  const take = (to) => list.push({ op, bytes: body.subarray(from, to) });
  const why = wasm.eachInstruction(body, (next, start) => {
    take(start);
    from = start;
    op = next;
  });
  take(body.length);
  return why ? null : list;
}

const same = (instruction, bytes) =>
  instruction?.bytes.length === bytes.length && bytes.every((byte, i) => instruction.bytes[i] === byte);
// The operand of an i32.const: a signed LEB128.
function constant({ bytes }) {
  const bits = 7 * (bytes.length - 1);
  const value = new wasm.Reader(bytes, 1).number();
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

// The places where the position is read (2 instructions) and moved (6), or null if it is used in any other way. Optimized,
// - 64 is + -64.
function uses(list, data) {
  const reads = [], moves = [];
  const isRead = (i) => same(list[i], data) && same(list[i + 1], memory(LOAD, 0));
  for (let i = 0; i < list.length; i++) {
    if (!same(list[i], data)) continue;
    const moved = isRead(i + 1) && list[i + 3].op === CONST && [ADD, SUB].includes(list[i + 4]?.op) &&
      same(list[i + 5], memory(STORE, 0));
    if (moved) {
      moves.push({ at: i, by: list[i + 4].op === ADD ? constant(list[i + 3]) : -constant(list[i + 3]) });
      i += 5;
    } else if (isRead(i)) {
      reads.push(i++);
    } else {
      return null;
    }
  }
  return { reads, moves };
}

// One function's body rewritten; null: it is not as asyncify makes them.
function rewrite(body, { data, position, end }) {
  const list = parse(body);
  const used = list && uses(list, get(data));
  if (!used) return null;
  const { reads, moves } = used;
  if (!moves.length) return reads.length ? null : body;
  const out = list.map(({ bytes }) => bytes);
  const replace = (at, count, bytes) => {
    out[at] = bytes;
    for (let i = 1; i < count; i++) out[at + i] = [];
  };
  for (const at of reads) replace(at, 2, get(position));
  const move = ({ at }, op, by) => replace(at, 6, [...get(position), ...i32(by), op, ...set(position)]);

  const pops = moves.filter(({ by }) => by < 0), pushes = moves.filter(({ by }) => by > 0);
  const withLocals = pops.length === 2;
  if (pops.length !== pushes.length || pops.length > 2 || pops.at(-1).by !== -4 || pushes[0].by !== 4) return null;
  const size = withLocals ? pushes[1].by : 0;
  if (withLocals && pops[0].by !== -size) return null;
  const pop = pops.at(-1).at + 6, push = pushes[0].at - 4; // position, load; position, the number, store
  const asExpected = reads.includes(pop) && same(list[pop + 2], memory(LOAD, 0)) && reads.includes(push) &&
    list[push + 2].op === LOCAL_GET && same(list[push + 3], memory(STORE, 0));
  if (!asExpected) return null;
  out[pop + 2] = memory(LOAD, size);
  out[push + 3] = memory(STORE, size);
  const beyond = [0x4b, 0x04, 0x40, 0x00, 0x0b]; // i32.gt_u if unreachable end
  const fits = [...get(position), ...i32(size + 4), ADD, ...get(end), ...beyond];
  out[push] = [...fits, ...out[push]];
  move(pops[0], SUB, size + 4);
  move(pushes.at(-1), ADD, size + 4);
  if (withLocals) {
    replace(pops[1].at, 6, []);
    replace(pushes[0].at, 6, []);
  }
  return Buffer.concat(out.map((bytes) => Uint8Array.from(bytes)));
}

// asyncify_start_unwind and so on, over globals.
function primitives({ state, data, position, end }) {
  const be = (value) => [...i32(value), ...set(state)];
  const field = (offset, global) => [LOCAL_GET, 0, ...memory(LOAD, offset), ...set(global)];
  const body = (...parts) => Uint8Array.from([0, ...parts.flat(), 0x0b]);
  return {
    asyncify_start_unwind: body(be(1), [LOCAL_GET, 0], set(data), field(0, position), field(4, end)),
    asyncify_stop_unwind: body(be(0), get(data), get(position), memory(STORE, 0)),
    asyncify_start_rewind: body(be(2), field(0, position)),
    asyncify_stop_rewind: body(be(0)),
  };
}

// Exports that asyncify makes for a JavaScript that switches; here the runtime does.
const byNobody = /^asyncify_(start|stop)_(unwind|rewind)$|^asyncify_get_state$/;

// The module in which asyncify has just been at work, with cheaper records.
export function cheapenRecords(bytes) {
  const sections = wasm.readSections(bytes);
  const body = (id, name = '') => sections.find((section) => section.id === id && section.name === name)?.body;
  const primitive = new Map(wasm.readExports(body(wasm.EXPORT)).filter(({ kind }) => kind === 0)
    .map(({ name, index }) => [index, name]));
  const imports = body(wasm.IMPORT) ? wasm.readImports(body(wasm.IMPORT)) : [];
  const [functionImports, globalImports] = [0, 3].map((kind) => imports.filter((entry) => entry.kind === kind).length);
  const own = new wasm.Reader(body(GLOBAL));
  const count = own.number();
  // Asyncify's two globals are the latest.
  const [state, data, position, end] = [-2, -1, 0, 1].map((i) => globalImports + count + i);
  const indices = { state, data, position, end };
  const ready = primitives(indices);
  const bodies = [];
  const reader = new wasm.Reader(body(wasm.CODE));
  reader.times((i) => {
    const original = reader.slice();
    bodies.push(ready[primitive.get(functionImports + i)] ?? rewrite(original, indices));
  });
  if (bodies.includes(null)) return bytes;
  const variable = [0x7f, 1, ...i32(0), 0x0b]; // i32, mutable, 0
  return wasm.writeSections(sections.map((section) => {
    if (section.id === wasm.EXPORT) {
      const called = wasm.readExports(section.body).filter(({ name }) => !byNobody.test(name));
      return { ...section, body: wasm.writeExports(called) };
    }
    if (section.id === wasm.CODE) return { ...section, body: wasm.vector(bodies.map((each) => wasm.sized([each]))) };
    if (section.id !== GLOBAL) return section;
    const rest = section.body.subarray(own.at);
    const more = [wasm.encodeNumber(count + 2), rest, variable, variable];
    return { ...section, body: Buffer.concat(more.map((part) => Uint8Array.from(part))) };
  }));
}
