/* wasyncio: asyncio for C in WebAssembly, from JavaScript. */
export { load } from './load.js';
export { Runtime } from './runtime.js';
export { Task } from './task.js';
export { Future } from './future.js';
export {
  CancelledError, ClosedError, GroupError, LoadError, MisuseError, StackOverflowError, TaskError, TimeoutError,
  TrapError,
} from './errors.js';
