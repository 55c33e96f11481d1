// Who can use the demo page: with the keyboard alone, on a phone, in the dark, without motion.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../scripts/make.mjs';
import { browsers, missing } from '../browsers.mjs';
import { visit } from './visit.mjs';

for (const name of browsers) {
  describe(`the demo in ${name}`, { skip: missing(name), timeout: 900_000 }, () => {
    for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
      test(`axe finds nothing that keeps anybody out, ${scheme}`, async (t) => {
        const { abort, page, start, state } = await visit(name, t, { scheme });
        await page.addScriptTag({ path: join(root, 'node_modules/axe-core/axe.min.js') });
        const look = async (when) => {
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const found = violations.map(({ help, nodes }) => `${help}: ${nodes.map((node) => node.failureSummary).join('; ')}`);
          assert.deepEqual(found, [], when);
        };
        await look('empty');
        for (const program of ['mandelbrot', 'primes', 'download', 'lock', 'cleanup', 'swallow']) await start(program);
        await state('mandelbrot 1', 'running');
        await page.click('[data-task="cleanup 1"]');
        await look('tasks of all kinds');
        for (const program of ['primes', 'cleanup', 'swallow']) await abort(`${program} 1`);
        await state('primes 1', 'aborted');
        await state('swallow 1', 'swallowed');
        await page.click('[data-task="swallow 1"]');
        await look('tasks that have ended');
      });
    }

    test('the keyboard selects a task by its name, and keeps its place when the task ends', async (t) => {
      const { page, start, state } = await visit(name, t);
      for (const program of ['metronome', 'primes']) await start(program);
      const pressed = () => page.$$eval('#tasks [aria-pressed=true]', (all) => all.map((button) => button.textContent));
      const focused = () => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent);
      for (const task of ['metronome 1', 'primes 1']) {
        await page.focus(`[data-task="${task}"] .name`);
        await page.keyboard.press('Enter');
        await page.waitForFunction((task) => document.getElementById('place').textContent.startsWith(task), {}, task);
        assert.deepEqual(await pressed(), [task]);
      }
      await page.keyboard.press('Tab');
      assert.equal(await focused(), 'Abort primes 1', 'a row has these two stops');
      await page.keyboard.press('Enter');
      await state('primes 1', 'aborted');
      assert.equal(await focused(), 'primes 1');
      await page.waitForSelector('[data-task="primes 1"]', { hidden: true });
      assert.equal(await focused(), 'metronome 1', 'a row that goes hands it on');
    });
  });
}

const only = { skip: missing('chromium'), timeout: 300_000 }; // the other browser's driver makes no phone of it
const phone = { width: 390, height: 844, hasTouch: true, isMobile: true };
test('on a phone a tap brings the source into view, and no button is too low for a finger', only, async (t) => {
  const { page, start } = await visit('chromium', t, { viewport: phone });
  for (const program of ['metronome', 'primes', 'pipeline']) await start(program);
  await page.tap('[data-task="primes 1"]');
  await page.waitForFunction(() => document.getElementById('place').textContent.startsWith('primes 1'));
  const { bottom, top } = await page.$eval('.source', (panel) => panel.getBoundingClientRect().toJSON());
  assert.ok(top >= 0 && bottom <= phone.height, `from ${top} to ${bottom}`);
  const small = await page.$$eval('nav button, .abort', (all) => all.filter(({ offsetHeight }) => offsetHeight < 44).length);
  assert.equal(small, 0);
});
