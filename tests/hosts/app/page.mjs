// The suite in a page and in a worker of it, without a bundler: the page has an import map, a worker can have none. And
// the cases for other places of a browser.
import * as wasyncio from 'wasyncio';
import * as streams from 'wasyncio/streams';
import places from './places.mjs';
import { run } from './suite.mjs';

const here = (path) => new URL(path, location.href).href;
const facts = {
  url: here('app.wasm'), streamsUrl: here('streams.wasm'), runtime: import.meta.resolve('wasyncio/wasm'),
  never: here('/never'),
};

globalThis.page = () => run({ wasyncio, streams, ...facts });

globalThis.places = () => run({ wasyncio, streams, ...facts }, { places });

globalThis.worker = () => new Promise((resolve, reject) => {
  const worker = new Worker('worker.mjs', { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage({ entries: ['wasyncio', 'wasyncio/streams'].map((name) => import.meta.resolve(name)), facts });
});
