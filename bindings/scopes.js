/* asyncio's scopes around JavaScript: a body with a deadline, a body with tasks of its own. A body is an async
 * function; it can't be interrupted, so it is told by its scope's signal, and a scope ends when its body has ended.
 * Without a function, the body is the block that holds the scope by `using`: leaving it cancels what still runs.
 * Law: what a scope has started has ended when the scope has. */
import { Combined } from './combine.js';
import { GroupError, MisuseError, cancelledError, isA, lateError, misuse, nameOf, need, options, textOf } from './errors.js';
import { asyncDispose, cancellationsFromNow, dispose, futureOf, stop, tellAfter } from './future.js';

// A block's scope. Its body ends when the block is left, or when leave is called.
const block = (scope, outer, leave) => Object.assign(scope, {
  [dispose]() { outer[dispose](); },
  [asyncDispose]() {
    leave();
    return outer[asyncDispose]();
  },
});

// What tells whether a body ends as one that was stopped: by another's cancellation, or as its signal told it to. Node's own
// functions reject with an AbortError of theirs then, not with the signal's reason.
function stops(signal) {
  const isCancellation = cancellationsFromNow();
  return (error) => isCancellation(error) || (signal.aborted && (error === signal.reason || nameOf(error) === 'AbortError'));
}

const ofScope = { signal: 'signal' };

/** async with timeout(ms): ... */
export function timeout(core, ms = Infinity, body, given) {
  need('time', 'timeout: ms', ms);
  const { signal: limit } = options('timeout', given, ofScope);
  if (body !== undefined) need('function', 'timeout: the body', body);
  const controller = new AbortController();
  const { signal } = controller;
  const isStop = stops(signal);
  let expiry, cancellation, leave; // the deadline's error; that of who cancels it; ends a block's body
  const outer = new Combined(core, (reason, error = cancelledError(reason)) => {
    if (cancellation === undefined) cancellation = error; // it may be null
    controller.abort(cancellation);
    if (!body) leave();
    return true;
  });
  const deadline = outer._within(ms, () => controller.abort(expiry = lateError(ms)));
  const scope = {
    signal,
    get expired() { return expiry !== undefined; },
    reschedule(delay = Infinity) {
      need('time', 'reschedule: ms', delay);
      if (outer.done || (body ? expiry : signal.aborted)) misuse(`reschedule: the scope ${expiry ? 'has expired' : 'was left'}`);
      core.x;
      deadline.set(ms = delay);
    },
  };
  const ended = outer._body(limit, body && (() => body(scope)), (resolve) => { leave = resolve; });
  ended.then((value) => outer._resolve(value), (error) => {
    if (!isStop(error)) outer._fail(error);
    else if (cancellation !== undefined) outer._fail(cancellation, true);
    else if (expiry) outer._fail(lateError(ms)); // not that one itself: that is a cancellation, inside
    else outer._fail(error, true);
  });
  return body ? outer : block(scope, outer, leave);
}

// How a group ends: with its members' errors, else as cancelled, else with its body's value. The first that it hears of the
// former aborts the group: it is shutting down.
function verdict(controller, members) {
  const { signal } = controller;
  const errors = [];
  const heard = new Set(); // as they came, a nested group's as one; and what a body that spawns too late is told
  let cancellation; // the error of one from outside, or of a body that was cancelled
  let refusal; // of members, since it shuts down
  // The members that were not asked yet: in a nest that is too deep for the engine's stack the loop below is left by a RangeError,
  // and the next abort goes on with the rest. An end that the loop itself causes must not begin it again.
  let untold, telling;
  let why; // for the members: what was given, of which the signal has an error
  const abort = (error, reason) => {
    if (telling) return;
    telling = true;
    try {
      if (!signal.aborted) why = reason;
      tellAfter(() => {
        controller.abort(error);
        untold ??= new Set([...members].filter((member) => !member._item)); // a promise can't be: what makes it has the signal
        for (const member of untold) {
          stop(member, why);
          untold.delete(member);
        }
      });
    } finally {
      telling = false;
    }
  };
  return {
    heard,
    failed(error) {
      heard.add(error);
      const several = isA(GroupError, error) && error.errors?.length; // one of none is an error, too
      for (const each of several ? error.errors : [error]) errors.push(each); // no spread: they may be too many
      abort(error, error);
    },
    cancelled(error, reason) {
      if (cancellation === undefined) cancellation = error; // it may be null
      abort(cancellation, reason);
    },
    refuseIfAborted() {
      if (!signal.aborted) return;
      heard.add(refusal ??= new MisuseError('the group is shutting down'));
      throw refusal;
    },
    end(outer, value) {
      const first = textOf(errors[0]);
      const why = `${errors.length} of the group's members failed${first && `: ${first}`}`;
      if (errors.length) outer._fail(new GroupError(errors, why));
      else if (cancellation !== undefined) outer._fail(cancellation, true);
      else outer._resolve(value);
    },
  };
}

// The member is a group, too. What is nobody's member is inside of none, so a nest that grows at its ends is not searched.
function refuseCircle(group, member) {
  const inside = new Set([member]); // groups; takes more while it is gone through
  if (group._held) for (const { _members } of inside) _members.forEach((each) => each._members && inside.add(each));
  if (inside.has(group)) misuse('a group must have members that do not wait for it');
  member._held = true;
}

/** async with TaskGroup(): ... */
export function group(core, rt, body, given) {
  const { signal: limit } = options('group', given, ofScope);
  if (body !== undefined) need('function', 'group: the body', body);
  const controller = new AbortController();
  const { signal } = controller; // aborted: the group is shutting down
  const isStop = stops(signal);
  const members = new Set();
  let outcome; // of the body
  let leave;
  const { heard, failed, cancelled, refuseIfAborted, end } = verdict(controller, members);
  const endIfOver = () => { if (outcome && !members.size) end(outer, outcome.value); };
  const outer = new Combined(core, (reason, error = cancelledError(reason)) => {
    cancelled(error, reason);
    if (!body) leave();
    return true;
  });
  outer._members = members;
  const refuseIfOver = () => {
    if (outer.done) misuse('the group is finished');
    refuseIfAborted();
  };
  const add = (item) => {
    refuseIfOver();
    const member = futureOf(item, 'a member of a group');
    if (members.has(member)) return item;
    if (member._members) refuseCircle(outer, member);
    members.add(member);
    member._watch(() => {
      members.delete(member);
      if (member._failed && !(member._item && isStop(member._outcome))) failed(member._look());
      endIfOver();
    });
    return item;
  };
  const spawn = (...task) => {
    refuseIfOver();
    return add(rt.spawn(...task));
  };
  const scope = { signal, add, spawn };
  const ended = outer._body(limit, body && (() => body(scope)), (resolve) => { leave = resolve; });
  ended.then((value) => { outcome = { value }; }, (error) => {
    outcome = {};
    // A body that was told to stop and says so has not failed; nor has one that hands on what was heard.
    if (!isStop(error)) heard.has(error) || failed(error);
    else cancelled(error, error);
  }).then(endIfOver);
  if (body) return outer;
  scope.end = () => {
    leave();
    return outer;
  };
  return block(scope, outer, leave);
}
