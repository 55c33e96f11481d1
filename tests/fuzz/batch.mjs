// One batch: an instance, and many random sequences of calls against it, each adding to what those before have left. At
// the end the runtime must be whole: everything given back, and a task gives the right answer.
import assert from 'node:assert/strict';
import { weights } from './exports.mjs';
import { Guest } from './guest.mjs';
import { Random } from './random.mjs';
import { Values } from './values.mjs';

export const sequences = 100; // in a batch
const NUMBER = 3;

// What a host that does nothing wrong finds, after all that was done to it.
function checkWhole(guest) {
  guest.call('wax_discard');
  const view = () => new DataView(guest.memory);
  const counts = guest.call('wax_counts') >>> 0;
  const names = ['tasks', 'futures', 'timers', 'operations', 'handles', 'stacks'];
  names.forEach((name, i) => assert.equal(view().getUint32(counts + 4 * i, true), 0, `${name} are left`));
  for (const block of new Set(guest.values.blocks)) guest.call('wax_free', block);
  assert.equal(guest.call('wax_init', 0, 0, 0), 0);
  const [echo] = guest.values.entries;
  const task = guest.call('wax_spawn', echo, NUMBER, 0, 0, 42, 0, 0, 0);
  guest.call('wax_turn');
  const info = guest.call('wax_info', task) >>> 0;
  assert.equal(view().getInt32(info + 4, true), 0);
  assert.equal(view().getFloat64(info + 40, true), 42);
}

// Names of the guest's tasks lie in its memory: echo comes first, since it was registered first.
function findEntries(guest) {
  const { exports, values } = guest;
  for (let i = 0, name; (name = exports.wax_entry(i)) !== 0; i++) values.entries.push(exports.wax_find(name) >>> 0);
}

/** Runs it. print(text) hears of each call before it is made. Throws what went wrong, with `sequence`: where. */
export function runBatch(module, seed, print) {
  const random = new Random(seed);
  const guest = new Guest(module, new Values(random, weights));
  if (print) guest.log = { push: print };
  let sequence = -1;
  try {
    for (let i = random.below(6); i > 0; i--) guest.any(); // before anything was initialised
    findEntries(guest);
    guest.call('wax_init', random.below(2), random.pick([0, 0.05, 1]), 0);
    for (sequence = 0; sequence < sequences; sequence++) {
      print?.(`-- sequence ${sequence}`);
      for (let i = 4 + random.below(16); i > 0; i--) guest.any();
    }
    print?.('-- the end');
    checkWhole(guest);
  } catch (error) {
    throw Object.assign(error, { sequence });
  }
}
