/* The list: a row for each task, with its state, its age, the await where it waits and a button that aborts it. */
const KEPT = 6_000; // ms that a row stays after the end
const RECENT = 500; // ms over which "computes 48 %" is taken

/** From dark blue far outside to white near the border. */
const colorOf = (n) => {
  const light = Math.min(1, Math.sqrt(n / 60));
  return [30 + 225 * light ** 2, 60 + 190 * light ** 1.4, 160 + 95 * light, 255];
};

const template = document.createElement('template');
template.innerHTML = `
  <li><div class="what"><canvas hidden width="300" height="200"></canvas>
    <div><button class="name"></button><span class="note"></span>
      <progress max="100" aria-label="done" hidden></progress></div></div>
    <span class="state"></span><span class="site"></span><span class="age number"></span>
    <button class="abort">Abort</button></li>`;

class Row {
  #parts = {};
  #picture;
  #said = { percent: -1, text: '' }; // shown by the next update
  outcome; // { message, cause }, when it is over

  constructor(track, { abort, select }) {
    this.track = track;
    this.element = template.content.firstElementChild.cloneNode(true);
    for (const name of ['name', 'note', 'state', 'site', 'age', 'abort']) {
      this.#parts[name] = this.element.querySelector(`.${name}`);
    }
    this.element.dataset.task = track.name;
    this.element.classList.toggle('part', track.name.includes(' / '));
    this.#set('name', track.name.split(' / ').at(-1));
    this.#parts.abort.setAttribute('aria-label', `Abort ${track.name}`);
    this.#parts.abort.addEventListener('click', (event) => {
      event.stopPropagation();
      abort(track);
    });
    this.element.addEventListener('click', () => select(track)); // anywhere in the row; the keyboard has the name
  }

  focus() { this.#parts.name.focus(); }

  say(percent, text) { this.#said = { percent, text }; }

  /** A row of the picture: its number, then a byte for each point. */
  paint([y, ...points]) {
    const canvas = this.element.querySelector('canvas');
    canvas.hidden = false;
    this.#picture ??= canvas.getContext('2d');
    const line = this.#picture.createImageData(points.length, 1);
    points.forEach((n, i) => line.data.set(n ? colorOf(n) : [16, 20, 36, 255], 4 * i));
    this.#picture.putImageData(line, 0, y);
  }

  update(now, selected) {
    const { track } = this;
    const { state, text } = this.#state(now);
    this.element.dataset.state = state;
    this.element.classList.toggle('selected', selected);
    this.#parts.name.ariaPressed = selected;
    this.#set('state', text);
    this.#set('site', track.ended ? '' : track.site);
    this.#set('age', `${(((track.endedAt ?? now) - track.spawnedAt) / 1000).toFixed(1)} s`);
    this.#tell(track.ended && this.outcome ? this.outcome : { message: this.#said.text });
    const bar = this.element.querySelector('progress');
    bar.hidden = track.ended || this.#said.percent < 0;
    bar.value = Math.max(0, this.#said.percent);
    const { abort } = this.#parts;
    if (track.ended && document.activeElement === abort) this.focus(); // a button that goes takes the focus with it
    abort.disabled = track.ended;
  }

  // A row has room for the cause alone, which stands at the end of the message.
  #tell({ message, cause }) {
    this.#set('note', cause?.message ?? message);
    this.#parts.note.title = message;
  }

  #state(now) {
    const { track } = this;
    if (track.ended) {
      const swallowed = track.cancels.length > 0 && track.status >= 0;
      if (swallowed) return { state: 'swallowed', text: 'swallowed its abort' };
      if (track.status === undefined) return { state: 'ended', text: 'ended' }; // nobody saw how
      if (track.status >= 0) return { state: 'done', text: 'done' };
      return track.status === -1 ? { state: 'aborted', text: 'aborted' } : { state: 'failed', text: 'failed' };
    }
    const share = Math.round(100 * track.share(now - RECENT, now));
    if (track.toldAt !== undefined) return { state: 'cleanup', text: 'cleans up' };
    if (track.cancels.length > 0) return { state: 'asked', text: 'cancel requested' };
    if (share >= 3) return { state: 'running', text: `computes, ${share} %` };
    return track.state === 'waiting' ? { state: 'waiting', text: 'waits' } : { state: 'ready', text: 'ready' };
  }

  #set(part, text) {
    if (this.#parts[part].textContent !== text) this.#parts[part].textContent = text;
  }
}

export class Tasks {
  #rows = new Map(); // by the task's number
  #named = new Map(); // the same by name, the latest of each
  #seen = new Set(); // their elements that are in view
  #watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) this.#seen[isIntersecting ? 'add' : 'delete'](target);
  });
  #round = 0;
  #list;
  #actions;

  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  /** The latest row of that name, also of a task of C's. */
  row(name) { return this.#named.get(name); }

  /** What is out of view takes turns, each row once in ten rounds: 300 metronomes get 56 frames a second, 41 without. */
  update(tracks, now, selected) {
    for (const track of tracks) {
      if (track.endedAt < now - KEPT) continue;
      if (!this.#rows.has(track.number)) this.#insert(track);
    }
    this.#round++;
    for (const [number, row] of this.#rows) {
      if (row.track.endedAt < now - KEPT) this.#remove(row);
      else if (this.#seen.has(row.element) || (number + this.#round) % 10 === 0) row.update(now, number === selected);
    }
  }

  // A part comes below the task that spawned it.
  #insert(track) {
    const row = new Row(track, this.#actions);
    const near = ({ track: { number, by } }) => track.by && (number === track.by || by === track.by);
    const family = [...this.#rows.values()].filter(near);
    this.#rows.set(track.number, row);
    this.#named.set(track.name, row);
    if (family.length) family.at(-1).element.after(row.element);
    else this.#list.append(row.element);
    this.#seen.add(row.element); // until the browser knows better
    this.#watch.observe(row.element);
  }

  #remove({ element, track: { name, number } }) {
    const near = element.nextElementSibling ?? element.previousElementSibling;
    if (element.contains(document.activeElement)) near?.querySelector('.name').focus();
    element.remove();
    this.#watch.unobserve(element);
    this.#seen.delete(element);
    this.#rows.delete(number);
    if (this.#named.get(name)?.element === element) this.#named.delete(name);
  }
}
