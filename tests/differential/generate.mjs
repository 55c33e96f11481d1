// A random scenario, the same one for the same seed and number.

import { Author } from './author.mjs';
import { FAMILIES } from './families.mjs';
import { Random } from './random.mjs';
import { walk } from './tree.mjs';

const MOST_STEPS = 3000; // as the estimate below counts them: a program is to be many tasks, not a long run
const MOST_OPS = 250;

/** How many ops a program can run at most, each block once and each spawned task whole. */
function steps({ bodies }) {
  const known = new Map();
  const ofBody = (name) => {
    if (!known.has(name)) known.set(name, of(bodies.find((body) => body.name === name).ops));
    return known.get(name);
  };
  const of = (ops = []) => ops.reduce((sum, { words, body, handler, final }) => {
    const inner = of(body) + of(handler) + of(final);
    const spawned = words[0] === 'spawn' || words[0] === 'gspawn' ? ofBody(words[2]) : 0;
    return sum + 1 + spawned + inner * (words[0] === 'repeat' ? Number(words[1]) : 1);
  }, 0);
  return ofBody('main');
}

/** Program `index` of the stream `seed`. */
export function generate(seed, index) {
  const names = Object.keys(FAMILIES);
  const family = names[index % names.length];
  for (let attempt = 0; ; attempt++) {
    const random = new Random(seed, index, attempt);
    const author = new Author(random, FAMILIES[family](random));
    const bodies = author.bodies();
    const written = bodies.reduce((sum, { ops }) => sum + [...walk(ops)].length, 0);
    const scenario = { name: `${family}-${seed}-${index}`, objects: author.objects, bodies };
    if (written <= MOST_OPS && steps(scenario) <= MOST_STEPS) return scenario;
  }
}
