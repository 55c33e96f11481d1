// What a frame shows to its page: the package, and a runtime of the frame's own.
import * as wasyncio from './node_modules/wasyncio/bindings/browser.js';

globalThis.wasyncio = wasyncio;
globalThis.started = wasyncio.load('app.wasm');
globalThis.started.catch(() => {}); // it is the page's to look at
