// A stream of random numbers that is the same for the same words, on every machine.

export class Random {
  constructor(...words) {
    this.state = 0x9e3779b9;
    for (const word of words) this.state = mix(this.state ^ mix(word));
  }

  /** A number in [0, 1): mulberry32. */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    return mix(this.state) / 2 ** 32;
  }

  chance(share) {
    return this.next() < share;
  }

  /** A whole number from low to high, both included. */
  from(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** A key of the table, by its weight. */
  weighted(table) {
    let left = this.next() * Object.values(table).reduce((sum, weight) => sum + weight, 0);
    for (const [key, weight] of Object.entries(table)) if ((left -= weight) < 0) return key;
    return Object.keys(table).at(-1);
  }
}

function mix(word) {
  let t = word | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
