// A program on the bindings, in virtual time: what became of it, as theirs.py tells it of asyncio.
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildWasm } from '../../../scripts/link.mjs';
import { Body, ProgramError, outcome } from './body.mjs';
import { END, SIGNALS } from './program.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../..');

/** The bindings in that folder, with the leaves: a function that runs a program. */
export async function bindings(folder = join(root, 'bindings')) {
  const out = join(root, 'build/differential/leaf.wasm');
  await buildWasm({ target: 'wasi', level: 'release', kind: 'reactor', out, files: [join(here, 'leaf.c')] });
  const module = new WebAssembly.Module(readFileSync(out));
  const api = await import(pathToFileURL(join(folder, 'index.js')));
  const { Runtime } = await import(pathToFileURL(join(folder, 'runtime.js')));
  return async (program) => {
    const world = new World(api);
    const options = { clock: 'virtual', turnBudget: 8, stallAfter: 1e6, grace: 1e12 };
    world.start(await api.load(module, { ...options, onReport: (report) => world.reported(report) }), Runtime);
    return world.run(program);
  };
}

class World {
  constructor(api) {
    this.api = api;
    this.items = new Map(); // id -> future or promise
    this.ids = new Map(); // and back
    this.settled = new Set(); // promises, and what has ended
    this.begun = new Map(); // the id of a scope -> when
    this.unseen = new Set();
    this.reasons = new Set(); // those of signals
    this.result = { nodes: {}, answers: [], asked: {}, left: [] };
    this.controllers = Array.from({ length: SIGNALS }, () => new AbortController());
  }

  start(rt, Runtime) {
    this.rt = rt;
    this.core = Runtime._core(rt);
    const { reports } = this.core;
    const expectLook = reports.expectLook.bind(reports);
    reports.expectLook = (future, error) => {
      const seen = expectLook(future, error);
      this.unseen.add(future);
      return () => {
        this.unseen.delete(future);
        seen?.();
      };
    };
  }
  reported({ kind, text }) {
    if (kind !== 'swallowed' && kind !== 'unseen') this.result.left.push(`${kind}: ${text}`);
  }

  async run({ events }) {
    const { rt, result } = this;
    for (const event of events) {
      if (event.at) this.sleep(event.at).then(() => this.act(event));
      else this.act(event);
    }
    await this.sleep(END);
    for (const [id, item] of this.items) if (item.cancelling !== undefined) result.asked[id] = item.cancelling;
    result.unseen = [...this.items].filter(([, item]) => this.unseen.has(item)).map(([id]) => id);
    this.countLeft();
    await rt.close();
    return result;
  }
  countLeft() {
    const { left } = this.result;
    const { bytes, ...counts } = this.rt.counts();
    for (const [what, count] of Object.entries(counts)) if (count) left.push(`${count} ${what}`);
    if (this.core.open.size) left.push(`${this.core.open.size} combinators`);
    const listening = this.controllers.filter(({ signal }) => getEventListeners(signal, 'abort').length);
    if (listening.length) left.push(`listeners of ${listening.length} signals`);
  }

  sleep(ms) {
    return this.rt.spawn('sleeper', ms);
  }
  act({ make, cancel, abort, reason }) {
    if (make) this.make(make);
    else if (abort !== undefined) this.abort(this.controllers[abort], new Error(reason));
    else this.cancel(cancel, reason);
  }
  cancel(id, reason) {
    const item = this.items.get(id);
    if (item?.cancel) this.result.answers.push({ at: this.rt.now, id, answer: item.cancel(reason) });
  }
  /** By a body. A scope's future is not there yet at the moment in which its own body begins. */
  stop(id, reason) {
    if (this.begun.get(id) !== this.rt.now) this.cancel(id, reason);
  }
  abort(controller, error) {
    this.reasons.add(error);
    controller.abort(error);
  }

  /** Notes its end without a look at it. */
  watch({ id, steps }, item) {
    this.items.set(id, item);
    if (steps) this.begun.set(id, this.rt.now);
    if (!this.ids.has(item)) this.ids.set(item, id);
    const ended = (how) => {
      this.settled.add(item);
      this.result.nodes[id] = { at: this.rt.now, ...how };
    };
    if (item._watch) {
      item._watch(() => {
        if (item._resolved) return ended({ value: this.value(item._outcome) });
        if (item._failed) return ended({ error: this.error(item._outcome) });
        ended({ cancelled: true, reason: this.reason(item._outcome) });
      });
    } else {
      item.then((value) => ended({ value: this.value(value) }), (error) => ended({ error: this.error(error) }));
    }
    return item;
  }
  error(error) {
    const { CancelledError, GroupError, TaskError, TimeoutError } = this.api;
    if (error instanceof GroupError) return `group(${error.errors.map((each) => this.error(each)).sort()})`;
    if (error instanceof TimeoutError) return 'timeout';
    if (error instanceof ProgramError) return `E${error.code}`;
    if (error instanceof TaskError) return `E${error.status}`;
    if (error instanceof CancelledError || this.reasons.has(error)) return 'cancelled';
    return String(error);
  }
  reason(error) {
    if (!(error instanceof this.api.CancelledError)) return error?.message;
    return typeof error.reason === 'object' ? this.reason(error.reason) : error.reason;
  }
  value(value) {
    if (Array.isArray(value)) return value.map((each) => this.value(each));
    if (value?.status === 'fulfilled') return this.value(value.value);
    if (value?.status === 'rejected') return this.error(value.reason);
    if (!value?.pending) return value;
    const idOf = (item) => this.ids.get(item) ?? item; // in what asCompleted has collected it is one already
    return { done: value.done.map(idOf), pending: value.pending.map(idOf) };
  }

  /** What the node's verb gives, if there is anything for it to wait for. */
  make(node) {
    const items = node.items?.filter((id) => this.items.has(id)).map((id) => this.items.get(id));
    if (items && !items.length && node.kind !== 'gather' && node.kind !== 'asCompleted') return undefined;
    return this.watch(node, this[node.kind](node, items));
  }
  leaf({ after, mode = 0, clean, end, eager, timeout, signal }, items, scope = this.rt) {
    return scope.spawn('leaf', new Float64Array([after, mode, clean, end]), { eager, timeout, ...this.limit(signal) });
  }
  limit(signal) {
    return signal === undefined ? {} : { signal: this.controllers[signal].signal };
  }
  promise({ after, end }) {
    return this.sleep(after).then(() => outcome(end));
  }
  gather({ collect }, items) {
    return this.rt.gather(items, { collect });
  }
  wait({ when, timeout }, items) {
    return this.rt.wait(items, { when, timeout });
  }
  waitFor({ timeout }, [item]) {
    return this.rt.waitFor(item, timeout);
  }
  shield(node, [item]) {
    return this.rt.shield(item);
  }
  async asCompleted({ timeout, take = Infinity }, items) {
    const got = [];
    try {
      for await (const item of this.rt.asCompleted(items, { timeout })) {
        got.push([this.ids.get(item), await item.then((value) => this.value(value), (error) => this.error(error))]);
        if (got.length >= take) break;
      }
    } catch (error) {
      got.push(this.error(error));
    }
    return got;
  }
  timeout({ timeout, signal, ...body }) {
    return this.rt.timeout(timeout, (scope) => new Body(this, scope).run(body), this.limit(signal));
  }
  group({ signal, ...body }) {
    return this.rt.group((scope) => new Body(this, scope).run(body), this.limit(signal));
  }
}
