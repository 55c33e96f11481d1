/* What can go wrong, one class for each case that a caller may want to tell apart. Every error keeps the C status it
 * stands for, so nothing is lost on the way from C to JavaScript. */

const names = [
  'WA_OK', 'WA_ECANCELED', 'WA_ETIMEDOUT', 'WA_EGROUP', 'WA_EMISUSE', 'WA_ENOMEM', 'WA_ESHUTDOWN', 'WA_EBROKEN',
  'WA_EHOST', 'WA_EDEADLOCK', 'WA_ESTACK', 'WA_ETRAP', 'WA_EDISCARDED', 'WA_EAGAIN', 'WA_EPENDING',
];
export const ECANCELED = -1;
export const ETIMEDOUT = -2;
export const EGROUP = -3;
export const EHOST = -8;
export const ESTACK = -10;
export const ETRAP = -11;
export const EDISCARDED = -12;

/** The name of a C status; a program's own, below -1000, have none. */
export const statusName = (status) => (status > 0 ? names[0] : names[-status] ?? 'WA_EUSER');

export class MisuseError extends TypeError {}
export class LoadError extends Error {}
export class ClosedError extends Error {}
export class TimeoutError extends Error {}

export class CancelledError extends Error {
  constructor(message, reason) {
    super(message);
    this.reason = reason;
  }
}

export class TaskError extends Error {
  constructor(message, status, task, site, options) {
    super(message, options);
    Object.assign(this, { status, task, site });
  }
  get statusName() { return statusName(this.status); }
}
export class StackOverflowError extends TaskError {}
export class TrapError extends TaskError {}

export class GroupError extends AggregateError {}

// By hand, because a minifier renames the classes.
const all = {
  MisuseError, LoadError, ClosedError, TimeoutError, CancelledError, TaskError, StackOverflowError, TrapError,
  GroupError,
};
for (const name in all) Object.defineProperty(all[name].prototype, 'name', { value: name });

/** Throws a MisuseError unless ok. */
export const expect = (ok, sentence) => { if (!ok) throw new MisuseError(sentence); };

/** A value as a message shows it. */
export const show = (value) => {
  if (typeof value === 'string') return `'${value}'`;
  try {
    return typeof value === 'object' && value ? value.constructor.name : String(value);
  } catch {
    return typeof value;
  }
};

/** Throws a MisuseError unless ms is a time: a number from 0 to Infinity. undefined is "no limit". */
export const expectTime = (ms, what) =>
  expect(ms === undefined || (typeof ms === 'number' && ms >= 0),
    `${what} must be milliseconds, 0 or more, not ${show(ms)}`);
