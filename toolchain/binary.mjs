// A wasm binary as its parts, and back: sections, names, and instructions one by one, as far as this folder
// needs them.
// Law: what is not understood is refused and never passed over, because an operand taken for an instruction would be
// rewritten.
const utf8 = new TextDecoder();

export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() { return this.bytes[this.at++]; }

  // A LEB128 number, unsigned, of at most 32 bits.
  number() {
    let value = 0, shift = 0, byte;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte & 0x80);
    return value;
  }

  skipNumber() { while (this.byte() & 0x80); }

  slice() {
    const size = this.number();
    return this.bytes.subarray(this.at, this.at += size);
  }

  text() { return utf8.decode(this.slice()); }

  // Calls f so many times as the number that is next says.
  times(f) { for (let n = this.number(), i = 0; i < n; i++) f(i); }
}

export function encodeNumber(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

export const concat = (parts) =>
  Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part))));

// With its size before it.
export const sized = (parts) => {
  const bytes = concat(parts);
  return concat([encodeNumber(bytes.length), bytes]);
};

// A vector: how many, then the items.
export const vector = (items) => concat([encodeNumber(items.length), ...items]);

const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
export const CUSTOM = 0, TYPE = 1, IMPORT = 2, FUNCTION = 3, GLOBAL = 6, EXPORT = 7, ELEMENT = 9, CODE = 10;

// The sections: {id, name of a custom one, body}. null: this is no wasm.
export function readSections(bytes) {
  if (magic.some((byte, i) => bytes[i] !== byte)) return null;
  const reader = new Reader(bytes, magic.length);
  const sections = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const body = reader.slice();
    sections.push({ id, body, name: id === CUSTOM ? new Reader(body).text() : '' });
  }
  return sections;
}

export const writeSections = (sections) =>
  concat([magic, ...sections.flatMap(({ id, body }) => [[id], sized([body])])]);

// Imports: {module, name, kind}, kind 0: a function, whose type is in `type`.
export function readImports(body) {
  const reader = new Reader(body);
  const imports = [];
  const limits = () => { if (reader.byte() & 1) reader.skipNumber(); reader.skipNumber(); };
  reader.times(() => {
    const entry = { module: reader.text(), name: reader.text(), kind: reader.byte() };
    imports.push(entry);
    if (entry.kind === 0) entry.type = reader.number();
    else if (entry.kind === 1) { reader.byte(); limits(); }
    else if (entry.kind === 2) limits();
    else if (entry.kind === 3) reader.at += 2;
    else { reader.byte(); reader.skipNumber(); } // a tag
  });
  return imports;
}

// Of each type {parameters, results}: theirs. null: one is of a kind that C does not make.
export function readTypes(types) {
  const list = [];
  const reader = new Reader(types);
  let known = true;
  reader.times(() => {
    if (!known || reader.byte() !== 0x60) return known = false;
    list.push({ parameters: reader.slice(), results: reader.slice() });
  });
  return known ? list : null;
}

// The type of each of the module's own functions.
export function readFunctions(body) {
  const reader = new Reader(body);
  const list = [];
  reader.times(() => list.push(reader.number()));
  return list;
}

// What the module's own functions are made of, one after the other.
export function readBodies(body) {
  const reader = new Reader(body);
  const list = [];
  reader.times(() => list.push(reader.slice()));
  return list;
}

// Exports: {name, kind, index}, kind 0: a function.
export function readExports(body) {
  const reader = new Reader(body);
  const list = [];
  reader.times(() => list.push({ name: reader.text(), kind: reader.byte(), index: reader.number() }));
  return list;
}

export const writeExports = (list) => vector(list.map(({ name, kind, index }) =>
  concat([sized([Buffer.from(name)]), [kind], encodeNumber(index)])));

