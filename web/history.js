/* What the trace says of each task, in the shape that the page draws: its state now, the moments of its life, and how
 * much of each 16 ms it ran or was ready. Slices of a millisecond are too many to draw one by one. */
export const BUCKET = 16; // ms
const SHORTEST = 0.01; // a step may be shorter than what a browser's clock tells apart, and is seen nevertheless

class Track {
  state = 'ready';
  site = '';
  endedAt = undefined;
  status = undefined;
  cancels = []; // when it was asked to stop
  toldAt = undefined; // when its clean-up began
  buckets = []; // { at, run, ready }, the oldest first
  #since;

  constructor({ task, name, by, time }) {
    Object.assign(this, { number: task, name, by, spawnedAt: time });
    this.#since = time;
  }

  get ended() { return this.endedAt !== undefined; }

  add({ time, kind, site, status }) {
    switch (kind) {
      case 'run': this.#enter('running', time); break;
      case 'spawn': case 'yield': case 'wake': this.#enter('ready', time); break;
      case 'wait': this.#enter('waiting', time); break;
      case 'cancel': this.cancels.push(time); break;
      case 'cleanup': this.toldAt = time; break;
      case 'end':
        this.#enter('ended', time);
        this.endedAt = time;
        this.status = status;
    }
    if (kind === 'yield' || kind === 'wait') this.site = site;
  }

  /** How much of the time from `from` to `to` it ran: 0 to 1. */
  share(from, to) {
    let run = 0;
    for (let i = this.buckets.length - 1; i >= 0 && this.buckets[i].at >= from; i--) run += this.buckets[i].run;
    return Math.min(1, run / (to - from));
  }

  forget(before) {
    let gone = 0;
    while (gone < this.buckets.length && this.buckets[gone].at < before) gone++;
    if (gone > 64) this.buckets.splice(0, gone);
  }

  // The state that ends is entered into the buckets that it covers.
  #enter(state, time) {
    const kind = { running: 'run', ready: 'ready' }[this.state];
    for (let from = this.#since; kind;) {
      const at = Math.floor(from / BUCKET) * BUCKET;
      const to = Math.min(time, at + BUCKET);
      if (this.buckets.at(-1)?.at !== at) this.buckets.push({ at, run: 0, ready: 0 });
      this.buckets.at(-1)[kind] += Math.max(to - from, SHORTEST);
      from = to;
      if (from >= time) break;
    }
    this.state = state;
    this.#since = time;
  }
}

export class History {
  #tracks = new Map(); // by number, in the order of creation

  add(events) {
    for (const event of events) {
      if (!this.#tracks.has(event.task)) this.#tracks.set(event.task, new Track(event));
      this.#tracks.get(event.task).add(event);
    }
  }

  get tracks() { return this.#tracks.values(); }

  /** Events were lost: whoever is not among these names has ended, nobody knows how. */
  endAllBut(names, time) {
    for (const track of this.#tracks.values()) {
      if (!track.ended && !names.has(track.name)) track.add({ time, kind: 'end' });
    }
  }

  /** Forgets what was over before that time. */
  forget(before) {
    for (const [number, track] of this.#tracks) {
      if (track.endedAt < before) this.#tracks.delete(number);
      else track.forget(before);
    }
  }
}
