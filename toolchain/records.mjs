// Asyncify's records made cheaper. Asyncify keeps the position of what it writes and reads in memory, and moves it for the
// locals of a frame and again for the number of the call:
//
//     frame, as asyncify has it:  call | locals    position: load, add, store; load, add, store, each after the other
//     frame, as it is here:       locals | call    position: a global, moved once
//
// A switch of one frame costs a tenth less (22.6 ns, 20.7; Node). Besides, each frame looks whether its record fits
// before it writes it, and asks the runtime for room if not; asyncify alone looks once, when all is written and what lay
// behind is overwritten. So a segment is unwound to where its frames were, and nothing is copied.
// Law: only what is exactly asyncify's own code is replaced.
import {
  ADD, CALL, CONST, END, GREATER, IF, LOAD, LOCAL_GET, Reader, STORE, SUB, VOID,
  encodeNumber, globalGet, globalSet, i32, localGet, localSet, localTee, same,
} from './binary.mjs';

const memory = (op, offset) => [op, 2, ...encodeNumber(offset)];

// The operand of an i32.const: a signed LEB128.
function constant({ bytes }) {
  const bits = 7 * (bytes.length - 1);
  const value = new Reader(bytes, 1).number();
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

// Rewrites in `out` what a function does with records: out[i] are the bytes that list[i] becomes. false: it is not as
// asyncify makes them. here: a local that nobody uses, for the position.
export function cheapenRecords(list, out, { data, position, end, spill }, here) {
  const used = uses(list, globalGet(data));
  if (!used) return false;
  const { reads, moves } = used;
  if (!moves.length) return !reads.length;
  const replace = (at, count, bytes) => {
    out[at] = bytes;
    for (let i = 1; i < count; i++) out[at + i] = [];
  };
  for (const at of reads) replace(at, 2, localGet(here));

  const pops = moves.filter(({ by }) => by < 0), pushes = moves.filter(({ by }) => by > 0);
  const withLocals = pops.length === 2;
  if (pops.length !== pushes.length || pops.length > 2 || pops.at(-1).by !== -4 || pushes[0].by !== 4) return false;
  const size = withLocals ? pushes[1].by : 0;
  if (withLocals && pops[0].by !== -size) return false;
  const pop = pops.at(-1).at + 6, push = pushes[0].at - 4; // position, load; position, the number, store
  const asExpected = reads.includes(pop) && same(list[pop + 2], memory(LOAD, 0)) && reads.includes(push) &&
    list[push + 2].op === LOCAL_GET && same(list[push + 3], memory(STORE, 0));
  if (!asExpected) return false;
  out[pop + 2] = memory(LOAD, size);
  out[push + 3] = memory(STORE, size);
  const look = [...globalGet(position), ...localTee(here)], record = i32(size + 4);
  const elsewhere = [...localGet(here), ...record, CALL, ...encodeNumber(spill), ...globalGet(position), ...localSet(here)];
  out[push] = [...look, ...record, ADD, ...globalGet(end), GREATER, IF, VOID, ...elsewhere, END, ...out[push]];
  replace(pops[0].at, 6, [...globalGet(position), ...record, SUB, ...localTee(here), ...globalSet(position)]);
  replace(pushes.at(-1).at, 6, [...localGet(here), ...record, ADD, ...globalSet(position)]);
  if (withLocals) {
    replace(pops[1].at, 6, []);
    replace(pushes[0].at, 6, []);
  }
  return true;
}
