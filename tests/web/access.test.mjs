// Who can use the demo page: with the keyboard alone, on a phone, in the dark, without motion.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
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
        await page.$eval('#reports', (list) => { list.innerHTML = '<li>a report</li>'.repeat(20); });
        await look('more reports than can be seen at once');
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

/** The contrast of two colours, "#rrggbb", as WCAG 2 defines it. */
function contrast(...colors) {
  const light = (hex) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const part = parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const [dark, bright] = colors.map(light).sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

const only = { skip: missing('chromium'), timeout: 300_000 }; // the other's driver makes no phone of it, and has no themes
const phone = { width: 390, height: 844, hasTouch: true, isMobile: true };
test('on a phone a tap brings the source into view, and no button is too low for a finger', only, async (t) => {
  const { page, start } = await visit('chromium', t, { viewport: phone });
  for (const program of ['metronome', 'primes', 'pipeline']) await start(program);
  await page.tap('[data-task="primes 1"]');
  await page.waitForFunction(() => document.getElementById('place').textContent.startsWith('primes 1'));
  const { bottom, top } = await page.$eval('.source', (panel) => panel.getBoundingClientRect().toJSON());
  assert.ok(top >= 0 && bottom <= phone.height, `from ${top} to ${bottom}`);
  const heights = await page.$$eval('nav button, .abort, #pause', (all) => all.map(({ offsetHeight }) => offsetHeight));
  assert.ok(Math.min(...heights) >= 44 && Math.max(...heights) < 60, `${heights}`);
});

for (const scheme of ['light', 'dark']) {
  test(`what a lane says stands out from it, ${scheme}`, only, async (t) => {
    const { page } = await visit('chromium', t, { scheme });
    const names = ['lane', 'panel', 'run', 'ready', 'wait', 'cancel', 'cleanup', 'ok'];
    const { lane, panel, ...marks } = await page.evaluate((names) => {
      const style = getComputedStyle(document.documentElement);
      return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    }, names);
    for (const [name, color] of Object.entries(marks)) {
      for (const ground of [lane, panel]) assert.ok(contrast(color, ground) >= 3, `${name}: ${contrast(color, ground)} to 1`);
    }
  });
}

test('where the visitor chose all colours, those that say something stay', only, async (t) => {
  const { page, start } = await visit('chromium', t);
  const features = [{ name: 'forced-colors', value: 'active' }];
  await (await page.createCDPSession()).send('Emulation.setEmulatedMedia', { features });
  await start('metronome');
  await page.waitForSelector('#source .here');
  const styleOf = (selector, name, part) => page.evaluate(
    (selector, name, part) => getComputedStyle(document.querySelector(selector), part)[name], selector, name, part,
  );
  assert.notEqual(await styleOf('.legend .run', 'backgroundColor', '::before'), await styleOf('body', 'backgroundColor'));
  assert.notEqual(await styleOf('#source .here', 'borderLeftColor'), await styleOf('#source span', 'borderLeftColor'));
});

for (const motion of ['no-preference', 'reduce']) {
  test(`the timeline can be stopped, and is at first as the visitor likes it: ${motion}`, only, async (t) => {
    const { click, page, start } = await visit('chromium', t, { motion });
    await start('metronome');
    const drawn = () => page.$eval('#timeline', (canvas) => canvas.toDataURL());
    const moves = async () => {
      const before = await drawn();
      await sleep(300);
      return await drawn() !== before;
    };
    const pressed = () => page.$eval('#pause', ({ ariaPressed }) => ariaPressed);
    for (const paused of motion === 'reduce' ? [true, false, true] : [false, true, false]) {
      assert.equal(await pressed(), String(paused));
      assert.equal(await moves(), !paused);
      await click('#pause');
    }
  });
}
