// A scope's body that hears of its signal as a coroutine hears of a cancellation: once, in what it awaits then or next.

export class ProgramError extends Error {
  constructor(code) {
    super(`E${code}`);
    this.code = code;
  }
}
export const outcome = (end) => {
  if (end < 0) throw new ProgramError(end);
  return end;
};

export class Body {
  constructor(world, scope) {
    Object.assign(this, { world, scope, signal: scope.signal, told: false, added: new Set() });
    scope.signal.addEventListener('abort', () => world.reasons.add(scope.signal.reason));
  }

  async run({ steps, end }) {
    for (const step of steps) {
      try {
        await this.step(step);
      } catch (error) {
        if (!step.catches) throw error;
      }
    }
    const value = outcome(end);
    if (this.signal.aborted && !this.told) throw this.signal.reason; // it has stopped its own scope, and waited for nothing since
    return value;
  }
  async step({ make, spawn, add, move, stop, reason, await: awaited }) {
    const { world, scope } = this;
    if (stop !== undefined) return world.stop(stop, reason);
    if (make) return this.hear(world.make(make));
    if (awaited !== undefined) return this.hear(world.items.get(awaited));
    if (move !== undefined) return scope.expired || scope.reschedule(move ?? undefined);
    if (this.signal.aborted) return undefined;
    if (spawn) return void this.added.add(world.watch(spawn, world.leaf(spawn, [], scope)));
    const item = world.items.get(add);
    if (!item || world.settled.has(item) || this.added.has(item)) return undefined;
    this.added.add(item);
    scope.add(item);
    return undefined;
  }

  async hear(item) {
    if (!item || this.told) return item;
    if (!item.cancel) return this.hearInstead(item);
    let refused = false; // what has ended can't hand it on: the await itself fails
    const stop = () => {
      this.told = true;
      refused = !item.cancel(this.signal.reason);
    };
    if (this.signal.aborted && !item.done) stop();
    this.signal.addEventListener('abort', stop);
    try {
      return await item;
    } finally {
      this.signal.removeEventListener('abort', stop);
      if (refused) throw this.signal.reason;
    }
  }
  /** A promise can't be stopped, but be waited for no more. */
  hearInstead(promise) {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.told = true;
        reject(this.signal.reason);
      };
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', stop));
      if (this.signal.aborted) return stop();
      this.signal.addEventListener('abort', stop);
    });
  }
}
