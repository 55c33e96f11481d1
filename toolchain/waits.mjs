// Waits put in place. What suspends (wa__fiber_yield and the like) is called by functions that asyncify has instrumented, and
// each asks afterwards whether it is to unwind:
//
//     result = call wait                          ->   result = { the wait's own code; where it starts to unwind: br out(n) }
//     if (state == unwinding) br out(n)
//
// In the caller's place the wait leaves by the caller's own way out, and nothing is asked: where it does not leave, the state is
// normal. A yield takes 15.0 ns instead of 16.7 in Node, 16.0 instead of 16.9 in Chromium.
// Law: only what ends with start_unwind is put in place: nothing with an effect follows there, and nothing that it calls suspends
// (asyncify's own condition on who starts an unwind).
import {
  BLOCK, BR, BR_IF, CALL, CONST, DROP, ELSE, END, F32, F64, I32, I64, LOCAL_GET, LOCAL_SET, LOCAL_TEE, LOOP, Reader, RETURN, VOID,
  encodeNumber, endOf, i32, instructions, localGet, localSet, localTypes, opens,
} from './binary.mjs';

// Bytes: wa__fiber_yield has 140, wa__fiber_sleep, which is not worth its copies, 459.
const LONGEST = 200;
const zeros = new Map([[I32, i32(0)], [I64, [0x42, 0]], [F32, [0x43, ...Array(4).fill(0)]], [F64, [0x44, ...Array(8).fill(0)]]]);

const operand = ({ bytes }) => new Reader(bytes, 1).number();
const withoutEffect = new Set([CONST, LOCAL_GET, LOCAL_SET, LOCAL_TEE, DROP, END]);

// Whether nothing is done behind the instruction `at`, until the function returns.
function endsWith(list, at) {
  let i = at + 1;
  while (withoutEffect.has(list[i]?.op) || list[i]?.op === ELSE) i = list[i].op === ELSE ? endOf(list, i) : i + 1;
  return i === list.length || list[i].op === RETURN;
}

// The functions that can be put in place, by index: their instructions, and the types of what they have. first: the index of the
// first body; signatures: of each; startUnwind: the index of that.
export function findWaits(bodies, first, signatures, startUnwind) {
  const waits = new Map();
  bodies.forEach((body, i) => {
    const list = body.length <= LONGEST ? instructions(body) : null;
    if (!list) return;
    const leaves = list.flatMap((one, at) => (one.op === CALL && operand(one) === startUnwind ? [at] : []));
    const { parameters, results } = signatures[i];
    const locals = [...parameters, ...localTypes(list[0].bytes)];
    const known = results.length <= 1 && locals.every((type) => zeros.has(type)) && list.every(({ op }) => op !== LOOP);
    if (leaves.length && known && leaves.every((at) => endsWith(list, at)))
      waits.set(first + i, { list, leaves, locals, parameters: parameters.length, results });
  });
  return waits;
}

// The code of a wait for a place where `out` branches to what unwinds. local: its first; mode: the function that it asks for the
// state, and `state` the local that has it.
function inPlace(wait, out, local, mode, state) {
  const { list, leaves, locals, parameters, results } = wait;
  const bytes = [];
  for (let i = parameters - 1; i >= 0; i--) bytes.push(...localSet(local + i));
  for (let i = parameters; i < locals.length; i++) bytes.push(...zeros.get(locals[i]), ...localSet(local + i));
  bytes.push(BLOCK, ...(results.length ? results : [VOID]));
  let depth = 0, asked = false;
  list.forEach((one, i) => {
    const { op } = one;
    if (i === 0) return;
    if (opens(op)) depth++;
    if (op === END) depth--;
    if (op === RETURN) bytes.push(BR, ...encodeNumber(depth));
    else if (leaves.includes(i)) bytes.push(...one.bytes, ...out(depth + 1));
    else if (op === CALL && operand(one) === mode && !asked) bytes.push(...localGet(state));
    else if (op === LOCAL_GET || op === LOCAL_SET || op === LOCAL_TEE) bytes.push(op, ...encodeNumber(local + operand(one)));
    else bytes.push(...one.bytes);
    if (op === CALL) asked = true; // any other may have changed the state
  });
  return bytes;
}

// Rewrites in `out` the calls of waits, and what is asked behind them. questions: where that begins, and `call` before each;
// state: the local for it; local: the first that nobody uses. Gives the types of those that are used now.
export function inlineWaits(list, out, questions, { waits, mode }, state, local) {
  const types = [], places = new Map();
  for (const { call, at } of questions) {
    const index = list[call].op === CALL ? operand(list[call]) : -1;
    const wait = waits.get(index);
    const number = list[at - 1], leave = list[at + 3];
    const isTaken = list[at - 2].op === DROP || list[at - 2].op === LOCAL_SET;
    const apart = wait?.results.length && isTaken ? 3 : 2; // its result is put away in between
    if (!wait || call !== at - apart || number.op !== CONST || leave.op !== BR_IF) continue;
    if (!places.has(index)) {
      places.set(index, local + types.length);
      types.push(...wait.locals);
    }
    const branch = (deeper) => [...number.bytes, BR, ...encodeNumber(operand(leave) + deeper)];
    out[call] = inPlace(wait, branch, places.get(index), mode, state);
    out[at] = [...i32(0), ...localSet(state), ...i32(0)];
    out[at + 1] = out[at + 2] = [];
  }
  return types;
}
