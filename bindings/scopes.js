/* asyncio's scopes around JavaScript: a body with a deadline, a body with tasks of its own. A body is an async
 * function; it can't be interrupted, so it is told by its scope's signal, and a scope ends when its body has ended.
 * Law: what a scope has started has ended when the scope has. */
import { Combined } from './combine.js';
import { Deadline } from './deadline.js';
import { CancelledError, GroupError, cancelledError, lateError, misuse, need } from './errors.js';
import { futureOf } from './future.js';

const called = (body, scope) => new Promise((resolve) => { resolve(body(scope)); });

/** async with timeout(ms): ... */
export function timeout(core, ms = Infinity, body) {
  need('time', 'timeout: ms', ms);
  need('function', 'timeout: the body', body);
  const controller = new AbortController();
  const { signal } = controller;
  let late, asked;
  const outer = new Combined(core, (reason) => {
    controller.abort(cancelledError(reason));
    return asked = true;
  });
  const deadline = new Deadline(core, ms, () => controller.abort(late = lateError(ms)));
  called(body, {
    signal,
    get expired() { return late !== undefined; },
    reschedule(delay = Infinity) {
      need('time', 'reschedule: ms', delay);
      if (late || outer.done) misuse(`reschedule: the scope ${late ? 'has expired' : 'was left'}`);
      deadline.set(ms = delay);
    },
  }).then((value) => outer._resolve(value), (error) => {
    const stopped = error === signal.reason || error instanceof CancelledError;
    if (stopped && late && !asked) outer._fail(late);
    else outer._fail(error, stopped);
  });
  outer._watch(() => deadline.cancel());
  return outer;
}

/** async with TaskGroup(): ... */
export function group(core, rt, body) {
  need('function', 'group: the body', body);
  const controller = new AbortController();
  const { signal } = controller; // aborted: the group is shutting down
  const members = new Set();
  const errors = new Set();
  let asked; // the error of a cancellation from outside, or of a body that was cancelled
  let outcome; // of the body

  const abort = (why) => {
    if (signal.aborted) return;
    controller.abort(why);
    for (const member of members) member.cancel(why);
  };
  const failed = (error) => {
    for (const one of error instanceof GroupError ? error.errors : [error]) errors.add(one);
    abort(error);
  };
  const cancelled = (error) => abort(asked ??= error);
  const endIfOver = () => {
    if (!outcome || members.size) return;
    if (errors.size) outer._fail(new GroupError(errors, `${errors.size} of the group's members failed`));
    else if (asked) outer._fail(asked, true);
    else outer._resolve(outcome.value);
  };
  const outer = new Combined(core, (reason) => {
    cancelled(cancelledError(reason));
    return true;
  });
  const refuseIfOver = () => {
    if (outer.done) misuse('the group is finished');
    if (signal.aborted) misuse('the group is shutting down');
  };
  const add = (item) => {
    refuseIfOver();
    const member = futureOf(item, 'a member of a group');
    members.add(member);
    member._watch(() => {
      members.delete(member);
      if (member._failed) failed(member._look());
      endIfOver();
    });
    return item;
  };
  const spawn = (...task) => {
    refuseIfOver();
    return add(rt.spawn(...task));
  };
  called(body, { signal, add, spawn }).then((value) => { outcome = { value }; }, (error) => {
    outcome = {};
    // A body that was told to stop and says so has not failed.
    if (signal.aborted && (error === signal.reason || error instanceof CancelledError)) return;
    if (error instanceof CancelledError) cancelled(error);
    else failed(error);
  }).then(endIfOver);
  return outer;
}
