// What each family of programs is about: the objects it has, and how often each statement stands in its bodies, in main
// and in a burst. A family is asked anew for every program, so that the objects differ.

const CORE = {
  sleep: 14, spin: 3, log: 1, state: 2, cancel: 8, uncancel: 1.5, cancelling: 1.5, spawn: 4, return: 1, raise: 1.5,
  reraise: 1, resolve: 1, fail: 0.7, await: 6, awaitSelf: 0.15, try: 8, repeat: 1, burst: 1.5,
};
const COMBINE = { shield: 4, wait_for: 5, gather: 5, wait: 4, as_completed: 3 };
const SCOPES = { timeout: 7, group: 6, gspawn: 8, reschedule: 2 };
const SYNC = {
  set: 2, clear: 1, wait_event: 2, locked: 4, limited: 3, acquire: 1, release: 0.7, condWait: 3, condNotify: 3,
  condLoose: 0.4, put: 3, get: 2, consume: 1.5, task_done: 0.5, join: 1, shutdown: 0.6, barrier: 4, abort: 0.6,
  reset: 0.6,
};
const POKES = {
  cancel: 6, uncancel: 1, resolve: 2, fail: 1, set: 1.5, clear: 0.5, release: 1, condNotify: 1.5, put: 1.5, get: 0.7,
  task_done: 0.5, shutdown: 0.3, abort: 0.4, reset: 0.4, barrier: 0.7, spawn: 1, gspawn: 1,
  reschedule: 0.3,
};

const scaled = (table, factor) =>
  Object.fromEntries(Object.entries(table).map(([key, weight]) => [key, weight * factor]));

function futures(random) {
  return ['F', 'G'].filter(() => random.chance(0.6)).map((name) => ['future', name]);
}

function everything(random) {
  const maybe = (likely, ...words) => (random.chance(likely) ? [words] : []);
  const objects = [
    ...futures(random),
    ...maybe(0.5, 'event', 'E'),
    ...maybe(0.7, 'lock', 'L'),
    ...maybe(0.15, 'lock', 'M'),
    ...maybe(0.45, 'semaphore', 'S', random.from(0, 2)),
    ...maybe(0.45, 'queue', 'Q', random.from(0, 2)),
    ...maybe(0.1, 'queue', 'R', random.from(0, 2)),
    ...maybe(0.45, 'barrier', 'B', random.from(1, 3)),
  ];
  const locks = objects.filter(([kind]) => kind === 'lock').map(([, name]) => name);
  if (locks.length) objects.push(...maybe(0.7, 'condition', 'C', random.pick(locks)));
  if (locks.length) objects.push(...maybe(0.15, 'condition', 'D', random.pick(locks)));
  return objects;
}

const broad = (objects, weights) => (random) =>
  ({ objects: objects(random), weights, main: weights, pokes: POKES, letters: 'ab' });

// A race: several tasks of one body wait for one object, and main wakes, cancels and feeds them at one instant.
const HASTE = { sleep: 3, try: 3, timeout: 1, wait_for: 1, reraise: 0.5, cancelling: 0.3, raise: 0.3, return: 0.3 };
const STIR = { burst: 9, sleep: 5, spawn: 2, try: 1, wait: 0.7, gather: 0.5, timeout: 0.5, group: 0.5 };

const race = (objects, waits, pokes, stirs = {}) => (random) => ({
  objects: objects(random),
  weights: { ...HASTE, ...waits },
  main: { ...STIR, ...stirs },
  pokes: { cancel: 4, uncancel: 0.3, spawn: 0.7, ...pokes },
  letters: 'abcd',
});

const RACES = [
  race(() => [['future', 'F'], ['future', 'G']],
    { await: 4, shield: 3, wait_for: 3, gather: 3, wait: 3, as_completed: 2 }, { resolve: 2, fail: 1.5 }),
  race(() => [['event', 'E']], { wait_event: 8 }, { set: 3, clear: 2 }),
  race(() => [['lock', 'L']], { locked: 7, acquire: 1 }, { release: 1.5 }, { locked: 4 }),
  race((random) => [['semaphore', 'S', random.from(0, 2)]], { limited: 7, acquire: 1 }, { release: 2.5 },
    { limited: 2 }),
  race((random) => [['queue', 'Q', random.from(0, 2)]], { get: 5, consume: 3, put: 4, join: 1, task_done: 0.5 },
    { put: 3, get: 1, task_done: 1, shutdown: 0.3 }),
  race(() => [['lock', 'L'], ['condition', 'C', 'L']], { condWait: 8, condNotify: 2, locked: 1 }, { condNotify: 3 },
    { locked: 1.5 }),
  race((random) => [['barrier', 'B', random.from(1, 4)]], { barrier: 8 }, { abort: 0.4, reset: 0.6, barrier: 0.7 }),
  race(futures, { gather: 4, wait: 4, shield: 3, wait_for: 4, as_completed: 3, await: 3 }, { resolve: 1, fail: 1 }),
  race(futures, { timeout: 6, group: 5, gspawn: 6, reschedule: 2, raise: 1.5, uncancel: 0.7, await: 1 },
    { uncancel: 1, gspawn: 2, reschedule: 1 }, { timeout: 3, group: 4, gspawn: 3 }),
];

export const FAMILIES = {
  core: broad(futures, CORE),
  combine: broad(futures, { ...CORE, ...scaled(COMBINE, 1.3) }),
  scopes: broad(futures, { ...CORE, ...scaled(SCOPES, 1.3), ...scaled(COMBINE, 0.25) }),
  sync: broad(everything, { ...CORE, ...scaled(SYNC, 1.3), ...scaled(SCOPES, 0.2) }),
  all: broad(everything, { ...CORE, ...scaled(COMBINE, 0.7), ...scaled(SCOPES, 0.7), ...scaled(SYNC, 0.7) }),
  races: (random) => random.pick(RACES)(random),
};
