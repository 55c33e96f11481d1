// Where else in a browser a runtime may be: in frames, in workers that are ended in the middle, under a policy that
// forbids wasm. Cases as those of suite.mjs, for a page alone.
async function frame(url = 'frame.html') {
  const element = document.createElement('iframe');
  element.src = url;
  document.body.append(element);
  await new Promise((resolve) => { element.onload = resolve; });
  return { element, inside: element.contentWindow };
}

const entry = import.meta.resolve('wasyncio');
const next = (worker) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});

async function task(source, name, input, options = { type: 'module' }) {
  const worker = new Worker('task.worker.mjs', options);
  worker.postMessage({ entry, source, name, input });
  if (await next(worker) !== 'started') throw new Error('the worker did not start');
  return { worker, outcome: next(worker) };
}

export default {
  async 'no memory is shared, and none has to be'(t) {
    t.same([globalThis.crossOriginIsolated, typeof SharedArrayBuffer], [false, 'undefined']);
  },

  async "a frame's objects are as good as the page's own"(t) {
    const { element, inside } = await frame();
    const sources = [
      t.module, new inside.URL(t.url), new inside.Uint8Array(await (await t.fetch(t.url)).arrayBuffer()),
      await inside.fetch(t.url), inside.fetch(t.url),
    ];
    for (const [i, source] of sources.entries()) {
      const { load } = i === 0 ? inside.wasyncio : t.wasyncio;
      const rt = await load(source);
      const controller = new inside.AbortController();
      const stopped = t.error(rt.spawn('sleeper', 1e6, { signal: controller.signal }));
      t.same([...await rt.spawn('echo', new inside.Uint8Array([1, 2]))], [1, 2]);
      controller.abort('from a frame');
      t.same(await stopped, 'from a frame');
      await rt.close();
    }
    element.remove();
  },

  async 'a frame that is removed takes its tasks with it, and no other'(t) {
    const mine = await t.start({ clock: 'real' });
    const { element, inside } = await frame();
    const rt = await inside.started;
    const controller = new AbortController();
    const { signal } = controller;
    for (const name of ['compute', 'sleeper']) rt.spawn(name, 1e6, { signal });
    const kept = t.error(mine.spawn('sleeper', 1e6, { signal }));
    await t.sleep(20);
    element.remove();
    await t.sleep(20);
    controller.abort('after');
    t.same([await kept, await mine.spawn('echo', 'alive')], ['after', 'alive']);
  },

  async 'a worker that is ended while C computes, and one after it'(t) {
    for (const name of ['compute', 'sleeper', 'busy']) {
      const { worker } = await task(t.url, name, 1e6);
      await t.sleep(10);
      worker.terminate();
    }
    const { outcome, worker } = await task(t.url, 'echo', 'the next');
    t.same(await outcome, { value: 'the next' });
    worker.terminate();
  },

  async 'a module goes to workers, and outcomes come back: values and errors'(t) {
    for (const type of ['module', 'classic']) {
      const good = await task(t.module, 'echo', Uint8Array.of(1, 2, 3), { type });
      t.same(await good.outcome, { value: Uint8Array.of(1, 2, 3) });
      const bad = await task(t.module, 'status', -1001, { type });
      const { error } = await bad.outcome;
      t.ok(error instanceof Error, `${error}`);
      t.match(error.message, /ended with WA_EUSER \(-1001\)/);
      for (const { worker } of [good, bad]) worker.terminate();
    }
  },

  async 'a shared worker and a service worker'(t) {
    const shared = new SharedWorker('shared.worker.mjs', { type: 'module' });
    const answered = next(shared.port);
    shared.port.postMessage({ name: 'echo', input: 'shared' });
    t.same(await answered, 'shared');

    const registration = await navigator.serviceWorker.register('shared.worker.mjs', { type: 'module' });
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const served = next(port1);
    active.postMessage({ name: 'echo', input: 'of service', port: port2 }, [port2]);
    t.same(await served, 'of service');
    await registration.unregister();
  },

  async 'a policy that forbids wasm is told as such'(t) {
    const { element, inside } = await frame('frame.html?no-wasm');
    const error = await t.error(inside.started);
    t.same(error.name, 'LoadError');
    t.match(error.message, /app\.wasm .*(Content.Security.Policy|CSP|blocked)/i);
    element.remove();
  },
};
