// Uses of the types, checked by tsc: each line marked "wrong" must be an error.
import {
  Future, GroupError, Runtime, Task, TaskError, load, type HostCall, type Output, type Report,
} from '../../bindings/index.js';
import { open, pipe, type Pipe } from '../../bindings/streams.js';
import { toChrome, trace, type TraceEvent } from '../../bindings/trace.js';

const rt: Runtime = await load(new URL('app.wasm', 'file:///'), {
  clock: 'virtual',
  turnBudget: 4,
  host: {
    fetchText: async (url: string, { signal, task }: HostCall) => {
      const from: Task | undefined = task;
      return (await fetch(url, { signal })).text() + (from?.name ?? '');
    },
    nothing() {},
  },
  onReport: (report: Report) => console.log(report.kind, report.text),
});
await load(fetch('app.wasm'));
// What may be left out may be undefined: the options of load, and of all that follows.
const none = undefined;
await load('app.wasm', {
  host: none, clock: none, turnBudget: none, stallAfter: none, grace: none, stackSize: none, debug: none, onReport: none,
  imports: none, stdout: none, stderr: none,
});
rt.wait([rt.spawn('a', none, { signal: none, timeout: none })], { when: none, timeout: none });
rt.asCompleted([rt.spawn('a')], { timeout: none });
rt.close({ grace: none });
trace(rt, { capacity: none });
declare const module: WebAssembly.Module;
await load(module);
await load(WebAssembly.compileStreaming(fetch('app.wasm')));
await load(new Uint8Array(8), { host: new (class { beep() { return 1; } })() });

const task = rt.spawn('crawl', 'https://example.org', { signal: AbortSignal.timeout(5), timeout: 100, eager: true });
const output: Output = await task;
const text: string = await rt.spawn<string>('crawl');
const promise: Promise<string> = rt.spawn<string>('crawl');
const cancelled: boolean = task.cancel({ any: 'reason' });
const status: number | undefined = task.status;

const [a, b]: [string, number] = await rt.gather([rt.spawn<string>('a'), Promise.resolve(1)]);
const settled: PromiseSettledResult<string>[] = await rt.gather([rt.spawn<string>('a')], { collect: true });
const list: readonly Promise<string>[] = [promise];
const outcomes: PromiseSettledResult<string>[] = await rt.gather(new Set(list), { collect: true });
const texts: string[] = await rt.gather(list, { collect: undefined });
const either: string[] | PromiseSettledResult<string>[] = await rt.gather(list, { collect: rt.closed });
const both = await rt.wait([rt.spawn<string>('a')], { when: 'first' });
const { done, pending }: { done: Task<string>[]; pending: Task<string>[] } = both;
const future: Future<number> = rt.waitFor(Promise.resolve(1), 10);
const shielded: string = await rt.shield(promise);
for await (const item of rt.asCompleted([promise])) console.log((await item).length);
const sum: number = await rt.timeout(10, async ({ signal, reschedule }) => {
  reschedule(20);
  return signal.aborted ? 1 : 2;
});
await rt.group(async (group) => { group.spawn('a'); await group.add(promise); });
const off: () => void = rt.on('swallowed', ({ name, age }) => console.log(name, age));
const close: Promise<void> = rt[Symbol.asyncDispose]();
const { tasks, bytes }: { tasks: number; bytes: number } = rt.counts();

try { await task; } catch (error) {
  if (error instanceof GroupError) console.log(error.errors);
  if (error instanceof TaskError) console.log(error.status, error.statusName, error.site);
}

// @ts-expect-error wrong: an object is no input
rt.spawn('a', { no: 'input' });
// @ts-expect-error wrong: no such option
rt.spawn('a', '', { retries: 3 });
// @ts-expect-error wrong: no such event
rt.on('sound', () => {});
// @ts-expect-error wrong: runtimes come from load
new Runtime();
// @ts-expect-error wrong: and futures from its combinators
new Future();
// @ts-expect-error wrong: a number is no source
await load(42);
// @ts-expect-error wrong: nor is what makes a glue, by itself
await load(async () => ({}));
// @ts-expect-error wrong: nor is the name of a glue
await load({ emscripten: 'createModule' });
// @ts-expect-error wrong: neither a clock
await load('app.wasm', { clock: 'fast' });
// @ts-expect-error wrong: a number can't be waited for
rt.waitFor(5, 10);
// @ts-expect-error wrong: neither here, nor beside a task
rt.gather([rt.spawn('a'), 5]);

const glue = await load({ emscripten: async () => ({}) }, { clock: 'virtual' });
const zipped: Pipe<string> = pipe<string>(rt, 'gzip', { from: new Response('x').body!, input: '-9', timeout: 5 });
const through: ReadableStream<Uint8Array> = new Response('x').body!.pipeThrough(pipe(glue, 'gzip'));
const descriptor: number = open(rt, through);
// @ts-expect-error wrong: a string is no stream
open(rt, 'text');
// @ts-expect-error wrong: the descriptors come first, so a number would not be where C looks
pipe(rt, 'gzip', { input: 5 });

const events: TraceEvent[] = trace(rt, { capacity: 100 }).read();
const drawn: string = JSON.stringify(toChrome(events));
// @ts-expect-error wrong: a capacity is a number
trace(rt, { capacity: '100' });

export {
  a, b, bytes, cancelled, close, descriptor, done, drawn, either, future, off, outcomes, output, pending, settled, shielded,
  status, sum, tasks, text, texts, zipped,
};
