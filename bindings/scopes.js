/* asyncio's scopes around JavaScript: a body with a deadline, a body with tasks of its own. A body is an async
 * function; it can't be interrupted, so it is told by its scope's signal, and a scope ends when its body has ended.
 * Law: what a scope has started has ended when the scope has. */
import { Combined } from './combine.js';
import { Deadline } from './deadline.js';
import { CancelledError, GroupError, MisuseError, TimeoutError, expect, expectTime, show } from './errors.js';
import { cancelledError, futureOf } from './future.js';

const called = (body, scope) => new Promise((resolve) => { resolve(body(scope)); });

const expectBody = (body, verb) =>
  expect(typeof body === 'function', `${verb} takes a function, the body, not ${show(body)}`);

/** async with timeout(ms): ... */
export function timeout(core, ms, body) {
  expectTime(ms, 'timeout: ms');
  expectBody(body, 'timeout');
  const controller = new AbortController();
  let late;
  let asked = false;
  const outer = new Combined(core, (reason) => {
    asked = true;
    controller.abort(cancelledError(reason));
    return true;
  });
  const passed = () => {
    late = new TimeoutError(`not done within ${ms} ms`);
    controller.abort(late);
  };
  const deadline = new Deadline(core, ms, passed);
  const scope = {
    signal: controller.signal,
    get expired() { return late !== undefined; },
    reschedule(delay) {
      expectTime(delay, 'reschedule: ms');
      expect(!late && !outer.done, `reschedule: the scope ${late ? 'has expired' : 'was left'}`);
      ms = delay;
      deadline.set(delay);
    },
  };
  called(body, scope).then((value) => outer._resolve(value), (error) => {
    const stopped = error === controller.signal.reason || error instanceof CancelledError;
    const timedOut = stopped && late && !asked;
    outer._fail(timedOut ? late : error, stopped && !timedOut);
  });
  outer._watch(() => deadline.cancel());
  return outer;
}

/** async with TaskGroup(): ... */
class Group {
  #rt;
  #members = new Set();
  #errors = [];
  #controller = new AbortController();
  #aborting = false;
  #asked; // the error of a cancellation from outside, or of a body that was cancelled
  #outcome; // of the body
  #outer;

  constructor(core, rt, body) {
    this.#rt = rt;
    this.#outer = new Combined(core, (reason) => {
      this.#asked ??= cancelledError(reason);
      this.#abort(this.#asked);
      return true;
    });
    called(body, this).then(
      (value) => this.#bodyEnded({ value }),
      (error) => this.#bodyEnded({ error }),
    );
  }

  get signal() { return this.#controller.signal; }
  get _outer() { return this.#outer; }

  spawn(name, input, options) {
    this.#refuseIfOver();
    return this.add(this.#rt.spawn(name, input, options));
  }

  add(item) {
    this.#refuseIfOver();
    const member = futureOf(item, 'a member of a group');
    this.#members.add(member);
    member._watch(() => {
      this.#members.delete(member);
      if (member._failed) this.#failed(member._look());
      this.#endIfOver();
    });
    return item;
  }

  #refuseIfOver() {
    if (this.#outer.done) throw new MisuseError('the group is finished');
    if (this.#aborting) throw new MisuseError('the group is shutting down');
  }

  #failed(error) {
    const errors = error instanceof GroupError ? error.errors : [error];
    for (const one of errors) if (!this.#errors.includes(one)) this.#errors.push(one);
    this.#abort(error);
  }

  #abort(why) {
    if (this.#aborting) return;
    this.#aborting = true;
    for (const member of this.#members) member.cancel(why);
    this.#controller.abort(why);
  }

  // A body that was told to stop and says so has not failed.
  #bodyEnded(outcome) {
    this.#outcome = outcome;
    const { error } = outcome;
    if ('error' in outcome && !(this.#aborting && error === this.signal.reason)) {
      if (!(error instanceof CancelledError)) this.#failed(error);
      else if (!this.#aborting) {
        this.#asked ??= error;
        this.#abort(error);
      }
    }
    this.#endIfOver();
  }

  #endIfOver() {
    if (!this.#outcome || this.#members.size > 0) return;
    const count = this.#errors.length;
    if (count > 0) this.#outer._fail(new GroupError(this.#errors, `${count} of the group's members failed`));
    else if (this.#asked) this.#outer._fail(this.#asked, true);
    else this.#outer._resolve(this.#outcome.value);
  }
}

export function group(core, rt, body) {
  expectBody(body, 'group');
  return new Group(core, rt, body)._outer;
}
