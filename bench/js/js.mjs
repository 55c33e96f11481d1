// JavaScript's own: async functions, promises, AbortSignal, setTimeout. Written as one would who wants speed: nothing
// is created that the work does not need.
import { Crowd, block, byName, delays, heap, now } from './crowd.mjs';

const settled = Promise.resolve(1);
const promise = () => settled;
const increment = (x) => x + 1;

async function yielder(crowd) {
  await null;
  for (let i = 0; i < crowd.count; i++) await null;
  crowd.arrive(crowd.count);
}

async function deep(crowd, depth) {
  if (depth > 1) return await deep(crowd, depth - 1);
  return await yielder(crowd);
}

async function all(crowd, make) {
  await Promise.all(crowd.begin(make));
  return crowd.answer;
}

async function child(total) { total.sum++; }

async function member(total) {
  await null;
  total.sum++;
}

class Event {
  constructor() { this.clear(); }
  clear() { this.promise = new Promise((resolve) => { this.set = resolve; }); }
}

// First in, first out; a head that moves, so that taking one out costs the same however many wait.
class Waiters {
  list = [];
  head = 0;
  add() { return new Promise((resolve) => { this.list.push(resolve); }); }
  next() {
    if (this.head === this.list.length) return undefined;
    const resolve = this.list[this.head++];
    if (this.head === this.list.length) this.list.length = this.head = 0;
    return resolve;
  }
}

class Lock {
  locked = false;
  waiters = new Waiters();
  acquire() {
    if (this.locked) return this.waiters.add();
    this.locked = true;
  }
  release() {
    const next = this.waiters.next();
    if (next) next();
    else this.locked = false;
  }
}

// Of one place, as the others' have here.
class Queue {
  full = false;
  item = undefined;
  getters = new Waiters();
  putters = new Waiters();
  async put(item) {
    while (this.full) await this.putters.add();
    this.full = true;
    this.item = item;
    this.getters.next()?.();
  }
  async get() {
    while (!this.full) await this.getters.add();
    this.full = false;
    this.putters.next()?.();
    return this.item;
  }
}

// A promise that one AbortSignal rejects.
const aborted = (signal) => new Promise((_, reject) => {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
});

// Node warns of many listeners, which costs time.
async function quietSignal() {
  const controller = new AbortController();
  if (globalThis.process?.versions?.node) (await import('node:events')).setMaxListeners(0, controller.signal);
  return controller;
}

