/* One listener for each AbortSignal, however many tasks and scopes it stops: the first that joins adds it, the last that
 * leaves removes it. An abort reaches them in the order in which they joined. */
import { signalled } from './cause.js';
import { tellAfter } from './future.js';

const members = new WeakMap(); // AbortSignal -> Set of what it stops

function onAbort({ target: signal }) {
  const tasks = members.get(signal);
  members.delete(signal);
  const cause = signalled(signal);
  tellAfter(() => { for (const task of tasks) task._stop(cause); });
}

export function join(signal, task) {
  const tasks = members.get(signal);
  if (tasks) return tasks.add(task);
  signal.addEventListener('abort', onAbort, { once: true }); // first: a signal that is not the platform's may refuse
  members.set(signal, new Set([task]));
}

export function leave(signal, task) {
  const tasks = members.get(signal);
  if (!tasks?.delete(task) || tasks.size > 0) return;
  members.delete(signal);
  signal.removeEventListener('abort', onAbort);
}
