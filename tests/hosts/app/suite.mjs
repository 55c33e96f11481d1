/* One behaviour suite for every host: what a case is, and how all of them are run. Nothing here knows a host.
 *
 * A case is a name and an async function of a Case below. Its law: it leaves nothing behind. A runtime that it started
 * and did not close has nothing alive, every report was looked at, and no promise was rejected unheard. */
import close from './cases/close.mjs';
import combine from './cases/combine.mjs';
import dispose from './cases/dispose.mjs';
import host from './cases/host.mjs';
import loading from './cases/loading.mjs';
import misuse from './cases/misuse.mjs';
import scale from './cases/scale.mjs';
import signals from './cases/signals.mjs';
import streams from './cases/streams.mjs';
import traps from './cases/traps.mjs';
import values from './cases/values.mjs';

export const groups = { loading, values, signals, host, combine, streams, traps, misuse, scale, dispose, close };
const longest = 120_000;

const failure = (message, actual, wanted) =>
  new Error(`${message ? `${message}: ` : ''}got ${shown(actual)}, not ${shown(wanted)}`);

function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.length})[${[...value.slice(0, 8)]}]`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value).map(([key, one]) => `${key}: ${shown(one)}`).join(', ')}}`;
  }
  return String(value);
}

// Plain objects, arrays and typed arrays by what is in them, all else by identity.
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const kind = Object.getPrototypeOf(a);
  if (kind !== Object.getPrototypeOf(b)) return false;
  if (ArrayBuffer.isView(a)) return a.length === b.length && a.every((one, i) => Object.is(one, b[i]));
  if (!Array.isArray(a) && kind !== Object.prototype) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

class Case {
  reports = [];
  printed = [];
  uncaught = []; // what nobody caught while it ran
  #runtimes = [];

  /**
   * wasyncio, streams: the package's namespaces; url, streamsUrl, runtime: where the wasm of tasks.c, of streams.c and
   * the package's own are, for this host; fetch: gets them; module, streamsModule: the first two, compiled; never: a
   * URL that never answers, where there is one; begin: hears the name of each case, in case it is the last.
   */
  constructor(facts) { Object.assign(this, facts); }

  /** A runtime on a virtual clock that hears its own reports and output. */
  async start(options, module = this.module) {
    const rt = await this.wasyncio.load(module, {
      clock: 'virtual',
      stallAfter: 60_000, // a machine that is busy is no finding
      stdout: (text) => this.printed.push(text),
      onReport: (report) => this.reports.push(report),
      ...options,
    });
    this.#runtimes.push(rt);
    return rt;
  }

  ok(value, message = 'not so') { if (!value) throw new Error(message); }
  same(actual, wanted, message) { if (!same(actual, wanted)) throw failure(message, actual, wanted); }
  match(text, pattern) { if (!pattern.test(text)) throw failure('', text, pattern); }

  /** What a promise rejects with. */
  async error(promise) {
    let value;
    try { value = await promise; } catch (error) { return error; }
    throw new Error(`it should have been rejected, and gave ${shown(value)}`);
  }

  /** What a call throws: of this class, with a message like that. */
  throws(call, Class, pattern) {
    try { call(); } catch (error) {
      if (!(error instanceof Class) || !pattern.test(error.message)) throw failure(String(call), error, pattern);
      return error;
    }
    throw new Error(`${call} should have thrown`);
  }

  sleep(ms) { return new Promise((resolve) => { setTimeout(resolve, ms); }); }

  /** Lets all happen that waits for no time: so many turns of the host, however long each takes. */
  async settle(turns = 20) { while (turns-- > 0) await this.sleep(1); }

  /** Waits until it holds; that it never does ends the case as too long. */
  async until(holds) { while (!holds()) await this.sleep(1); }

  /** The kinds of the reports so far, which are now looked at. */
  heard() { return this.reports.splice(0).map(({ kind }) => kind); }

  async finish() {
    await this.sleep(0); // what was rejected unheard is told in a turn of its own
    this.same(this.uncaught.map(String), [], 'uncaught');
    for (const rt of this.#runtimes) {
      if (rt.closed) continue;
      const { bytes, ...alive } = rt.counts();
      this.same(alive, { tasks: 0, futures: 0, timers: 0, operations: 0, handles: 0, stacks: 0 }, 'left behind');
      await rt.close();
    }
    this.same(this.heard(), [], 'reports');
  }
}

// Calls f for every error that nobody caught, in the way of this host. Returns what ends that.
function watchUncaught(f) {
  const { process } = globalThis;
  if (process?.versions?.node && !globalThis.Deno) {
    const events = ['uncaughtException', 'unhandledRejection', 'warning'];
    for (const event of events) process.on(event, f);
    return () => { for (const event of events) process.off(event, f); };
  }
  const listener = (event) => {
    event.preventDefault();
    f(event.reason ?? event.error ?? event.message);
  };
  for (const event of ['error', 'unhandledrejection']) addEventListener(event, listener);
  return () => { for (const event of ['error', 'unhandledrejection']) removeEventListener(event, listener); };
}

async function runOne(body, facts, hear) {
  const test = new Case(facts);
  hear((error) => test.uncaught.push(error));
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${longest} ms`)), longest);
  });
  try {
    await Promise.race([late, (async () => {
      await body(test);
      await test.finish();
    })()]);
  } catch (error) {
    return `${error}\n${(error?.stack ?? '').split('\n').filter((line) => /cases/.test(line)).join('\n')}`;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs all, one after the other: [{ name, ms, error? }]. facts: as the constructor of Case takes them. */
export async function run(facts, wanted = groups) {
  const { fetch = globalThis.fetch.bind(globalThis) } = facts;
  const compile = async (url) => WebAssembly.compile(await (await fetch(url)).arrayBuffer());
  const [module, streamsModule] = await Promise.all([facts.url, facts.streamsUrl].map(compile));
  const all = { ...facts, fetch, compile, module, streamsModule };
  const results = [];
  let uncaught;
  const end = watchUncaught((error) => uncaught(error));
  for (const [group, cases] of Object.entries(wanted)) {
    for (const [name, body] of Object.entries(cases)) {
      all.begin?.(`${group}: ${name}`);
      const start = performance.now();
      const error = await runOne(body, all, (hear) => { uncaught = hear; });
      results.push({ name: `${group}: ${name}`, ms: Math.round(performance.now() - start), error });
    }
  }
  end();
  return results;
}
