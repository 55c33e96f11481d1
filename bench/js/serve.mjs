// A subject in a Node process of its own: a line of JSON when it is ready; then a line in, "BENCH n depth count", and a
// line of JSON out.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [subject, argument] = process.argv.slice(2);
const read = (name) => readFileSync(new URL(`../../build/bench/${name}`, import.meta.url));
const { default: open } = await import(`./${subject}.mjs`);
const run = await open(read, argument);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

say({});

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...job] = line.split(' ');
  let answer;
  try {
    answer = await run(name, ...job.map(Number));
  } catch (error) {
    answer = { error: `${error?.stack ?? error}` };
  }
  say(answer);
}
process.exit(0);
