// What a generated program says: for every statement of the language, and a few idioms, a maker.
//
// A maker gets the author (author.mjs) and the place, and gives the ops of one statement, or nothing if the place does
// not allow it. Times are small whole numbers, so that many things fall on one instant: that is where the faults are.

import { block, op } from './tree.mjs';

const NAPS = [0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 7];
const LIMITS = ['-', '-', 0, 0, 1, 1, 2, 3, 4, 5, 7];

/** `acquire X`, and `release X` whatever happens in between: what every program does with a lock. */
const guarded = (name, body) => [op('acquire', name), block(['try'], body, { final: [op('release', name)] })];

/** A statement on one object of the kind, if the program has any. */
const on = (kind, make) => (author, place) => {
  const name = author.object(kind);
  return name && make(name, author, place);
};

/** A statement on what can be awaited here, if there is anything; `most` is the most of them. */
const over = (most, make) => (author, place) => {
  const names = author.awaitable(place, most);
  return names.length ? [...author.revive(names, place), make(author, names)] : undefined;
};

const condition = (make) =>
  on('condition', (name, author, place) => guarded(author.lockOf(name), make(name, author, place)));

/** A statement that leaves the block: mostly at its end, for what follows it never runs. */
const leaving = (make) => (author, place) =>
  place.final || (!place.last && author.random.chance(0.6)) ? undefined : [make(author)];

const target = (author) => (author.random.chance(0.2) ? 'self' : author.anyone());

export const STATEMENTS = {
  // Time and tasks
  sleep: (author) => [op('sleep', author.random.pick(NAPS))],
  spin: (author) => [op('spin', author.random.from(1, 3))],
  log: (author) => [op('log', `x${author.random.from(1, 3)}`)],
  state: (author) => [op('state', target(author))],
  cancel: (author) => [op('cancel', target(author))],
  uncancel: (author) => [op('uncancel', ...(author.random.chance(0.75) ? [] : [target(author)]))],
  cancelling: (author) => [op('cancelling', ...(author.random.chance(0.75) ? [] : [target(author)]))],
  spawn: (author, place) => author.spawn('spawn', place),
  return: leaving((author) => op('return', ...(author.random.chance(0.8) ? [author.value()] : []))),
  raise: leaving((author) => op('raise', author.error())),
  reraise: (author, place) => (place.handler ? [op('reraise')] : undefined),
  resolve: on('future', (name, author) => [op('resolve', name, author.value())]),
  fail: on('future', (name, author) => [op('fail', name, author.error())]),

  // Waiting for tasks and futures
  await: over(1, (author, names) => op('await', ...names)),
  awaitSelf: () => [op('await', 'self')],
  shield: over(1, (author, names) => op('shield', ...names)),
  wait_for: over(1, (author, names) => op('wait_for', ...names, author.random.pick(LIMITS))),
  gather: over(4, (author, names) => op('gather', author.random.pick(['raise', 'collect']), ...names)),
  wait: over(4, (author, names) =>
    op('wait', author.random.pick(['first', 'error', 'all']), author.random.pick(LIMITS), ...names)),
  as_completed: over(4, (author, names) => op('as_completed', author.random.pick(LIMITS), ...names)),

  // Blocks
  try: (author, place) => [author.tryBlock(place)],
  repeat: (author, place) =>
    place.repeated
      ? undefined
      : [block(['repeat', author.random.from(2, 3)], author.ops({ ...place, repeated: true }))],
  timeout: (author, place) =>
    [block(['timeout', author.random.pick(LIMITS)], author.ops({ ...place, timeout: true }))],
  group: (author, place) => [block(['group'], author.groupOps({ ...place, group: true }))],
  gspawn: (author, place) => (place.group || author.random.chance(0.02) ? author.spawn('gspawn', place) : undefined),
  reschedule: (author, place) =>
    place.timeout || author.random.chance(0.05) ? [op('reschedule', author.random.pick(LIMITS))] : undefined,

  // Synchronisation
  set: on('event', (name) => [op('set', name)]),
  clear: on('event', (name) => [op('clear', name)]),
  wait_event: on('event', (name) => [op('wait_event', name)]),
  locked: on('lock', (name, author, place) => guarded(name, author.ops(place, 2))),
  limited: on('semaphore', (name, author, place) => guarded(name, author.ops(place, 2))),
  acquire: (author) => author.loose('acquire'),
  release: (author) => author.loose('release'),
  condWait: condition((name) => [op('cond_wait', name)]),
  condNotify: condition((name, author) => [op('notify', name, author.random.from(1, 2))]),
  condLoose: on('condition', (name, author) =>
    [author.random.chance(0.5) ? op('cond_wait', name) : op('notify', name, 1)]),
  put: on('queue', (name, author) => [op('put', name, author.value())]),
  get: on('queue', (name) => [op('get', name)]),
  consume: on('queue', (name) => [op('get', name), op('task_done', name)]),
  task_done: on('queue', (name) => [op('task_done', name)]),
  join: on('queue', (name) => [op('join', name)]),
  shutdown: on('queue', (name, author) => [op('shutdown', name, ...(author.random.chance(0.4) ? ['now'] : []))]),
  barrier: on('barrier', (name) => [op('barrier', name)]),
  abort: on('barrier', (name) => [op('abort', name)]),
  reset: on('barrier', (name) => [op('reset', name)]),

  // Several things at one instant, with nothing in between or one turn of the loop: a race
  burst: (author, place) => author.burst(place),
};
