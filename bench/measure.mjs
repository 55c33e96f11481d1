// The measuring rule, the same for every subject.
//
//   find count    a batch, count operations a task, made larger until it takes `batch` ms: this also warms up
//   warm up       batches until `warm` ms have gone by, so that the engine's best code runs
//   rounds        one batch of each subject in turn, again and again; the figure is the median over the rounds
//
// Law: the clock runs inside the subject, over a whole batch; the figure is time divided by operations; an answer whose
// check is wrong ends the run.
import { spread } from './statistics.mjs';

export const rules = {
  full: { batch: 25, warm: 400, rounds: 11, most: Infinity, patience: 20_000, largest: Infinity },
  quick: { batch: 2, warm: 10, rounds: 3, most: 3, patience: 1_000, largest: 1_000 },
};

async function batch(subject, bench, point, count) {
  const answer = await subject.run({ bench: bench.name, ...point, count });
  const expected = bench.check(point.n, count);
  if (answer.check !== expected) {
    throw new Error(`${subject.name}, ${bench.name}: the check is ${answer.check}, not ${expected}: work was left out`);
  }
  return answer;
}

/** How many operations a task make a batch long enough. The subject is warm then. */
async function prepare(subject, bench, point, rule) {
  const least = Math.min(bench.batch ?? Infinity, rule.batch) * 1e6;
  const most = bench.most ?? 1e8;
  const begun = performance.now();
  const spent = () => performance.now() - begun;
  let count = bench.least ?? 1;
  for (;;) {
    const { value } = await batch(subject, bench, point, count);
    if (value >= least && (spent() >= rule.warm || value > rule.warm * 1e6)) return count;
    if (count >= most && spent() >= rule.warm) return count;
    const factor = value < least ? Math.min(10, Math.max(1.1, (1.2 * least) / Math.max(value, 1))) : 1;
    count = Math.min(most, Math.ceil(count * factor));
  }
}

/** Measures a bench at a point; gives each subject's { subject, value, ...spread } of time per operation. lost(subject, error)
 *  hears of one whose process has ended: an engine's own fault is no reason to measure nobody. */
export async function measure(bench, point, subjects, rule, progress, lost) {
  const entries = [];
  for (const subject of subjects) {
    progress(`warm-up: ${subject.name}`);
    try {
      entries.push({ subject, count: await prepare(subject, bench, point, rule), values: [], spent: 0 });
    } catch (error) {
      if (!error.ended) throw error;
      lost(subject, error);
    }
  }
  const rounds = Math.min(bench.rounds ?? rule.rounds, rule.most);
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      // Who is that slow shows it in three rounds.
      if (round >= 3 && entry.spent > rule.patience) continue;
      progress(`round ${round + 1} of ${rounds}: ${entry.subject.name}`);
      const begun = performance.now();
      const { value } = await batch(entry.subject, bench, point, entry.count);
      entry.values.push(value / (entry.count * point.n));
      entry.spent += performance.now() - begun;
    }
  }
  return entries.map(({ subject, count, values }) => {
    const { median: value, ...rest } = spread(values);
    return { subject: subject.name, value, ...rest, count };
  });
}

/** Bytes: once in each process, and nothing before it. Of ours the larger of two: the memory's growth, and what its
 *  live objects use, because a memory that is large enough from the start need not grow. */
export async function weigh(bench, point, open, names, progress, failed) {
  const rows = [];
  for (const name of names) {
    progress(name);
    const subject = await open(name);
    try {
      const { value, also } = await batch(subject, bench, point, 1);
      rows.push({ subject: name, value: Math.max(value, also ?? 0) / point.n, live: also && also / point.n });
    } catch (error) {
      failed(name, error);
    } finally {
      await subject.close();
    }
  }
  return rows;
}
