// A shared worker or a service worker: answers whoever asks with a task's outcome.
import { load } from './node_modules/wasyncio/bindings/browser.js';

const started = load('app.wasm');
const answer = async ({ data: { name, input, port } }, reply = port) => {
  const rt = await started;
  reply.postMessage(await rt.spawn(name, input, { timeout: 5000 }).catch((error) => error.message));
};

addEventListener('connect', ({ ports: [port] }) => { port.onmessage = (event) => answer(event, port); });
addEventListener('message', (event) => event.waitUntil(answer(event)));