const benches = {
  yield: (n, depth, count) => all(new Crowd(n, count), yielder),
  'await-depth': (n, depth, count) => all(new Crowd(n, count), (crowd) => deep(crowd, depth)),

  async 'spawn-await'(n, depth, count) {
    const total = { sum: 0 };
    const start = now();
    for (let i = 0; i < count; i++) await child(total);
    return { value: now() - start, check: total.sum };
  },

  async gather(n, depth, count) {
    const total = { sum: 0 };
    const start = now();
    for (let i = 0; i < count; i++) {
      const members = [];
      for (let k = 0; k < n; k++) members.push(member(total));
      await Promise.all(members);
    }
    return { value: now() - start, check: total.sum };
  },

  async event(n, depth, count) {
    const crowd = new Crowd(n, count);
    const event = new Event();
    const tasks = crowd.begin(async () => {
      for (let i = 0; i < count; i++) await event.promise;
      crowd.arrive(count);
    });
    for (let i = 0; i < count; i++) {
      event.set();
      event.clear();
      await null;
    }
    await Promise.all(tasks);
    return crowd.answer;
  },

  async lock(n, depth, count) {
    const lock = new Lock();
    return all(new Crowd(n, count), async (crowd) => {
      await null;
      for (let i = 0; i < count; i++) {
        await lock.acquire();
        await null;
        lock.release();
      }
      crowd.arrive(count);
    });
  },

  async queue(n, depth, count) {
    const queue = new Queue();
    let check = 0;
    const start = now();
    const producer = (async () => {
      for (let i = 0; i < count; i++) await queue.put(queue);
    })();
    for (let i = 0; i < count; i++) check += (await queue.get()) === queue;
    await producer;
    return { value: now() - start, check };
  },

  async sleep(n, depth, count) {
    let value = 0;
    let check = 0;
    for (let i = 0; i < count; i++) {
      const { delay, last } = delays(n);
      const crowd = new Crowd(n, 1);
      const tasks = crowd.begin(async (_, k) => {
        await null;
        await new Promise((resolve) => { setTimeout(resolve, delay(k)); });
        crowd.arrive(1);
      });
      await null;
      const set = now();
      const fire = block(set + last * 1e6);
      await Promise.all(tasks);
      value += set - crowd.start + (crowd.end - fire);
      check += crowd.check;
    }
    return { value, check };
  },

  // The bare timers: callbacks, of no function that waits.
  async 'sleep-callbacks'(n, depth, count) {
    let value = 0;
    let check = 0;
    for (let i = 0; i < count; i++) {
      const { delay, last } = delays(n);
      const crowd = new Crowd(n, 1);
      const start = now();
      const fired = new Promise((resolve) => {
        const fire = () => {
          crowd.arrive(1);
          if (crowd.left === 0) resolve();
        };
        for (let k = 0; k < n; k++) setTimeout(fire, delay(k));
      });
      const set = now();
      const fire = block(set + last * 1e6);
      await fired;
      value += set - start + (crowd.end - fire);
      check += crowd.check;
    }
    return { value, check };
  },

  async cancel(n, depth, count) {
    let value = 0;
    let check = 0;
    let held = 0;
    const parked = async (signal) => {
      held++;
      try {
        await aborted(signal);
      } finally {
        held--;
      }
    };
    for (let i = 0; i < count; i++) {
      const controller = await quietSignal();
      const crowd = new Crowd(n, 1);
      const tasks = crowd.begin(() => parked(controller.signal));
      controller.abort('enough');
      const outcomes = await Promise.allSettled(tasks);
      for (const outcome of outcomes) check += outcome.reason === 'enough';
      value += now() - crowd.start;
    }
    return { value, check: check - held };
  },

  timeout(n, depth, count) {
    const expire = () => {};
    const start = now();
    for (let i = 0; i < count; i++) clearTimeout(setTimeout(expire, 10_000));
    return { value: now() - start, check: count };
  },

  promise: (n, depth, count) => all(new Crowd(n, count), async (crowd) => {
    let sum = 0;
    await null;
    for (let i = 0; i < count; i++) sum += await promise();
    crowd.arrive(sum);
  }),

  async 'host-call'(n, depth, count) {
    let x = 0;
    const start = now();
    for (let i = 0; i < count; i++) x = await increment(x);
    return { value: now() - start, check: x };
  },

  async 'abort-latency'(n, depth, count) {
    let value = 0;
    let check = 0;
    let lastLine;
    const abortable = async (signal) => {
      try {
        await aborted(signal);
      } finally {
        lastLine = now();
      }
    };
    for (let i = 0; i < count; i++) {
      const controller = new AbortController();
      const task = abortable(controller.signal);
      await null;
      const start = now();
      controller.abort();
      await task.catch((error) => { check += error.name === 'AbortError'; });
      value += lastLine - start;
    }
    return { value, check };
  },

  async memory(n) {
    const tasks = new Array(n).fill(null);
    const timers = [];
    const before = heap();
    const parked = async () => { await new Promise((resolve) => { timers.push(setTimeout(resolve, 3_600_000)); }); };
    for (let i = 0; i < n; i++) tasks[i] = parked();
    await null;
    const value = heap() - before;
    timers.forEach(clearTimeout);
    return { value, check: tasks.length };
  },
};

export default (read, variant) => byName(benches, variant);
