// What using.test.mjs runs after the compiler has made it JavaScript that Node 20 knows: each block says what it saw.
import type { Runtime, Task } from '../../bindings/index.js';

export async function task(rt: Runtime, kept: Task[]): Promise<boolean> {
  await using sleeper = rt.spawn('slow_cleanup', 20);
  kept.push(sleeper);
  await rt.spawn('plain');
  return sleeper.done;
}

export async function spared(rt: Runtime): Promise<unknown> {
  await using echo = rt.spawn('echo', 'done before');
  return await echo;
}

export async function notWaited(rt: Runtime, kept: Task[]): Promise<boolean> {
  using sleeper = rt.spawn('slow_cleanup', 20);
  kept.push(sleeper);
  await rt.spawn('plain');
  return sleeper.done;
}

export async function failing(rt: Runtime): Promise<void> {
  await using group = rt.group();
  group.spawn('status', -1001);
  group.spawn('slow_cleanup', 5);
  await rt.spawn('plain');
}

export async function thrown(rt: Runtime, kept: Task[]): Promise<void> {
  await using group = rt.group();
  kept.push(group.spawn('slow_cleanup', 5));
  await rt.spawn('plain');
  throw new RangeError('out of the block');
}

export async function waited(rt: Runtime): Promise<unknown> {
  await using group = rt.group();
  const member = group.spawn('sleeper', 20);
  await group.end();
  return member.status;
}

export async function late(rt: Runtime): Promise<unknown> {
  using scope = rt.timeout(10);
  const { signal } = scope;
  const error = await rt.spawn('sleeper', 1e9, { signal }).catch((error) => error);
  return [scope.expired, signal.reason === error, error.name];
}

export async function inTime(rt: Runtime, kept: AbortSignal[]): Promise<unknown> {
  await using scope = rt.timeout(1000);
  scope.reschedule(500);
  kept.push(scope.signal);
  return await rt.spawn('echo', 'in time', { signal: scope.signal });
}

export async function runtime(make: () => Promise<Runtime>, kept: Task[]): Promise<void> {
  await using rt = await make();
  kept.push(rt.spawn('slow_cleanup', 5));
  await rt.spawn('plain');
}
