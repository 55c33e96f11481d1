// What browser.test.mjs opens and calls: the bindings as they are, in a page and in a worker.
import { load } from '../../bindings/index.js';

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function check() {
  const results = {};
  const rt = await load(new URL('/program.wasm', location.href), {
    host: {
      fetchText: async (path, { signal }) => (await fetch(new URL(path, location.href), { signal })).text(),
    },
  });
  results.text = await rt.spawn('echo', 'é 漢');
  results.fetched = await rt.spawn('call', 'fetchText /hello');
  results.relative = await (await load('/program.wasm')).spawn('echo', 'by a string');

  const start = performance.now();
  await rt.spawn('sleeper', 30);
  results.slept = performance.now() - start;

  // C computes; the page's timers go on, tick after tick, and the abort from one of them gets through.
  let ticks = 0;
  const controller = new AbortController();
  const interval = setInterval(() => { if (++ticks === 5) controller.abort('stop'); }, 1);
  results.computing = await rt.spawn('compute', '', { signal: controller.signal }).catch((error) => error);
  clearInterval(interval);

  // A fetch that never answers ends with its task.
  const hanging = rt.spawn('call', 'fetchText /never', { timeout: 50 });
  results.hanging = (await hanging.catch((error) => error)).name;

  results.overflow = (await rt.spawn('overflow').catch((error) => error)).name;
  results.after = await rt.spawn('echo', 'alive');
  await sleep(0);
  const { bytes, ...counts } = rt.counts();
  results.counts = counts;
  await rt.close();
  return results;
}

if (typeof document === 'undefined') {
  postMessage(await check().catch((error) => ({ error: String(error?.stack ?? error) })));
} else {
  globalThis.page = check;
  globalThis.worker = () => new Promise((resolve, reject) => {
    const worker = new Worker(import.meta.url, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  });
}
