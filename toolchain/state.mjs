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
  BR_IF, CALL, CALL_INDIRECT, CONST, DROP, EQ, EQZ, IF, LOCAL_GET, LOCAL_SET, LOCAL_TEE, OR, SELECT,
  globalGet, i32, localGet, localSet, same,
} from './binary.mjs';

const NORMAL = i32(0), UNWINDING = i32(1), REWINDING = i32(2);
const simple = new Set([LOCAL_GET, CONST, 0x42, 0x43, 0x44]); // a local; a constant, also of i64, f32, f64
// What may lie between a call and the question whether it unwinds: its result is put away.
const between = new Set([DROP, LOCAL_SET, LOCAL_TEE, ...simple]);

// The call before the question, or -1.
function callBefore(list, at) {
  let i = at - 1;
  while (between.has(list[i].op)) i--;
  return list[i].op === CALL || list[i].op === CALL_INDIRECT ? i : -1;
}

// Whether the state is only asked for being 0: alone, beside a local in an `or`, as a choice or in one.
function asksForNormal(list, at) {
  let i = at + 1;
  while (simple.has(list[i].op) && i < at + 3) i++;
  const user = list[i].op;
  return user === SELECT || (user === OR && i === at + 2) || ([EQZ, IF, BR_IF].includes(user) && i === at + 1);
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
