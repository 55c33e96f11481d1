// What a program is, and how it reads:
//   program { name, family, events }
//   event   { at, make: node } | { at, cancel: id, reason } | { at, abort: signal, reason }
//   node    { id, kind, ... } and by its kind: after, mode, clean, end, eager, signal, timeout (leaf); after, end (promise);
//           items (gather, wait, waitFor, shield, asCompleted: ids); steps, end, common (timeout, group: their
//           bodies; `common`: what the steps deal with has a source in common)
//   step    { make: node } | { await: id } | { spawn: node } | { add: id } | { move: ms } | { stop: id, reason }, also of its own
//           scope; `catches`: its error ends nothing
// An id whose node was not made names nothing, so every part of a program can be left out.

export const SIGNALS = 3;
export const END = 1e11; // ms: when all has ended

/** Every node of the program, those that hold others before what they hold. */
export function* nodes(program) {
  const inside = function* (node) {
    yield node;
    for (const { make, spawn } of node.steps ?? []) if (make ?? spawn) yield* inside(make ?? spawn);
  };
  for (const { make } of program.events) if (make) yield* inside(make);
}

const words = (record) => Object.entries(record).map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(', ');

function nodeLines({ id, kind, steps, ...rest }, what, indent) {
  const head = `${indent}${what} ${id} = ${kind}: ${words(rest)}`;
  return [head, ...(steps ?? []).flatMap((step) => stepLines(step, `${indent}  `))];
}

function stepLines({ make, spawn, ...rest }, indent) {
  if (!make && !spawn) return [indent + words(rest)];
  return nodeLines({ ...(make ?? spawn), ...rest }, make ? 'make' : 'spawn', indent);
}

export function print({ events }) {
  const line = ({ at, make, ...rest }) => (make ? nodeLines(make, `${at}: make`, '') : [`${at}: ${words(rest)}`]);
  return events.flatMap(line).join('\n') + '\n';
}
