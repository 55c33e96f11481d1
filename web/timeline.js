/* The timeline: a lane for each task, time from left to right, now at the right edge. The height of a bar is the part
 * of its 16 ms in which the task ran; around it, paler, it was ready and another ran. A thin line is a wait. */
import { BUCKET } from './history.js';

export const SPAN = 12_000; // ms that are shown
const LANE = 26, GAP = 6, AXIS = 22;
const names = ['ink', 'muted', 'line', 'lane', 'run', 'ready', 'wait', 'cancel', 'cleanup', 'ok'];

export class Timeline {
  #canvas;
  #pen;
  #colors = {};
  #width = 0;
  #lanes = -1;
  #paused;

  /** pause: the button that stops it. It stands at first for whoever wants no motion. */
  constructor(canvas, pause) {
    const set = (paused) => { this.#paused = pause.ariaPressed = paused; };
    set(matchMedia('(prefers-reduced-motion: reduce)').matches);
    pause.addEventListener('click', () => set(!this.#paused));
    this.#canvas = canvas;
    this.#pen = canvas.getContext('2d');
    new ResizeObserver(() => { this.#width = 0; }).observe(canvas.parentElement);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.#width = 0; });
  }

  /** Draws the tracks, those that began first on top; `selected` is one's number. */
  draw(tracks, now, selected) {
    if (this.#paused && this.#width > 0) return; // without a width, the picture is none, or that of another size or theme
    this.#fit(Math.max(4, tracks.length));
    const pen = this.#pen;
    const gutter = Math.min(170, this.#width * 0.3);
    const scale = (this.#width - gutter - 8) / SPAN;
    const x = (time) => gutter + Math.max(0, time - now + SPAN) * scale;
    pen.clearRect(0, 0, this.#width, this.#height);
    this.#axis(x, now);
    tracks.forEach((track, i) => this.#lane(track, i * (LANE + GAP) + GAP, x, now, gutter, track.number === selected));
  }

  get #height() { return this.#lanes * (LANE + GAP) + GAP + AXIS; }

  // The canvas has as many pixels as the screen, and the colours are the style sheet's.
  #fit(lanes) {
    const { clientWidth } = this.#canvas;
    if (clientWidth === this.#width && lanes === this.#lanes) return;
    this.#width = clientWidth;
    this.#lanes = lanes;
    const ratio = devicePixelRatio;
    this.#canvas.style.height = `${this.#height}px`;
    this.#canvas.width = Math.round(clientWidth * ratio);
    this.#canvas.height = Math.round(this.#height * ratio);
    this.#pen.scale(ratio, ratio);
    const style = getComputedStyle(this.#canvas);
    this.#colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    this.#pen.font = `12px ${style.fontFamily}`;
    this.#pen.textBaseline = 'middle';
  }

  #axis(x, now) {
    const pen = this.#pen;
    const bottom = this.#height - AXIS;
    const step = x(now) - x(now - 2000) > 60 ? 2 : 4; // seconds
    pen.fillStyle = this.#colors.line;
    for (let s = 0; s <= SPAN / 1000; s += step) pen.fillRect(Math.round(x(now - 1000 * s)), 0, 1, bottom + 4);
    pen.fillStyle = this.#colors.muted;
    for (let s = 0; s < SPAN / 1000; s += step) {
      pen.textAlign = s === 0 ? 'right' : 'center';
      pen.fillText(s === 0 ? 'now' : `−${s} s`, x(now - 1000 * s), bottom + 13);
    }
    pen.textAlign = 'left';
  }

  #lane(track, top, x, now, gutter, selected) {
    const pen = this.#pen;
    const colors = this.#colors;
    const { name, spawnedAt, endedAt, toldAt, cancels, buckets, status } = track;
    const start = x(spawnedAt);
    const end = x(endedAt ?? now);
    const middle = top + LANE / 2;

    pen.fillStyle = selected ? colors.ink : colors.muted;
    const [whole, part] = name.split(' / ');
    const indent = part ? 22 : 8;
    pen.fillText(part ?? whole, indent, middle, gutter - indent - 6);

    pen.fillStyle = colors.lane;
    pen.fillRect(start, top, end - start, LANE);
    if (toldAt !== undefined) {
      pen.fillStyle = colors.cleanup;
      pen.globalAlpha = 0.2;
      pen.fillRect(x(toldAt), top, end - x(toldAt), LANE);
      pen.globalAlpha = 1;
    }
    pen.fillStyle = colors.wait;
    pen.fillRect(start, middle - 1, end - start, 2);

    const wide = Math.max(1, x(now) - x(now - BUCKET));
    for (const { at, run, ready } of buckets) {
      if (at < now - SPAN) continue;
      const left = x(at);
      const around = Math.min(1, (run + ready) / BUCKET) * LANE;
      if (around > 3) {
        pen.fillStyle = colors.ready;
        pen.fillRect(left, middle - around / 2, wide + 0.5, around);
      }
      if (run === 0) continue;
      const high = Math.min(LANE, Math.max(8, (run / BUCKET) * LANE));
      pen.fillStyle = toldAt !== undefined && at >= toldAt - BUCKET ? colors.cleanup : colors.run;
      pen.fillRect(left, middle - high / 2, Math.max(2, wide + 0.5), high);
    }
    for (const time of cancels) if (time > now - SPAN) this.#flag(x(time), top);
    if (endedAt > now - SPAN) this.#end(end, middle, status);
  }

  #flag(x, top) {
    const pen = this.#pen;
    pen.fillStyle = this.#colors.cancel;
    pen.fillRect(x - 1, top - 2, 2, LANE + 4);
    pen.beginPath();
    pen.moveTo(x + 1, top - 2);
    pen.lineTo(x + 9, top + 2);
    pen.lineTo(x + 1, top + 6);
    pen.fill();
  }

  // A dot where it returned a result, a ring where it was cancelled or failed.
  #end(x, y, status) {
    const pen = this.#pen;
    pen.beginPath();
    pen.arc(x, y, 5, 0, 2 * Math.PI);
    pen.fillStyle = status >= 0 ? this.#colors.ok : this.#colors.lane;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = status >= 0 ? this.#colors.ok : this.#colors.cancel;
    pen.stroke();
  }
}
