// What the subjects written in JavaScript share: the clock, and a crowd that runs against it, as bench/c/bench.h has.
export const now = () => performance.now() * 1e6;

export class Crowd {
  check = 0;
  constructor(n, count) {
    this.n = this.left = n;
    this.count = count;
  }
  /** Makes n of them; they have begun when the clock starts. */
  begin(make) {
    const tasks = [];
    for (let i = 0; i < this.n; i++) tasks.push(make(this, i));
    this.start = now();
    return tasks;
  }
  arrive(check) {
    this.check += check;
    if (--this.left === 0) this.end = now();
  }
  get answer() { return { value: this.end - this.start, check: this.check }; }
}

// The delays of n timers, as bench/c/time.c has them, in milliseconds.
export function delays(n) {
  const base = 2 + Math.trunc(n * 0.004);
  const spread = 10 + Math.trunc(n * 0.001);
  return { last: base + spread, delay: (i) => base + (Math.imul(i, 2654435761) >>> 8) % spread };
}

/** Nobody gets a turn until then. */
export function block(until) {
  let time;
  while ((time = now()) < until);
  return time;
}

/** What a subject's module gives: run(name, n, depth, count) -> { value, check }. A variant has benches of its own. */
export const byName = (benches, variant) => (name, ...job) => {
  const bench = benches[variant ? `${name}-${variant}` : name];
  if (!bench) throw new Error(`no bench is named ${name}`);
  return bench(...job);
};

/** What is alive in Node's JavaScript memory, in bytes. */
export const heap = () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
