// npm test compiles app.c and runs this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from 'wasyncio';

const url = new URL('app.wasm', import.meta.url);

test('a task computes', async () => {
  const rt = await load(url);
  assert.equal(await rt.spawn('primes', '1000'), 168);
  await rt.close();
});

for (const [name, input] of [['primes', '4000000000'], ['countdown', '1000']]) {
  test(`${name} is aborted, and cleans up`, async () => {
    let printed = '';
    const rt = await load(url, { stdout: (text) => { printed += text; } });
    const stop = new AbortController();
    const task = rt.spawn(name, input, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await assert.rejects(task, /enough/);
    assert.ok(task.cancelled);
    assert.match(printed, /stopped .*enough/);
    await rt.close();
  });
}
