/* wasyncio: asyncio for C in WebAssembly, from JavaScript, in a page or a worker: a string is a URL. */
import { loadBy } from './load.js';

export const load = (source, options) => loadBy((url) => fetch(url), source, options);
export { Runtime } from './runtime.js';
export { Task } from './task.js';
export { Future } from './future.js';
export {
  CancelledError, ClosedError, GroupError, LoadError, MisuseError, StackOverflowError, TaskError, TimeoutError,
  TrapError,
} from './errors.js';
