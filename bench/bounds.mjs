// What must be reached, and what was: each bound over the rows of one run.
const ours = ['wasyncio-clang', 'wasyncio-emcc'];
const value = (row) => row.ns_per_op ?? row.bytes_per_task ?? row.bytes;

const find = (rows, wanted) =>
  rows.find((row) => Object.entries(wanted).every(([key, word]) => row[key] === word));

// A figure against another's; both of the same host.
const ratio = (host, top, bottom) => (rows) => {
  const [a, b] = [find(rows, { host, ...top }), find(rows, { host, ...bottom })];
  return a && b && value(a) / value(b);
};
const alone = (wanted, scale = 1) => (rows) => {
  const row = find(rows, wanted);
  return row && value(row) * scale;
};

const atMost = (limit) => ({ limit: `at most ${limit}`, ok: (reached) => reached <= limit });
const atLeast = (limit) => ({ limit: `at least ${limit}`, ok: (reached) => reached >= limit });

// Each bound is [what, limit, unit, reached(rows)], for every one of our subjects.
const both = (host, make) => ours.flatMap((subject) => make(subject, host));
const at = (bench, n, depth = 1) => ({ bench, n, depth });

const faster = (what, where, times, host, peers) => both(host, (subject) => peers.map((peer) =>
  [`${what}: ${peer} / ${subject}, ${host}`, atLeast(times), 'x',
    ratio(host, { ...where, subject: peer }, { ...where, subject })]));
const within = (what, where, times, host, peer = 'js') => both(host, (subject) =>
  [[`${what}: ${subject} / ${peer}, ${host}`, atMost(times), 'x',
    ratio(host, { ...where, subject }, { ...where, subject: peer })]]);
const itself = (what, host, times, top, bottom) => both(host, (subject) =>
  [[`${what}: ${subject}, ${host}`, atMost(times), 'x', ratio(host, { ...top, subject }, { ...bottom, subject })]]);
const weight = (bench, bytes) => both('node', (subject) =>
  [[`${bench}, n = 1,000,000: ${subject}`, atMost(bytes), 'bytes a task',
    alone({ ...at(bench, 1_000_000), subject, host: 'node' })]]);

// The power of n by which a timer's price grows: 0.1 is what log n comes to over these three decades, 1 would be n.
const growth = (host) => both(host, (subject) => [[`sleep: growth from 1,000 to 1,000,000 timers: ${subject}, ${host}`,
  atMost(0.25), 'power of n', (rows) => {
    const times = ratio(host, { ...at('sleep', 1_000_000), subject }, { ...at('sleep', 1_000), subject })(rows);
    return times && Math.log(times) / Math.log(1_000);
  }]]);

const compute = ['sha256', 'queens', 'matrix'].flatMap((kernel) => ['clang', 'emcc'].map((tools) =>
  [`compute, ${kernel}: with the runtime / without, ${tools}`, atMost(1.03), 'x',
    ratio('node', { bench: `compute-${kernel}`, subject: `runtime, ${tools}` },
      { bench: `compute-${kernel}`, subject: `plain, ${tools}` })]));

const size = ['clang', 'emcc'].flatMap((tools) => [['tasks, cancel, timers -Os', 8], ['everything -Os', 16]].map(
  ([what, limit]) => [`size, ${what}, ${tools}`, atMost(limit), 'KB gzip',
    alone({ bench: 'size', subject: `${what}, ${tools}` }, 1 / 1024)]));

const bounds = [
  ...within('yield, n = 1,000', at('yield', 1_000), 0.35, 'node'),
  ...within('yield, n = 1,000', at('yield', 1_000), 0.35, 'chromium'),
  ...faster('yield, n = 1,000', at('yield', 1_000), 8, 'node', ['emscripten-fiber']),
  ...faster('yield, n = 1,000', at('yield', 1_000), 50, 'node', ['cpython']),
  ...faster('yield, n = 1,000', at('yield', 1_000), 300, 'node', ['pyodide']),
  ...['clang', 'emcc'].map((tools) => [`yield, n = 100,000 / n = 1,000, in turn: ${tools}`, atMost(1.5), 'x',
    ratio('node', { bench: 'yield-crowd', subject: `100,000, ${tools}` }, { bench: 'yield-crowd', subject: `1,000, ${tools}` })]),
  ...itself('await-depth, 50 / 1', 'node', 2, at('await-depth', 1_000, 50), at('await-depth', 1_000, 1)),
  ...within('spawn-await', at('spawn-await', 1), 0.5, 'node'),
  ...faster('cancel, n = 100,000', at('cancel', 100_000), 10, 'node', ['effection', 'effect', 'cpython']),
  ...within('cancel, n = 100,000', at('cancel', 100_000), 1, 'node'),
  ...growth('node'),
  ...faster('sleep, 1,000,000 timers', at('sleep', 1_000_000), 5, 'node', ['js', 'js, callbacks', 'cpython']),
  ...within('promise, n = 1,000', at('promise', 1_000), 1.3, 'node'),
  ...[['checkpoint', 'nothing else'], ['checkpoint-added', 'beside FNV-1a']].flatMap(([bench, where]) =>
    ours.map((subject) => [`checkpoint, ${where}: ${subject}`, atMost(1), 'ns a call',
      alone({ ...at(bench, 1), subject, host: 'node' })])),
  ...['clang', 'emcc'].map((tools) => [`SHA-256, checkpoints / none: ${tools}`, atMost(1.02), 'x',
    ratio('node', { bench: 'checkpoint-sha256', subject: `checks, ${tools}` },
      { bench: 'checkpoint-sha256', subject: `none, ${tools}` })]),
  ...weight('memory', 200),
  ...weight('memory-locals', 320),
  ...compute,
  ...size,
  ['size, bindings', atMost(6), 'KB minified gzip', alone({ bench: 'size', subject: 'bindings, minified' }, 1 / 1024)],
  ["build, Debian's tools: clang", atMost(1), 's', alone({ bench: 'build', subject: 'clang' }, 1e-9)],
  ["build, npm's tools", atMost(3), 's', alone({ bench: 'build', subject: 'npm' }, 1e-9)],
];

/** The bounds that these rows can tell of: { what, limit, reached, least, unit, ok }. The medians judge; the same of
 *  each subject's least time stands beside, because what else runs on a machine disturbs it less. */
export function judge(rows) {
  const leasts = rows.map((row) => (row.min === undefined ? row : { ...row, ns_per_op: row.min }));
  return bounds.flatMap(([what, { limit, ok }, unit, reach]) => {
    const reached = reach(rows);
    return reached === undefined ? [] : [{ what, limit, reached, least: reach(leasts), unit, ok: ok(reached) }];
  });
}
