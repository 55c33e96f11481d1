// What asyncify left, made cheaper, between asyncify and the optimizer: its records (records.mjs), its state (state.mjs),
// its calls of what suspends (waits.mjs), its guards (guards.mjs).
// Law: only what is exactly asyncify's own code is replaced.
import { localizeState } from './state.mjs';
import { joinGuards } from './guards.mjs';
import { cheapenRecords } from './records.mjs';
import { findWaits, inlineWaits } from './waits.mjs';
import * as wasm from './binary.mjs';

// Asyncify's functions, and those of frames.c that say where it reads and writes, over globals. The position stays where a rewind
// has left it: there the next unwind begins.
function primitives({ state, position, end }) {
  const parameter = (i, global) => [...wasm.localGet(i), ...wasm.globalSet(global)];
  const body = (...parts) => Uint8Array.from([0, ...parts.flat(), wasm.END]);
  const be = (value) => body(wasm.i32(value), wasm.globalSet(state));
  return {
    asyncify_start_unwind: be(1),
    asyncify_stop_unwind: be(0),
    asyncify_start_rewind: be(2),
    asyncify_stop_rewind: be(0),
    asyncify_get_state: body(wasm.globalGet(state)),
    wa__fiber_mode: body(wasm.globalGet(state)),
    wa__fiber_be: body(),
    wa__fiber_frames: body(parameter(0, position), parameter(1, end)),
    wa__fiber_position: body(wasm.globalGet(position)),
    wa__fiber_end: body(wasm.globalGet(end)),
    wa__fiber_in_place: body(wasm.i32(1)),
  };
}

// Exports that asyncify makes for a JavaScript that switches, where here the runtime does; and what is for this file only.
const byNobody = /^asyncify_(start|stop)_(unwind|rewind)$|^asyncify_get_state$|^wa__fiber_/;

// One function's body; null: it is not as asyncify makes them. parameters: how many it has.
function rewrite(body, parameters, globals, suspending) {
  const list = wasm.instructions(body);
  if (!list) return null;
  const out = list.map(({ bytes }) => bytes);
  const here = parameters + wasm.localTypes(out[0]).length, state = here + 1;
  if (!cheapenRecords(list, out, globals, here)) return null;
  const questions = localizeState(list, out, globals, state);
  if (list.every(({ bytes }, i) => bytes === out[i])) return body;
  const types = questions ? inlineWaits(list, out, questions, suspending, state, state + 1) : [];
  out[0] = wasm.moreLocals(out[0], [wasm.I32, wasm.I32, ...types]);
  const rewritten = wasm.concat(out);
  return questions ? wasm.concat(joinGuards(wasm.instructions(rewritten), state).map(({ bytes }) => bytes)) : rewritten;
}

// The module in which asyncify has just been at work; as it was, if its records are not as they are known.
export function cheapen(bytes) {
  const sections = wasm.readSections(bytes);
  const body = (id, name = '') => sections.find((section) => section.id === id && section.name === name)?.body;
  const exported = wasm.readExports(body(wasm.EXPORT)).filter(({ kind }) => kind === 0);
  const primitive = new Map(exported.map(({ name, index }) => [index, name]));
  const indexOf = (wanted) => exported.find(({ name }) => name === wanted)?.index;
  const imports = body(wasm.IMPORT) ? wasm.readImports(body(wasm.IMPORT)) : [];
  const types = wasm.readTypes(body(wasm.TYPE));
  if (!types) return bytes;
  const signatures = wasm.readFunctions(body(wasm.FUNCTION)).map((type) => types[type]);
  const [functionImports, globalImports] = [0, 3].map((kind) => imports.filter((entry) => entry.kind === kind).length);
  const own = new wasm.Reader(body(wasm.GLOBAL));
  const count = own.number();
  // Asyncify's two globals are the latest.
  const [state, data, position, end] = [-2, -1, 0, 1].map((i) => globalImports + count + i);
  const spill = indexOf('wa__fiber_spill');
  if (spill === undefined) return bytes; // not this runtime
  const indices = { state, data, position, end, spill };
  const ready = primitives(indices);
  const originals = wasm.readBodies(body(wasm.CODE));
  const waits = findWaits(originals, functionImports, signatures, indexOf('asyncify_start_unwind'));
  const suspending = { waits, mode: indexOf('wa__fiber_mode') };
  const bodies = originals.map((original, i) => ready[primitive.get(functionImports + i)] ??
    rewrite(original, signatures[i].parameters.length, indices, suspending));
  if (bodies.includes(null)) return bytes;
  const variable = [0x7f, 1, ...wasm.i32(0), wasm.END]; // i32, mutable, 0
  return wasm.writeSections(sections.map((section) => {
    if (section.id === wasm.EXPORT) {
      const called = wasm.readExports(section.body).filter(({ name }) => !byNobody.test(name));
      return { ...section, body: wasm.writeExports(called) };
    }
    if (section.id === wasm.CODE) return { ...section, body: wasm.vector(bodies.map((each) => wasm.sized([each]))) };
    if (section.id !== wasm.GLOBAL) return section;
    const rest = section.body.subarray(own.at);
    const more = [wasm.encodeNumber(count + 2), rest, variable, variable];
    return { ...section, body: Buffer.concat(more.map((part) => Uint8Array.from(part))) };
  }));
}
