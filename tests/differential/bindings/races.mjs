// What was decided by a race. docs/asyncio.md, "How to read the tables": JavaScript's combinators follow asyncio's rules for
// outcomes and for who is cancelled, but their order among other promises is JavaScript's. So what happens first of several
// things at one moment, and how many turns an end takes, may differ; the outcome of whoever goes by that may, too.
import { nodes } from './program.mjs';

const HEAR_IN_ORDER = ['gather', 'wait', 'asCompleted'];
const doubled = (moments) => new Set(moments).size < moments.length;

/** Two of its items were over at one moment. Those that were settled before it was made count as over then. */
function tied({ id, kind, items }, { nodes: ends, made }) {
  if (!HEAR_IN_ORDER.includes(kind)) return false;
  return doubled([...new Set(items)].filter((item) => item in ends).map((item) => Math.max(ends[item].at, made[id])));
}

/** What the steps of a scope's body deal with by these verbs. */
const partsOf = ({ steps = [] }, ...verbs) =>
  steps.flatMap((step) => verbs.map((verb) => step[verb]?.id ?? step[verb])).filter((id) => id !== undefined);

/** Scopes that may be told of one end by two ways, and what their bodies deal with, also in scopes inside. */
function told(byId, { nodes: ends }) {
  const found = new Set();
  const marked = new Set();
  const mark = (id, ...more) => {
    found.add(id);
    const node = byId.get(id);
    if (!node || marked.has(id)) return;
    marked.add(id);
    [...node.items ?? [], ...partsOf(node, 'make', 'await', ...more)].forEach((part) => mark(part, ...more));
  };
  for (const node of byId.values()) {
    const { id, kind, common } = node;
    const parts = (...verbs) => partsOf(node, ...verbs).filter((part) => part in ends);
    const moments = (...verbs) => parts(...verbs).map((part) => ends[part].at);
    const all = parts('spawn', 'add', 'make', 'await');
    const meet = kind === 'group' && moments('make', 'await').some((at) => moments('spawn', 'add').includes(at));
    // Stopped by its own body, which goes on: in JavaScript every step in there takes a turn, in Python none.
    if (node.steps?.some(({ stop }) => stop === id)) mark(id, 'spawn', 'add');
    else if (common || meet) [id, ...all].forEach((part) => mark(part));
    else if (doubled(moments('spawn', 'add', 'make', 'await'))) {
      for (const part of [id, ...all]) if (byId.get(part).kind !== 'leaf') found.add(part);
    }
  }
  return found;
}

/** The ids of the nodes that went by a race. */
export function races(program, ours, theirs) {
  const byId = new Map([...nodes(program)].map((node) => [node.id, node]));
  const found = told(byId, theirs);
  for (const [id, node] of byId) {
    const begun = [ours, theirs].some(({ nodes: ends }) => ends[id]?.at === theirs.made[id]); // or cancelled before that
    if (tied(node, theirs) || (node.kind === 'leaf' && begun)) found.add(id);
  }
  return found;
}
