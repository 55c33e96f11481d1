/* asyncio's scopes around JavaScript: a body with a deadline, a body with tasks of its own. A body is an async
 * function; it can't be interrupted, so it is told by its scope's signal, and a scope ends when its body has ended.
 * Without a function, the body is the block that holds the scope by `using`: leaving it cancels what still runs.
 * Law: what a scope has started has ended when the scope has. */
import { Combined } from './combine.js';
import { CancelledError, GroupError, MisuseError, cancelledError, lateError, misuse, need } from './errors.js';
import { asyncDispose, dispose, futureOf, left } from './future.js';

// A block's scope. Its body ends when the block is left, or when leave is called.
const block = (scope, outer, leave) => Object.assign(scope, {
  [dispose]() { outer.cancel(left); },
  [asyncDispose]() {
    leave();
    return outer[asyncDispose]();
  },
});

/** async with timeout(ms): ... */
export function timeout(core, ms = Infinity, body) {
  need('time', 'timeout: ms', ms);
  if (body !== undefined) need('function', 'timeout: the body', body);
  const controller = new AbortController();
  const { signal } = controller;
  let late, asked, leave;
  const outer = new Combined(core, (reason) => {
    controller.abort(asked ??= cancelledError(reason));
    if (!body) leave();
    return true;
  });
  const deadline = outer._within(ms, () => controller.abort(late = lateError(ms)));
  const scope = {
    signal,
    get expired() { return late !== undefined; },
    reschedule(delay = Infinity) {
      need('time', 'reschedule: ms', delay);
      if (signal.aborted || outer.done) misuse(`reschedule: the scope ${late ? 'has expired' : 'was left'}`);
      deadline.set(ms = delay);
    },
  };
  const ended = new Promise((resolve) => {
    leave = resolve;
    if (body) resolve(body(scope));
  });
  ended.then((value) => outer._resolve(value), (error) => {
    const stopped = (signal.aborted && error === signal.reason) || error instanceof CancelledError;
    if (stopped && late) outer._fail(asked ?? late, !!asked);
    else outer._fail(error, stopped);
  });
  return body ? outer : block(scope, outer, leave);
}

/** async with TaskGroup(): ... */
export function group(core, rt, body) {
  if (body !== undefined) need('function', 'group: the body', body);
  const controller = new AbortController();
  const { signal } = controller; // aborted: the group is shutting down
  const members = new Set();
  const errors = [];
  let asked; // the error of a cancellation from outside, or of a body that was cancelled
  let outcome; // of the body
  let refusal; // of members, since it shuts down
  let leave;

  const abort = (why) => {
    if (signal.aborted) return;
    controller.abort(why);
    for (const member of members) member.cancel(why);
  };
  const failed = (error) => {
    for (const each of error instanceof GroupError ? error.errors : [error]) errors.push(each); // no spread: they may be too many
    abort(error);
  };
  const cancelled = (error) => abort(asked ??= error);
  const endIfOver = () => {
    if (!outcome || members.size) return;
    if (errors.length) outer._fail(new GroupError(errors, `${errors.length} of the group's members failed`));
    else if (asked) outer._fail(asked, true);
    else outer._resolve(outcome.value);
  };
  const outer = new Combined(core, (reason) => {
    cancelled(cancelledError(reason));
    if (!body) leave();
    return true;
  });
  const refuseIfOver = () => {
    if (outer.done) misuse('the group is finished');
    if (signal.aborted) throw refusal ??= new MisuseError('the group is shutting down');
  };
  const add = (item) => {
    refuseIfOver();
    const member = futureOf(item, 'a member of a group');
    if (member === outer) misuse('a group must have members other than itself: it would wait for its own end');
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
  const scope = { signal, add, spawn };
  const ended = new Promise((resolve) => {
    leave = resolve;
    if (body) resolve(body(scope));
  });
  ended.then((value) => { outcome = { value }; }, (error) => {
    outcome = {};
    // A body that was told to stop and says so has not failed.
    if (signal.aborted && (error === signal.reason || error === refusal || error instanceof CancelledError)) return;
    if (error instanceof CancelledError) cancelled(error);
    else if (!errors.includes(error)) failed(error); // else it hands a member's on
  }).then(endIfOver);
  if (body) return outer;
  scope.end = () => {
    leave();
    return outer;
  };
  return block(scope, outer, leave);
}
