// The law under test: of every program the bindings make what asyncio makes of it.
import { CPython } from '../cpython.mjs';
import { generate } from './generate.mjs';
import { bindings } from './ours.mjs';
import { nodes } from './program.mjs';
import { races } from './races.mjs';

const PROMISES = ['promise', 'asCompleted'];
const LEFT = 'left at the end';
const PATIENCE = 20_000; // ms for one program

export class Comparison {
  /** `folder`: of the bindings, if not the project's. */
  constructor({ reference = new CPython(undefined, 'theirs'), folder } = {}) {
    this.reference = reference;
    this.ours = bindings(folder);
    this.excused = 0; // programs in which a race went otherwise
  }

  /** Those that differ, with the facts that do, both ways. */
  async mismatches(programs) {
    const theirs = JSON.parse(await this.reference.run(JSON.stringify(programs)));
    const run = await this.ours;
    const found = [];
    for (const [i, program] of programs.entries()) {
      const { differing, excused } = differences(program, await ended(run(program)), theirs[i]);
      if (excused) this.excused++;
      if (differing.length) found.push({ program, differing });
    }
    return found;
  }

  /** Those of them that differ. */
  async failing(programs) {
    return (await this.mismatches(programs)).map(({ program }) => program);
  }

  close() {
    return this.reference.close();
  }
}

/** What a run gives; one that throws or has no end gives that. */
async function ended(running) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${PATIENCE} ms`)), PATIENCE);
  });
  try {
    return await Promise.race([running, late]);
  } catch (error) {
    return { nodes: {}, answers: [], asked: {}, unseen: [], left: [error.stack] };
  } finally {
    clearTimeout(timer);
  }
}

/** What is known of a run, as texts by what they are about. */
function facts(program, { nodes: ends, answers, asked, unseen, left }) {
  const known = new Map();
  for (const { id, kind } of nodes(program)) {
    if (!(id in ends)) continue;
    const { at, reason, ...how } = ends[id];
    known.set(`${kind} ${id}`, `${at}: ${JSON.stringify(how)}`);
    if (reason !== undefined) known.set(`reason of ${id}`, reason);
    if (kind === 'leaf') known.set(`cancelling of ${id}`, String(asked[id]));
    if (unseen.includes(id)) known.set(`unseen ${id}`, 'yes');
  }
  for (const { at, id, answer } of answers) known.set(`cancel ${id} at ${at}`, String(answer));
  for (const what of left) known.set(`${LEFT}: ${what}`, 'yes');
  return known;
}

/** Whether docs/asyncio.md says that this may differ. */
function documented({ about, theirs }, program, exempt, raced) {
  // "The reason stays": CPython has lost it where there is none.
  if (about.startsWith('reason of')) return theirs === undefined;
  // A leaf that a race ended before its first step, or after it, may be asked once more, or not.
  if (about.startsWith('cancelling of')) return raced.has(Number(about.split(' ')[2]));
  // A body that a race ended before, or after, it stopped that one.
  if (about.startsWith('cancel ')) {
    return [...nodes(program)].some(({ id, steps = [] }) =>
      raced.has(id) && steps.some(({ stop }) => stop === Number(about.split(' ')[1])));
  }
  return about.startsWith('unseen') && exempt.has(Number(about.split(' ')[1]));
}

/** The ids whose errors may go unseen on one side only. */
function unseenExempt(program, { logged, made, nodes: ends }, raced) {
  const exempt = new Set(logged); // "Reports where asyncio is silent": it has logged these already
  for (const node of nodes(program)) {
    if (PROMISES.includes(node.kind)) exempt.add(node.id); // "Futures: a promise": the engine reports it
    if (raced.has(node.id)) node.items?.forEach((id) => exempt.add(id));
  }
  for (const { id, kind, items } of nodes(program)) {
    if (kind !== 'shield') continue;
    if (exempt.has(items[0])) exempt.add(id);
    else if (exempt.has(id) && ends[items[0]]?.at <= made[id]) exempt.add(items[0]); // what is over is its own shield
  }
  return exempt;
}

/** Whether all that first went otherwise went by a race, or follows from that; a leaf's end does not. */
function excusable(program, raced, ours, theirs) {
  const moment = ({ id }) => Math.min(...[ours, theirs].map(({ nodes: ends }) => ends[id]?.at ?? Infinity));
  const end = ({ nodes: ends }, id) => JSON.stringify({ ...ends[id], reason: undefined });
  const unlike = [...nodes(program)].filter(({ id }) => end(ours, id) !== end(theirs, id));
  const earliest = Math.min(...unlike.map(moment));
  const first = unlike.filter((node) => moment(node) === earliest);
  return first.some(({ id }) => raced.has(id)) && first.every(({ id, kind }) => kind !== 'leaf' || raced.has(id));
}

/** What differs. If a race went otherwise, all may that follows; but nothing is left at the end even then. */
function differences(program, ours, theirs) {
  const [a, b] = [facts(program, ours), facts(program, theirs)];
  const raced = races(program, ours, theirs);
  const exempt = unseenExempt(program, theirs, raced);
  const excused = excusable(program, raced, ours, theirs);
  const differing = [...new Set([...a.keys(), ...b.keys()])]
    .map((about) => ({ about, ours: a.get(about), theirs: b.get(about) }))
    .filter((fact) => fact.ours !== fact.theirs && !documented(fact, program, exempt, raced))
    .filter(({ about }) => !excused || about.startsWith(LEFT));
  return { differing, excused };
}

/** Batches of random programs. */
export function* randomBatches(programs, seed, size = 100) {
  for (let from = 0; from < programs; from += size) {
    yield Array.from({ length: Math.min(size, programs - from) }, (_, i) => generate(seed, from + i));
  }
}
