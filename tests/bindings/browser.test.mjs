// The same modules in real browsers, in a page and in a module worker: nothing of Node's is in the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browsers, missing, open } from '../browsers.mjs';
import { serve } from './serve.mjs';
import { program } from './setup.mjs';

const wasm = await program('wasi');
const streams = await program('wasi', 'streams');

for (const name of browsers) {
  test(name, { skip: missing(name), timeout: 120_000 }, async (t) => {
    const url = `${await serve(t, { 'program.wasm': wasm, 'streams.wasm': streams })}/tests/bindings/page.html`;
    const page = await (await open(name, t)).newPage();
    await page.goto(url);
    for (const where of ['page', 'worker']) {
      const { slept, ...rest } = await page.evaluate((where) => globalThis[where](), where);
      assert.deepEqual(rest, {
        text: 'é 漢',
        fetched: 'hello from the server',
        relative: 'by a string',
        computing: 'stop',
        hanging: 'TimeoutError',
        overflow: 'StackOverflowError',
        after: 'alive',
        counts: { tasks: 0, futures: 0, timers: 0, operations: 0, handles: 0, stacks: 0 },
      }, where);
      assert.ok(slept >= 29 && slept < 10_000, `${where}: slept ${slept} ms`); // of 30; a slow machine has its time
    }
    // As docs/data.md has it: a browser's own Response is not told why a stream ended.
    const reasons = await page.evaluate(async () => {
      const [{ load }, { pipe }] = await Promise.all(['index', 'streams'].map((file) => import(`/bindings/${file}.js`)));
      const rt = await load('/streams.wasm');
      const messages = [];
      for (const read of [(stream) => new Response(stream).text(), (stream) => stream.getReader().read()]) {
        const { task, readable } = pipe(rt, 'pass', { from: new ReadableStream() });
        const outcomes = Promise.allSettled([read(readable), task]);
        task.cancel(new Error('the reason'));
        messages.push(...(await outcomes).map(({ reason }) => `${reason.name}: ${reason.message}`));
      }
      await rt.close();
      return messages;
    });
    const [hidden, ...told] = reasons;
    assert.match(hidden, { chromium: /^TypeError: Failed to fetch$/, firefox: /^AbortError: / }[name]);
    for (const each of told) assert.match(each, /the reason/);
    // Eight runtimes that compute: as many turns come between two frames as of one runtime.
    const turns = await page.evaluate(async () => {
      const { afterHost } = await import('/bindings/frames.js');
      const counts = [];
      let count = 0;
      const work = () => {
        for (const end = performance.now() + 8; performance.now() < end;) continue;
        count++;
        if (counts.length < 30) afterHost(work);
      };
      for (let i = 0; i < 8; i++) afterHost(work);
      await new Promise((resolve) => {
        requestAnimationFrame(function frame() {
          if (counts.push(count) === 30) return resolve();
          count = 0;
          requestAnimationFrame(frame);
        });
      });
      return counts.sort((a, b) => a - b)[15];
    });
    assert.ok(turns < 6, `${turns} turns from one frame to the next`);
  });
}

for (const name of browsers) {
  test(`${name}: tasks go on in a page that was left and came back`, { skip: missing(name), timeout: 120_000 }, async (t) => {
    const url = `${await serve(t, { 'program.wasm': wasm })}/tests/bindings`;
    const page = await (await open(name, t)).newPage();
    await page.goto(`${url}/page.html`);
    await page.evaluate(async () => {
      const { load } = await import('/bindings/index.js');
      const rt = await load('/program.wasm');
      const sleeping = rt.spawn('sleeper', 100);
      let computing;
      addEventListener('pagehide', () => { computing = rt.spawn('compute'); }); // its turn comes in the middle of the leave
      globalThis.back = new Promise((resolve) => addEventListener('pageshow', async ({ persisted }) => {
        setTimeout(resolve, 5000, 'tasks do not go on');
        const slept = await sleeping;
        computing.cancel('stop');
        resolve({ persisted, slept, stopped: (await computing.catch((error) => error)).reason });
      }));
    });
    await page.goto(`${url}/signals.html`);
    await page.goBack({ timeout: 3000 }).catch(() => {}); // Firefox's driver waits for a load, of which there is none
    assert.deepEqual(await page.evaluate(() => globalThis.back), { persisted: true, slept: 0, stopped: 'stop' });
  });
}
