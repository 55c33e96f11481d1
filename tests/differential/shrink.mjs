// Makes a failing program small: of all programs that are one step smaller, the smallest that still fails is taken,
// until none fails any more. Every step keeps what makes a scenario valid; removing or narrowing ops can close no cycle
// of awaits and adds no task.
import { print, walk } from './tree.mjs';

const AT_ONCE = 48;
const LISTS = { gather: 2, wait: 3, as_completed: 2 }; // where in the words the list of tasks starts
const NUMBERS = { // where in the words a number stands
  sleep: 1, spin: 1, repeat: 1, timeout: 1, reschedule: 1, wait_for: 2, wait: 2, as_completed: 1, notify: 2,
};

const replaced = (list, at, count, ...items) => [...list.slice(0, at), ...items, ...list.slice(at + count)];

function* smallerWords(words) {
  const [name] = words;
  const number = Number(words[NUMBERS[name]]);
  for (const less of new Set([0, 1, number >> 1, number - 1])) {
    if (less < number && less >= (name === 'repeat' ? 1 : 0)) yield replaced(words, NUMBERS[name], 1, String(less));
  }
  const list = LISTS[name];
  if (words.length > list + 1) for (let i = list; i < words.length; i++) yield replaced(words, i, 1);
}

/** What can stand in an op's place: each a list of ops. */
function* smallerOp(node) {
  for (const words of smallerWords(node.words)) yield [{ ...node, words }];
  if (!node.body) return;
  const { body, handler, final } = node;
  yield body;
  if (final) yield [...body, ...final];
  if (handler) yield [...body, ...handler];
  if (handler && final) {
    yield [{ ...node, final: undefined }];
    yield [{ ...node, handler: undefined, kind: undefined }];
  }
  for (const part of ['body', 'handler', 'final']) {
    if (node[part]) for (const ops of smallerOps(node[part])) if (ops.length) yield [{ ...node, [part]: ops }];
  }
}

function* smallerOps(ops) {
  for (let size = ops.length; size >= 1; size >>= 1) {
    for (let at = 0; at < ops.length; at += size) yield replaced(ops, at, size);
  }
  for (let at = 0; at < ops.length; at++) {
    for (const instead of smallerOp(ops[at])) yield replaced(ops, at, 1, ...instead);
  }
}

/** The ops without those that name one of `names`; a list only loses the name. */
function without(ops, names) {
  return ops.flatMap((node) => {
    const list = LISTS[node.words[0]] ?? Infinity;
    const words = node.words.filter((word, i) => i < list || !names.includes(word));
    if (words.length <= list && list < Infinity) return [];
    if (words.slice(1).some((word) => names.includes(word))) return [];
    const part = (inner) => inner && without(inner, names);
    const rest = { body: part(node.body), handler: part(node.handler), final: part(node.final) };
    return node.body && !rest.body.length ? [] : [{ ...node, words, ...rest }];
  });
}

function* smaller(scenario) {
  const { bodies, objects } = scenario;
  const lacking = (names) => bodies.filter(({ name }) => !names.includes(name))
    .map((body) => ({ ...body, ops: without(body.ops, names) }));
  for (const { name } of bodies) if (name !== 'main') yield { ...scenario, bodies: lacking([name]) };
  const slots = new Set(bodies.flatMap(({ ops }) => [...walk(ops)]).map(({ words }) => words)
    .filter(([verb]) => verb === 'spawn' || verb === 'gspawn').map((words) => words[1]));
  for (const slot of slots) yield { ...scenario, bodies: lacking([slot]) };
  for (const object of objects) {
    const names = objects.filter((words) => words.slice(1).includes(object[1])).map((words) => words[1]);
    yield { ...scenario, bodies: lacking(names), objects: objects.filter((words) => !names.includes(words[1])) };
  }
  for (const [i, body] of bodies.entries()) {
    for (const ops of smallerOps(body.ops)) yield { ...scenario, bodies: replaced(bodies, i, 1, { ...body, ops }) };
  }
}

/** Whether the ops keep the rules of FORMAT for where `reraise`, `return` and `raise` may stand. */
function valid(ops, place = {}) {
  return ops.every(({ words: [name], body, handler, final }) => {
    if (name === 'reraise' && !place.handler) return false;
    if ((name === 'return' || name === 'raise') && place.final) return false;
    return (!body || (body.length > 0 && valid(body, place)))
      && (!handler || (handler.length > 0 && valid(handler, { ...place, handler: true })))
      && (!final || (final.length > 0 && valid(final, { final: true })));
  });
}

/** Lines first, then words, then the numbers in them. */
function size(scenario) {
  const text = print(scenario);
  const words = text.split(/\s+/);
  const numbers = words.filter((word) => /^\d+$/.test(word)).reduce((sum, word) => sum + Number(word), 0);
  return text.split('\n').length * 1e6 + words.length * 1e3 + numbers;
}

/** `failing(scenarios)` gives those that fail; `told` hears the number of lines after every step. */
export function shrink(scenario, failing, told = () => {}) {
  const valids = (best) => [...smaller(best)].filter(({ bodies }) => bodies.every(({ ops }) => valid(ops)));
  return shrinkBy({ smaller: valids, size, print }, scenario, failing, told);
}

/** The same for programs of any kind, which have a name. */
export async function shrinkBy({ smaller, size, print }, program, failing, told = () => {}) {
  let best = program;
  for (;;) {
    const bound = size(best);
    const seen = new Set();
    const candidates = [...smaller(best)]
      .map((candidate) => [size(candidate), candidate])
      .filter(([its, candidate]) => its < bound && !seen.has(print(candidate)) && seen.add(print(candidate)))
      .sort(([a], [b]) => a - b)
      .map(([, candidate], i) => ({ ...candidate, name: `smaller-${i}` }));
    let next;
    for (let i = 0; i < candidates.length && !next; i += AT_ONCE) {
      [next] = await failing(candidates.slice(i, i + AT_ONCE));
    }
    if (!next) return best;
    best = { ...next, name: program.name };
    told(print(best).split('\n').length - 1);
  }
}
