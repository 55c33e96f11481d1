/* How smooth the page is: the frames of the last second, and the longest of the last five. */
export class Frames {
  #times = [];

  /** A frame is being made now. */
  tick(now) {
    this.#times.push(now);
    while (this.#times[0] < now - 5000) this.#times.shift();
  }

  /** A page that nobody sees makes none. */
  reset() { this.#times = []; }

  get perSecond() {
    const now = this.#times.at(-1);
    return this.#times.filter((time) => time > now - 1000).length;
  }

  get longest() {
    let longest = 0;
    for (let i = 1; i < this.#times.length; i++) longest = Math.max(longest, this.#times[i] - this.#times[i - 1]);
    return longest;
  }
}
