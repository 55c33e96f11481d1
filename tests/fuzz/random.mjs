// Numbers that a seed decides (xorshift), so that every run can be repeated.
export class Random {
  constructor(seed) {
    this.state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0) || 1;
    for (let i = 0; i < 8; i++) this.next();
  }
  next() {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }
  below(n) { return this.next() % n; }
  chance(p) { return this.next() < p * 2 ** 32; }
  pick(list) { return list[this.next() % list.length]; }
}
