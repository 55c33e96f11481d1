// A runtime with tasks that look on while others overflow: afterwards all is asked whether it is well.
import assert from 'node:assert/strict';
import { load } from '../../../bindings/index.js';

export const settle = (task) => task.then((value) => ({ value }), (error) => ({ error }));

/** Runs body(rt, reports) among them; returns the reports. */
export async function among(module, body) {
  const reports = [];
  const rt = await load(module, { onReport: (report) => reports.push(report) });
  const guards = [1, 2, 3].map((n) => rt.spawn('guard', n, { name: `guard ${n}` }));
  const worker = rt.spawn('steps', 40);
  await rt.spawn('fill_statics');
  await body(rt, reports);
  assert.equal(await worker, 40, 'a task that looked on went on');
  assert.equal(await rt.spawn('check_statics'), 0, 'the statics are as they were, and libc works');
  for (const guard of guards) guard.cancel();
  for (const guard of guards) assert.equal((await settle(guard)).error.name, 'CancelledError');
  const { bytes, ...alive } = rt.counts();
  assert.deepEqual(alive, { tasks: 0, futures: 0, timers: 0, operations: 0, handles: 0, stacks: 0 });
  await rt.close();
  return reports;
}
