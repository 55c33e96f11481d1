// Asyncify's state made a local. Asyncify asks a global, in each function that can suspend, before every piece of code that lies
// between calls: am I being rewound? In a loop that is four loads a round. The answer changes at two points only:
//
//     entry: normal or rewinding ---- a call that can suspend returns: unwinding (the function is left) or normal
//
// so it is kept in a local, which engines keep in a register, and the optimizer does the rest: after such a call it is known.
// Behind the last of them in the text nothing is asked: a rewind ends at a call before (a loop of checkpoints: 1.5 ns, 1.2).
// Law: only what is exactly asyncify's own code is replaced; where a question has another form,
// the function stays as it was.
import {
  BR_IF, CALL, CALL_INDIRECT, CONST, DROP, EQ, EQZ, IF, LOCAL_GET, LOCAL_SET, LOCAL_TEE, OR, SELECT, VOID,
  endOf, globalGet, i32, localGet, localSet, same, takes,
} from './binary.mjs';

const NORMAL = i32(0), UNWINDING = i32(1), REWINDING = i32(2);
// What may lie between a call and the question whether it unwinds: its result is put away. Constants, of all four types.
const between = new Set([DROP, LOCAL_GET, LOCAL_SET, LOCAL_TEE, CONST, 0x42, 0x43, 0x44]);

// The call before the question, or -1.
function callBefore(list, at) {
  let i = at - 1;
  while (between.has(list[i].op)) i--;
  return list[i].op === CALL || list[i].op === CALL_INDIRECT ? i : -1;
}

// Whether the state is only asked for being 0: alone, in an `or`, as a choice; or it is what one chooses, which then is asked so.
function asksForNormal(list, at) {
  for (let i = at + 1, above = 0; ; i++) { // above: how many values lie over it
    const { op } = list[i];
    const taken = takes(op);
    const asks = taken === undefined || taken > above;
    if (op === IF && above > 0 && list[i].bytes[1] !== VOID) i = endOf(list, i); // its value for the one that it takes
    else if (asks && op === SELECT && above > 0) above = 0;
    else if (asks) return (op === OR && taken > above) || (above === 0 && [SELECT, EQZ, IF, BR_IF].includes(op));
    else above += 1 - taken;
  }
}

// Rewrites a function's body in `out`, where out[i] are the bytes that list[i] becomes, if all its questions are of a known
// form. local: one that nobody uses. Gives where it is asked whether to unwind, {call, at}; null: all stays as it was.
export function localizeState(list, out, { state }, local) {
  const read = globalGet(state);
  const changes = new Map();
  const questions = [];
  for (let i = 0; i < list.length; i++) {
    if (!same(list[i], read)) continue;
    const asksFor = (value) => same(list[i + 1], value) && list[i + 2].op === EQ;
    const call = asksFor(UNWINDING) ? callBefore(list, i) : -1;
    if (call >= 0) {
      questions.push({ call, at: i });
      changes.set(i, [...NORMAL, ...localSet(local), ...read]);
    } else if (asksFor(REWINDING) || asksForNormal(list, i)) {
      changes.set(i, localGet(local));
    } else {
      return null;
    }
  }
  if (!changes.size) return null;
  const latest = questions.at(-1)?.at ?? 0;
  changes.forEach((bytes, i) => { out[i] = i > latest ? NORMAL : bytes; });
  out[1] = [...read, ...localSet(local), ...out[1]];
  return questions;
}
