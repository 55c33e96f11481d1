// The browsers that this machine has, driven by puppeteer-core: one library for both, over each browser's own protocol,
// so neither needs a build or a download of its own. (playwright-core drives only a Firefox that it has patched.)
import puppeteer from 'puppeteer-core';
import { find } from '../toolchain/run.mjs';

// Chromium has no sandbox for root, as which containers run tests.
const known = {
  chromium: { browser: 'chrome', programs: ['chromium', 'chromium-browser', 'google-chrome'], args: ['--no-sandbox'] },
  firefox: { browser: 'firefox', programs: ['firefox-esr', 'firefox'], args: [] },
};
export const browsers = Object.keys(known);

const pathOf = (name) => known[name].programs.map((name) => find(name)).find((path) => path);

/** Why the browser can't be used on this machine; false if it can: node:test's `skip`. */
export const missing = (name) => !pathOf(name) && `${name} is not installed: ./build.sh setup test installs it`;

const patience = 120_000; // the machine may be busy; puppeteer's own is 30 s

/** The browser, without a window, for as long as the test `t` lasts. Its pages are waited for as long as a test is. */
export async function open(name, t) {
  const { browser, args } = known[name];
  const options = { browser, executablePath: pathOf(name), args, timeout: patience, protocolTimeout: 10 * patience };
  const opened = await puppeteer.launch(options);
  t.after(() => opened.close());
  const newPage = opened.newPage.bind(opened);
  opened.newPage = async () => {
    const page = await newPage();
    page.setDefaultTimeout(patience);
    return page;
  };
  return opened;
}