// From the name section: what the functions (1) and the globals (7) are called, by index.
export function readNames(body) {
  const names = { 1: [], 7: [] };
  const reader = new Reader(body);
  reader.text();
  while (reader.at < body.length) {
    const kind = reader.byte();
    const inner = new Reader(reader.slice());
    if (kind in names) inner.times(() => { const index = inner.number(); names[kind][index] = inner.text(); });
  }
  return { functions: names[1], globals: names[7] };
}

// The instructions, and the type of a block without a result, that this folder knows by name.
export const BLOCK = 0x02, LOOP = 0x03, IF = 0x04, ELSE = 0x05, END = 0x0b, BR = 0x0c, BR_IF = 0x0d, BR_TABLE = 0x0e, RETURN = 0x0f;
export const VOID = 0x40, I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c;
export const CALL = 0x10, CALL_INDIRECT = 0x11, DROP = 0x1a, SELECT = 0x1b;
export const LOCAL_GET = 0x20, LOCAL_SET = 0x21, LOCAL_TEE = 0x22, GLOBAL_GET = 0x23, GLOBAL_SET = 0x24, LOAD = 0x28, STORE = 0x36;
export const CONST = 0x41, EQZ = 0x45, EQ = 0x46, GREATER = 0x4b, ADD = 0x6a, SUB = 0x6b, OR = 0x72; // of i32; GREATER: unsigned
// Of instructions that give one value from so many: from which to which.
const values = [
  [LOCAL_GET, LOCAL_GET, 0], [LOCAL_TEE, LOCAL_TEE, 1], [GLOBAL_GET, GLOBAL_GET, 0], [CONST, 0x44, 0], [LOAD, 0x35, 1],
  [SELECT, SELECT, 3],
  [EQZ, EQZ, 1], [EQ, 0x4f, 2], [0x50, 0x50, 1], [0x51, 0x66, 2], // tests, comparisons
  [0x67, 0x69, 1], [ADD, 0x78, 2], [0x79, 0x7b, 1], [0x7c, 0x8a, 2], // of i32, of i64
  [0x8b, 0x91, 1], [0x92, 0x98, 2], [0x99, 0x9f, 1], [0xa0, 0xa6, 2], [0xa7, 0xc4, 1], // of f32, of f64, from one to another
];
// How many values an instruction takes that gives one; undefined: it is of another kind.
export const takes = (op) => values.find(([from, to]) => op >= from && op <= to)?.[2];
export const opens = (op) => op === BLOCK || op === LOOP || op === IF;
// Where the block ends that begins, or of which the else begins, at `at`.
export function endOf(list, at) {
  let i = at + 1;
  for (let depth = 0; depth > 0 || list[i].op !== END; i++) depth += opens(list[i].op) - (list[i].op === END);
  return i;
}
const exceptions = new Set([0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f]);
const numbers = new Map([ // how many LEB128 numbers follow
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12, 0x14, 0x15, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2].map((op) => [op, 1]),
  ...[0x11, 0x13].map((op) => [op, 2]), ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26].map((op) => [op, 1]),
]);
const bare = (op) => (op >= 0x45 && op <= 0xc4) || [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(op);
const bulk = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1]; // numbers after 0xfc n

function skipMemory(reader) {
  if (reader.number() & 0x40) reader.skipNumber();
  reader.skipNumber();
}

// Skips the operands of an instruction. A text: why that cannot be.
function skipOperands(reader, op) {
  const count = numbers.get(op);
  if (count !== undefined) for (let i = 0; i < count; i++) reader.skipNumber();
  else if (op >= 0x28 && op <= 0x3e) skipMemory(reader);
  else if (op === 0x0e) { reader.times(() => reader.skipNumber()); reader.skipNumber(); }
  else if (op === 0x1c) reader.times(() => reader.skipNumber());
  else if (op === 0x43) reader.at += 4;
  else if (op === 0x44) reader.at += 8;
  else if (op === 0xfc || op === 0xfd || op === 0xfe) return skipPrefixed(reader, op, reader.number());
  else if (exceptions.has(op)) return 'throws or catches exceptions';
  else if (!bare(op)) return `has the unknown instruction 0x${op.toString(16)}`;
  return '';
}

