// The demo page in real browsers: every button of it does what it says, and the page keeps its 60 frames a second while
// C computes. README's pictures are taken here: WASYNCIO_PICTURES=docs/images node --test tests/web/demo.test.mjs
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/make.mjs';
import { serve } from '../../web/serve.mjs';
import { browsers, missing, open } from '../browsers.mjs';
import { visit } from './visit.mjs';

const pictures = join(root, process.env.WASYNCIO_PICTURES ?? 'build/tests/web');

/** The mean milliseconds from one of 90 frames to the next, with so many of work by JavaScript in each. */
const frames = (page, work) => page.evaluate((work) => new Promise((resolve) => {
  let count = 0, first;
  requestAnimationFrame(function frame(time) {
    first ??= time;
    if (count++ === 90) return resolve((time - first) / 90);
    for (const end = performance.now() + work; performance.now() < end;) continue;
    requestAnimationFrame(frame);
  });
}), work);

for (const name of browsers) {
  describe(`the demo in ${name}`, { skip: missing(name), timeout: 900_000 }, () => {
    for (const missed of ['demo.wasm', 'page.js', 'future.js']) {
      test(`without ${missed} it says so, and offers nothing`, async (t) => {
        const { url, close } = await serve();
        t.after(close);
        const page = await (await open(name, t)).newPage();
        await page.setRequestInterception(true);
        page.on('request', (request) => (request.url().endsWith(missed) ? request.abort() : request.continue()));
        await page.goto(`${url}web/`);
        const line = await page.waitForSelector('[role=alert]');
        assert.match(await line.evaluate((element) => element.textContent), /^The page could not start: ./);
        const buttons = await page.$$eval('button', (all) => all.map((button) => ({
          disabled: button.disabled, visibility: getComputedStyle(button).visibility,
        })));
        for (const button of buttons) assert.deepEqual(button, { disabled: true, visibility: 'visible' });
      });
    }

    test('it needs no inline script or style, which many a content security policy forbids', async (t) => {
      const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:";
      const { url, close } = await serve(0, { 'content-security-policy': policy });
      t.after(close);
      const { abort, errors, start, state } = await visit(name, t, { url });
      await start('mandelbrot');
      await abort('mandelbrot 1');
      await state('mandelbrot 1', 'aborted');
      assert.deepEqual(errors, []);
    });

    test('a task that computes, one that fetches and one that sleeps are aborted where they are', async (t) => {
      const { abort, errors, page, start, state, text, url } = await visit(name, t);
      const gone = [];
      page.on('requestfailed', (request) => gone.push(request.url()));
      for (const program of ['mandelbrot', 'download', 'metronome']) await start(program);
      await state('mandelbrot 1', 'running');
      await state('download 1', 'waiting');
      assert.match(await text('mandelbrot 1', 'state'), /^computes, \d+ %$/);
      assert.match(await text('download 1', 'site'), /^download\.c:\d+$/);
      assert.match(await text('metronome 1', 'site'), /^metronome\.c:\d+$/);
      const beats = () => /beat [2-9]/.test(document.querySelector('[data-task="metronome 1"]').textContent);
      await page.waitForFunction(beats);

      for (const task of ['mandelbrot 1', 'download 1', 'metronome 1']) {
        await abort(task);
        await state(task, 'aborted');
        assert.equal(await text(task, 'note'), 'you clicked Abort');
      }
      assert.deepEqual(gone.map((one) => one.replace(/\?.*/, '')), [`${url}web/slow`], 'the fetch was aborted too');
      assert.deepEqual(errors.map(({ message }) => message), gone.map((one) => `${one} failed`));
    });

    test('what a host function failed with is read in its task\'s row, and the whole sentence in its title', async (t) => {
      const { page, start, state, text } = await visit(name, t);
      await page.setRequestInterception(true);
      page.on('request', (request) => (request.url().includes('/slow') ? request.abort() : request.continue()));
      await start('download');
      await state('download 1', 'failed');
      assert.match(await text('download 1', 'note'), /^(Failed to fetch|NetworkError when attempting to fetch resource\.)$/);
      const title = await page.$eval('[data-task="download 1"] .note', (note) => note.title);
      assert.match(title, /^task 'download 1' ended with WA_EHOST.*fetch/);
    });

    test('one AbortController ends all, each at its own pace; what is swallowed is reported', async (t) => {
      const { click, errors, page, start, state, text } = await visit(name, t);
      for (const program of ['primes', 'pipeline', 'lock', 'cleanup', 'swallow']) await start(program);
      await state('pipeline 1 / producer', 'waiting');
      await state('lock 1 / Grace', 'waiting');
      await Promise.all([state('cleanup 1', 'cleanup'), click('#abort-all')]);
      for (const task of ['primes 1', 'pipeline 1', 'pipeline 1 / consumer A', 'lock 1', 'lock 1 / Ada']) {
        await state(task, 'aborted');
      }
      assert.equal(await text('primes 1', 'note'), 'you clicked Abort all');
      await state('cleanup 1', 'aborted');
      assert.ok(parseFloat(await text('cleanup 1', 'age')) >= 1.2, 'its clean-up takes its time');
      await state('swallow 1', 'swallowed');
      const reports = await page.$$eval('#reports li', (lines) => lines.map((line) => line.textContent));
      assert.match(reports.join('\n'), /task 'swallow 1' swallowed its cancellation: told at swallow\.c:\d+/);
      assert.equal(await page.$eval('#count', (count) => count.textContent), '0');
      assert.deepEqual(errors, []);

      await start('primes'); // all's signal is a new one
      await state('primes 2', 'running');
    });

    test('a part is aborted alone: who holds the lock hands it on', async (t) => {
      const { abort, start, state } = await visit(name, t);
      await start('lock');
      await state('lock 1 / Ada', 'waiting');
      await abort('lock 1 / Ada');
      await state('lock 1 / Ada', 'aborted');
      await state('lock 1 / Grace', 'waiting');
    });

    test('the source of a task shows the line of its await', async (t) => {
      const { click, page, start } = await visit(name, t);
      for (const program of ['metronome', 'pipeline']) await start(program);
      await click('[data-task="pipeline 1"]');
      await page.waitForFunction(() => document.querySelector('#source .here')?.textContent.includes('wa_group_exit'));
      await click('[data-task="metronome 1"]');
      await page.waitForFunction(() => document.querySelector('#source .here')?.textContent.includes('wa_sleep'));
    });

    test('the source of a task that has ended says so', async (t) => {
      const { click, page, start } = await visit(name, t);
      await start('mandelbrot');
      const matches = (pattern) => new RegExp(pattern).test(document.getElementById('place').textContent);
      const place = (pattern) => page.waitForFunction(matches, {}, pattern);
      await place('^mandelbrot 1: line \\d+$');
      await click('#abort-all');
      await place('^mandelbrot 1 has ended: last at line \\d+$');
    });

    test('a source that cannot be fetched is told, and is asked for again', async (t) => {
      const { errors, page, start } = await visit(name, t);
      let answer = (request) => request.abort();
      await page.setRequestInterception(true);
      page.on('request', (request) => (request.url().endsWith('lock.c') ? answer(request) : request.continue()));
      const includes = (text) => document.querySelector('#source').textContent.includes(text);
      const shown = (text) => page.waitForFunction(includes, {}, text);
      await start('lock');
      await shown("lock.c can't be read: ");
      answer = (request) => request.respond({ status: 503 });
      await shown("lock.c can't be read: 503");
      answer = (request) => request.continue();
      await page.waitForSelector('#source .here');
      assert.deepEqual(errors.filter(({ message }) => !message.endsWith('lock.c failed')), []);
    });

    test('a task without a checkpoint blocks the page, and is named for it', async (t) => {
      const { page, start } = await visit(name, t);
      await start('block');
      await page.waitForSelector('#reports li');
      const report = await page.$eval('#reports li', (line) => line.textContent);
      assert.match(report, /task 'block 1' ran \d+ ms without an await/);
    });

    test('300 tasks cost a frame what is in view of them; the others take turns', async (t) => {
      const { page } = await visit(name, t);
      await page.evaluate(() => {
        for (let i = 0; i < 300; i++) document.querySelector('[data-start=metronome]').click();
      });
      await page.waitForFunction(() => document.querySelectorAll('#tasks li').length === 300);
      t.diagnostic(`${(await frames(page, 0)).toFixed(2)} ms a frame`);
      const changes = await page.evaluate(() => new Promise((resolve) => {
        let count = 0;
        const observer = new MutationObserver((all) => { count += all.length; });
        observer.observe(document.getElementById('tasks'), { childList: true, subtree: true });
        setTimeout(() => resolve(count), 1000);
      }));
      assert.ok(changes < 1500, `${changes} changes of the list in a second`);
      await page.waitForFunction(() => /beat \d/.test(document.querySelector('#tasks li:last-child').textContent));
    });

    test('60 frames a second while two tasks compute', async (t) => {
      const { click, page, start, state } = await visit(name, t);
      // Whatever else the machine does takes frames from any page that computes, and C its share of the time. So JavaScript
      // computes as much of each frame right after C did, and the best round of eight counts in which C had its share.
      let best;
      const rounds = [];
      for (let round = 1; round <= 8 && !(best?.ratio < 1.02); round++) {
        for (const program of ['primes', 'mandelbrot']) await start(program);
        for (const program of ['primes', 'mandelbrot']) await state(`${program} ${round}`, 'running');
        const c = await frames(page, 0);
        const share = await page.$eval('#busy', (busy) => parseInt(busy.textContent));
        await click('#abort-all');
        const js = await frames(page, share / 100 * 1000 / 60);
        const ratio = c / js;
        rounds.push(`${c.toFixed(2)} ms a frame, C runs ${share} % of the time; JavaScript: ${js.toFixed(2)} ms`);
        if (share > 25 && !(best?.ratio <= ratio)) best = { ratio, text: rounds.at(-1) };
      }
      t.diagnostic(best?.text);
      assert.ok(best, `C runs too little of the time: ${rounds.join('; ')}`);
      assert.ok(best.ratio < 1.15, `C takes frames: ${rounds.join('; ')}`);
    });
  });
}

describe('the pictures', { skip: missing('chromium') }, () => {
  for (const scheme of ['light', 'dark']) {
    test(scheme, async (t) => {
      mkdirSync(pictures, { recursive: true });
      const { abort, click, page, start, state } = await visit('chromium', t, { scheme });
      for (const program of ['metronome', 'mandelbrot']) await start(program);
      await sleep(1500);
      await start('download');
      await sleep(1500);
      for (const program of ['pipeline', 'cleanup']) await start(program);
      await click('[data-task="pipeline 1"]');
      await sleep(1000);
      for (const program of ['primes', 'swallow']) await start(program);
      await sleep(1000);
      await abort('download 1');
      await sleep(2200);
      for (const task of ['primes 1', 'swallow 1']) await abort(task);
      await sleep(1500);
      await Promise.all([state('cleanup 1', 'cleanup'), abort('cleanup 1')]);
      await sleep(600);
      await page.screenshot({ path: join(pictures, `demo-${scheme}.png`) });
      t.diagnostic(await page.$eval('.meters', (meters) => meters.innerText.replaceAll('\n', ' ')));
    });
  }
});
