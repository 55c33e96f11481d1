// A visitor of the demo page, for its tests.
import { serve } from '../../web/serve.mjs';
import { open } from '../browsers.mjs';

const size = { width: 1280, height: 950 };

async function served(t) {
  const { url, close } = await serve();
  t.after(close);
  return url;
}

/** The page, and what a visitor can do with it. url: of a server that is there already. */
export async function visit(name, t, options = {}) {
  const { url = await served(t), query = '?empty', scheme = 'light', motion = 'no-preference', viewport = size } = options;
  const page = await (await open(name, t)).newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error));
  page.on('requestfailed', (request) => errors.push(new Error(`${request.url()} failed`)));
  await page.setViewport(viewport);
  if (name === 'chromium') {
    const features = { 'prefers-color-scheme': scheme, 'prefers-reduced-motion': motion };
    await page.emulateMediaFeatures(Object.entries(features).map(([name, value]) => ({ name, value })));
  }
  await page.goto(`${url}web/${query}`);
  await page.waitForFunction(() => document.getElementById('fps').textContent !== '–');

  const click = (selector) => page.evaluate((selector) => document.querySelector(selector).click(), selector);
  const abort = (task) => click(`[aria-label="Abort ${task}"]`);
  const start = async (program) => {
    await click(`[data-start=${program}]`);
    await page.waitForSelector(`[data-task^="${program} "]`);
  };
  const text = (task, part) => page.$eval(`[data-task="${task}"] .${part}`, (element) => element.textContent);
  /** Waits until the task's row has one of these states. One that passes is waited for before what brings it about. */
  const state = (task, ...wanted) => page.waitForFunction(
    (task, wanted) => wanted.includes(document.querySelector(`[data-task="${task}"]`)?.dataset.state),
    {}, task, wanted,
  );
  return { page, errors, url, click, abort, start, state, text };
}
