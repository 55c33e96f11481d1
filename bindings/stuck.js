/* Tasks that wait where Node has nothing left to wait for: no wait of theirs can end, and the process would, without a word.
 * A page has no such end, and not this module either.
 * Law: a runtime is told of once, because a line on the console may keep Node going; and it is held weakly. */
import { Runtime } from './runtime.js';

const SHOWN = 8; // of many tasks
const collected = new FinalizationRegistry((held) => open.delete(held));
let open; // runtimes that nobody may have closed

export function tellIfStuck(runtime) {
  if (!open) {
    open = new Set();
    globalThis.process?.on?.('beforeExit', () => open.forEach(tell));
  }
  const held = new WeakRef(runtime);
  open.add(held);
  collected.register(runtime, held);
  return runtime;
}

function tell(held) {
  const runtime = held.deref();
  const tasks = runtime?.closed === false ? runtime.tasks() : [];
  if (tasks.length === 0) return;
  open.delete(held);
  const places = tasks.slice(0, SHOWN).map(({ name, site }) => `'${name}'${site && ` at ${site}`}`);
  if (tasks.length > SHOWN) places.push('...');
  const text = `deadlock: Node has nothing left to wait for; tasks left (${tasks.length}): ${places.join(', ')}`;
  Runtime._core(runtime).reports.deadlock(text, tasks.length);
}
