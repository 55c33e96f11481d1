// What is one step smaller than a program: an event, a step, an item or a word less, the inside of a body, shorter times.
import { shrinkBy } from '../shrink.mjs';
import { print } from './program.mjs';

const WORDS = ['eager', 'signal', 'timeout', 'collect', 'catches', 'take', 'mode'];
const TIMES = ['at', 'after', 'clean', 'timeout', 'move'];

const without = (list, at) => [...list.slice(0, at), ...list.slice(at + 1)];

/** Every record or list in which something was left out, one at a time. */
function* less(part) {
  if (Array.isArray(part)) {
    for (let i = 0; i < part.length; i++) {
      yield without(part, i);
      for (const instead of less(part[i])) yield part.with(i, instead);
    }
  } else if (part && typeof part === 'object') {
    for (const [key, value] of Object.entries(part)) {
      if (WORDS.includes(key)) yield { ...part, [key]: undefined };
      for (const instead of less(value)) yield { ...part, [key]: instead };
    }
  }
}

/** A tenth of all times that are long: short ones would come to be the same. */
const sooner = (key, value) => (TIMES.includes(key) && value > 10_000 ? Math.ceil(value / 10) : value);

function* smaller(program) {
  const plain = JSON.parse(JSON.stringify(program));
  yield { ...plain, events: JSON.parse(JSON.stringify(plain.events, sooner)) };
  for (const events of less(plain.events)) yield JSON.parse(JSON.stringify({ ...plain, events }));
}

const size = ({ events }) => JSON.stringify(events).length;

/** `failing(programs)` gives those that fail; `told` hears the number of lines after every step. */
export const shrink = (program, failing, told) => shrinkBy({ smaller, size, print }, program, failing, told);