function skipPrefixed(reader, prefix, op) {
  if (prefix === 0xfc && op < bulk.length) for (let i = 0; i < bulk[op]; i++) reader.skipNumber();
  else if (prefix === 0xfd && (op < 12 || op === 92 || op === 93)) skipMemory(reader);
  else if (prefix === 0xfd && (op === 12 || op === 13)) reader.at += 16;
  else if (prefix === 0xfd && op >= 84 && op <= 91) { skipMemory(reader); reader.at++; }
  else if (prefix === 0xfd && op < 300) { if (op >= 21 && op <= 34) reader.at++; }
  else if (prefix === 0xfe && op === 3) reader.at++;
  else if (prefix === 0xfe && op < 0x50) skipMemory(reader);
  else return `has the unknown instruction 0x${prefix.toString(16)} ${op}`;
  return '';
}

// Calls visit(op, start) for each instruction of a function's body; returns '' or why it stopped.
export function eachInstruction(body, visit) {
  const reader = new Reader(body);
  reader.times(() => { reader.skipNumber(); reader.skipNumber(); }); // locals
  while (reader.at < body.length) {
    const start = reader.at;
    const op = reader.byte();
    visit(op, start);
    const why = skipOperands(reader, op);
    if (why) return why;
  }
  return '';
}

// A function's body as a list of {op, bytes}, the declaration of its locals first; null: an instruction is unknown.
export function instructions(body) {
  const list = [];
  let from = 0, op = null;
  const take = (to) => list.push({ op, bytes: body.subarray(from, to) });
  const why = eachInstruction(body, (next, start) => {
    take(start);
    from = start;
    op = next;
  });
  take(body.length);
  return why ? null : list;
}

// The types of the locals that a body declares.
export function localTypes(declaration) {
  const reader = new Reader(declaration);
  const types = [];
  reader.times(() => {
    const count = reader.number(), type = reader.byte();
    for (let i = 0; i < count; i++) types.push(type);
  });
  return types;
}

// The declaration with locals of these types after those that it has.
export function moreLocals(declaration, types) {
  const groups = new Reader(declaration).number();
  const old = declaration.subarray(encodeNumber(groups).length);
  return [...encodeNumber(groups + types.length), ...old, ...types.flatMap((type) => [1, type])];
}

// Single instructions.
export const localGet = (index) => [LOCAL_GET, ...encodeNumber(index)];
export const localSet = (index) => [LOCAL_SET, ...encodeNumber(index)];
export const localTee = (index) => [LOCAL_TEE, ...encodeNumber(index)];
export const globalGet = (index) => [GLOBAL_GET, ...encodeNumber(index)];
export const globalSet = (index) => [GLOBAL_SET, ...encodeNumber(index)];
export const i32 = (value) => { // signed LEB128, of what is not negative
  const bytes = encodeNumber(value);
  const last = bytes.length - 1;
  return [CONST, ...(bytes[last] & 0x40 ? [...bytes.slice(0, last), bytes[last] | 0x80, 0] : bytes)];
};
export const same = (instruction, bytes) =>
  instruction?.bytes.length === bytes.length && bytes.every((byte, i) => instruction.bytes[i] === byte);

// The functions in tables, each as map gives it. As linkers write them: at a constant place of the first table.
export function mapElements(body, map) {
  const reader = new Reader(body);
  const segments = [];
  let known = true;
  reader.times(() => {
    const start = reader.at;
    if (!known || reader.number() !== 0 || reader.byte() !== 0x41) return void (known = false);
    reader.skipNumber();
    if (reader.byte() !== 0x0b) return void (known = false);
    const place = body.subarray(start, reader.at);
    const list = [];
    reader.times(() => list.push(encodeNumber(map(reader.number()))));
    segments.push(concat([place, vector(list)]));
  });
  return known ? vector(segments) : body;
}
