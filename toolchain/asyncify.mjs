// What asyncify left, made cheaper, between asyncify and the optimizer: its records (records.mjs), its state (state.mjs),
// its guards (guards.mjs).
// Law: only what is exactly asyncify's own code is replaced.
import { localizeState } from './state.mjs';
import { joinGuards } from './guards.mjs';
import { cheapenRecords } from './records.mjs';
import * as wasm from './binary.mjs';

const GLOBAL = 6, LOCAL_GET = 0x20, LOAD = 0x28, STORE = 0x36;
const memory = (op, offset) => [op, 2, offset];

// asyncify_start_unwind and so on, over globals. The position stays where a rewind has left it: there the next unwind begins.
function primitives({ state, data, position, end }) {
  const be = (value) => [...wasm.i32(value), ...wasm.globalSet(state)];
  const field = (offset, global) => [LOCAL_GET, 0, ...memory(LOAD, offset), ...wasm.globalSet(global)];
  const body = (...parts) => Uint8Array.from([0, ...parts.flat(), 0x0b]);
  return {
    asyncify_start_unwind: body(be(1), field(4, end)),
    asyncify_stop_unwind: body(be(0), wasm.globalGet(data), wasm.globalGet(position), memory(STORE, 0)),
    asyncify_start_rewind: body(be(2), [LOCAL_GET, 0], wasm.globalSet(data), field(0, position)),
    asyncify_stop_rewind: body(be(0)),
    asyncify_get_state: body(wasm.globalGet(state)),
    wa__fiber_in_place: body(wasm.i32(1)), // see fiber.c
  };
}

// Exports that asyncify makes for a JavaScript that switches, where here the runtime does; and what is for this file only.
const byNobody = /^asyncify_(start|stop)_(unwind|rewind)$|^asyncify_get_state$|^wa__fiber_/;

// One function's body; null: it is not as asyncify makes them.
function rewrite(body, parameters, globals) {
  const list = wasm.instructions(body);
  if (!list) return null;
  const out = list.map(({ bytes }) => bytes);
  if (!cheapenRecords(list, out, globals)) return null;
  const local = localizeState(list, out, globals, parameters);
  if (list.every(({ bytes }, i) => bytes === out[i])) return body;
  const rewritten = wasm.concat(out);
  return local === null ? rewritten : wasm.concat(joinGuards(wasm.instructions(rewritten), local).map(({ bytes }) => bytes));
}

// The module in which asyncify has just been at work; as it was, if its records are not as they are known.
export function cheapen(bytes) {
  const sections = wasm.readSections(bytes);
  const body = (id, name = '') => sections.find((section) => section.id === id && section.name === name)?.body;
  const primitive = new Map(wasm.readExports(body(wasm.EXPORT)).filter(({ kind }) => kind === 0)
    .map(({ name, index }) => [index, name]));
  const imports = body(wasm.IMPORT) ? wasm.readImports(body(wasm.IMPORT)) : [];
  const parameters = wasm.readParameters(body(wasm.TYPE), body(wasm.FUNCTION));
  if (!parameters) return bytes;
  const [functionImports, globalImports] = [0, 3].map((kind) => imports.filter((entry) => entry.kind === kind).length);
  const own = new wasm.Reader(body(GLOBAL));
  const count = own.number();
  // Asyncify's two globals are the latest.
  const [state, data, position, end] = [-2, -1, 0, 1].map((i) => globalImports + count + i);
  const spill = [...primitive].find(([, name]) => name === 'wa__fiber_spill')?.[0];
  if (spill === undefined) return bytes; // not this runtime
  const indices = { state, data, position, end, spill };
  const ready = primitives(indices);
  const bodies = [];
  const reader = new wasm.Reader(body(wasm.CODE));
  reader.times((i) => {
    const original = reader.slice();
    bodies.push(ready[primitive.get(functionImports + i)] ?? rewrite(original, parameters[i], indices));
  });
  if (bodies.includes(null)) return bytes;
  const variable = [0x7f, 1, ...wasm.i32(0), 0x0b]; // i32, mutable, 0
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
