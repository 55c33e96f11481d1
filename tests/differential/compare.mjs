// The law under test: for every program the runtime's trace is CPython's.
import { sections } from '../conformance/sections.mjs';
import { CPython } from './cpython.mjs';
import { generate } from './generate.mjs';
import { subject } from './subject.mjs';
import { print } from './tree.mjs';

const FIRST_BATCH = 200; // a broken runtime shows soon
const BATCH = 1000;

export class Comparison {
  constructor({ host = 'native', build, fault, reference = new CPython() } = {}) {
    this.reference = reference;
    this.subject = subject({ host, build, fault });
  }

  /** Those whose traces differ, with both traces; after one that breaks the runtime, none is looked at. */
  async mismatches(scenarios) {
    const [traces, got] = await Promise.all([
      this.reference.run(scenarios.map(print).join('\n')),
      this.subject.run(scenarios),
    ]);
    const want = sections(traces, '==');
    return scenarios
      .filter(({ name }) => got.has(name))
      .map((scenario) => ({ scenario, want: want.get(scenario.name), got: got.get(scenario.name) }))
      .filter((pair) => pair.want !== pair.got);
  }

  async close() {
    await Promise.all([this.reference.close(), this.subject.close()]);
  }
}

/** Batches of random programs. The next one is made while the last one runs. */
export function* randomBatches(programs, seed) {
  for (let from = 0; from < programs; ) {
    const size = Math.min(from ? BATCH : FIRST_BATCH, programs - from);
    yield Array.from({ length: size }, (_, i) => generate(seed, from + i));
    from += size;
  }
}

/** Runs the batches until one has a mismatch, and gives the mismatches. `progress` hears the number of programs run. */
export async function firstMismatches(comparison, batches, progress = () => {}) {
  let done = 0;
  let batch = batches.next().value;
  while (batch) {
    const running = comparison.mismatches(batch);
    const following = batches.next().value;
    const found = await running;
    progress((done += batch.length), found.length);
    if (found.length) return { done, found };
    batch = following;
  }
  return { done, found: [] };
}
