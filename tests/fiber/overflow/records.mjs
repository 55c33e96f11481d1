// node [--stack-size=KB] records.mjs PROGRAM.wasm: suspends at many depths; each must work, or end in an error that names
// the task, with nothing else touched. Prints how many did which. (A process of its own, for the engine's stack.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { among, settle } from './among.mjs';

const depths = [500, 1000, 2000, 3000, 4000, 6000, 10_000, 20_000, 50_000, 100_000];
let worked = 0, told = 0;
await among(await WebAssembly.compile(readFileSync(process.argv[2])), async (rt) => {
  for (const task of ['deep', 'deep_and_wide']) {
    for (const depth of depths) {
      const name = `${task} ${depth}`;
      const { value, error } = await settle(rt.spawn(task, depth, { name, stackSize: 2 ** 27 }));
      if (error) assert.equal(error.name, 'StackOverflowError', error.stack);
      if (error) assert.ok(error.message.startsWith(`task '${name}'`), error.message);
      else assert.equal(value, depth);
      if (error) told++;
      else worked++;
      assert.equal(await rt.spawn('check_statics'), 0, `after ${name}`);
    }
  }
});
console.log(JSON.stringify({ worked, told }));
