/* What happened when: the runtime's event trace, read out of its ring. A module of its own, `wasyncio/trace`, because
 * most programs never load it; it needs nothing of a runtime but its exports and its memory. */
import { must, need, options } from './errors.js';

const kinds = ['spawn', 'run', 'yield', 'wait', 'wake', 'cancel', 'cleanup', 'end'];
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const latest = new WeakMap(); // of each runtime, the trace that records: a new one replaces the one before

export function trace(runtime, given) { return new Trace(runtime, options('trace', given)); }

export class Trace {
  #runtime;
  #running = true;
  #lost = 0;
  #texts = new Map(); // of sites, which are constants of the program, by pointer
  #names = new Map(); // of tasks that are not over, by number

  constructor(runtime, { capacity = 65536 } = {}) {
    must(typeof runtime?.exports?.wax_trace === 'function', 'trace: the runtime', 'a Runtime', runtime);
    const fits = Number.isInteger(capacity) && capacity >= 1 && capacity <= 2 ** 24;
    must(fits, 'trace: capacity', 'a number of events, 1 to 16777216', capacity);
    this.startedAt = runtime.now; // refuses a closed runtime, and a call from an import
    this.#runtime = runtime;
    if (runtime.exports.wax_trace(capacity) !== 0) throw new RangeError(`no memory to trace ${capacity} events`);
    latest.set(runtime, this);
  }

  get lost() { return this.#lost; }

  read() {
    const events = [];
    while (this.#recording && this.#chunk(events) > 0);
    return events;
  }

  stop() {
    const open = this.#recording && !this.#runtime.closed;
    if (open) this.#runtime.now; // refuses a call from an import, before anything has changed
    const events = this.read();
    if (open) this.#runtime.exports.wax_trace(0);
    this.#running = false;
    return events;
  }

  // Also when the runtime is closed: what has happened until then is still there.
  get #recording() { return this.#running && latest.get(this.#runtime) === this; }

  // Layout: docs/abi.md.
  #chunk(events) {
    const at = this.#runtime.exports.wax_trace_read();
    const view = new DataView(this.#runtime.memory.buffer);
    const u32 = (pointer) => view.getUint32(pointer, true);
    const count = u32(at);
    this.#lost = u32(at + 4);
    for (let i = 0, p = at + 8; i < count; i++, p += 32) {
      const task = u32(p + 8);
      const kind = kinds[u32(p + 16) - 1];
      if (!this.#names.has(task)) this.#names.set(task, this.#text(u32(p + 24)));
      const site = u32(p + 28);
      if (!this.#texts.has(site)) this.#texts.set(site, this.#text(site));
      events.push({
        time: view.getFloat64(p, true), task, name: this.#names.get(task), kind, by: u32(p + 12),
        site: this.#texts.get(site), status: kind === 'end' ? view.getInt32(p + 20, true) : undefined,
      });
      if (kind === 'end') this.#names.delete(task);
    }
    return count;
  }

  #text(pointer) {
    const bytes = new Uint8Array(this.#runtime.memory.buffer, pointer);
    return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
  }
}

/* One track per task, on which run, ready and wait follow each other, inside of clean-up where the task was told to
 * stop. The format is that of Chrome's about:tracing, which Perfetto (https://ui.perfetto.dev) opens. */
export function toChrome(events, until = 0) {
  const those = Array.isArray(events) && events.every((event) => event && typeof event === 'object');
  must(those, 'toChrome: events', 'what read or stop gave', events);
  need('time', 'toChrome: until', until);
  const traceEvents = [];
  const tracks = new Map();
  const ns = (ms) => Math.round(ms * 1e6); // whole ones: a slice ends where the next one begins
  const add = (event) => traceEvents.push({ pid: 1, ...event, ts: ns(event.ts) / 1000 });
  const slice = (tid, name, ts, end, args) => add({ ph: 'X', tid, name, ts, dur: (ns(end) - ns(ts)) / 1000, args });
  const next = (track, time, name, args) => {
    if (track.name) slice(track.tid, track.name, track.since, time, track.args);
    Object.assign(track, { name, args, since: time });
  };
  const finish = (track, time) => {
    next(track, time);
    if (track.told !== undefined) slice(track.tid, 'clean-up', track.told, time);
  };

  for (const { time, task: tid, name, kind, by, site, status } of events) {
    if (!tracks.has(tid)) {
      tracks.set(tid, { tid });
      add({ ph: 'M', tid, name: 'thread_name', ts: 0, args: { name } });
    }
    const track = tracks.get(tid);
    if (kind === 'run') next(track, time, 'run');
    else if (kind === 'wait') next(track, time, `wait ${site}`, { site });
    else if (kind === 'cancel') add({ ph: 'i', s: 't', tid, name: 'cancel requested', ts: time, args: { by } });
    else if (kind === 'spawn' || kind === 'yield' || kind === 'wake') next(track, time, 'ready', { by, site });
    if (kind === 'cleanup') {
      next(track, time, 'run'); // the step is cut in two, so that slices lie inside each other
      track.told = time;
    }
    if (kind !== 'end') continue;
    finish(track, time);
    add({ ph: 'i', s: 't', tid, name: 'end', ts: time, args: { status } });
    tracks.delete(tid);
  }
  for (const track of tracks.values()) finish(track, Math.max(until, events.at(-1).time));
  return { traceEvents };
}
