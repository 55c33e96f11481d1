/* What can go wrong, one class for each case that a caller may want to tell apart; every error of a task keeps the C
 * status it stands for. And the checks of what callers give: each refuses with "what must be this, not that". */

const names = ('OK ECANCELED ETIMEDOUT EGROUP EMISUSE ENOMEM ESHUTDOWN EBROKEN EHOST EDEADLOCK ESTACK ETRAP ' +
  'EDISCARDED EAGAIN EPENDING ECLOSED EIO').split(' ');
export const ECANCELED = -1, ETIMEDOUT = -2, EGROUP = -3, EMISUSE = -4, ENOMEM = -5, EHOST = -8, ESTACK = -10;
export const ETRAP = -11, EDISCARDED = -12, EIO = -16;

/** The name of a C status; a program's own, below -1000, have none. */
export const statusName = (status) => `WA_${status > 0 ? names[0] : names[-status] ?? 'EUSER'}`;

// The names are written out, because a minifier renames the classes.
export class MisuseError extends TypeError { get name() { return 'MisuseError'; } }
export class LoadError extends Error { get name() { return 'LoadError'; } }
export class ClosedError extends Error { get name() { return 'ClosedError'; } }
export class TimeoutError extends Error { get name() { return 'TimeoutError'; } }
export class GroupError extends AggregateError { get name() { return 'GroupError'; } }

export class CancelledError extends Error {
  get name() { return 'CancelledError'; }
  constructor(message, reason) {
    super(message);
    this.reason = reason;
  }
}

export class TaskError extends Error {
  get name() { return 'TaskError'; }
  constructor(message, status, task, site, options) {
    super(message, options);
    Object.assign(this, { status, task, site });
  }
  get statusName() { return statusName(this.status); }
}
export class StackOverflowError extends TaskError { get name() { return 'StackOverflowError'; } }
export class TrapError extends TaskError { get name() { return 'TrapError'; } }

export const lateError = (ms) => new TimeoutError(`not done within ${ms} ms`);
export const cancelledError = (reason) =>
  new CancelledError(`cancelled${reason === undefined ? '' : `: ${textOf(reason)}`}`, reason);

/** A reason, or an error, as C reads it. */
export function textOf(reason) {
  try {
    return String(reason?.message ?? reason ?? '');
  } catch {
    return typeof reason;
  }
}

/** A value as a message shows it. */
export function show(value) {
  if (typeof value === 'string') return `'${value}'`;
  try {
    return typeof value === 'object' && value ? value.constructor.name : String(value);
  } catch {
    return typeof value;
  }
}

export const misuse = (sentence) => { throw new MisuseError(sentence); };
export const must = (ok, what, wanted, value) => { ok || misuse(`${what} must be ${wanted}, not ${show(value)}`); };

const kinds = {
  time: ['milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0],
  size: ['bytes, 256 to 1073741824', (value) => Number.isInteger(value) && value >= 256 && value <= 2 ** 30],
  text: ['a string', (value) => typeof value === 'string'],
  signal: ['an AbortSignal', (value) => typeof value?.addEventListener === 'function' && 'aborted' in value],
  object: ['an object', (value) => typeof value === 'object' && value],
  function: ['a function', (value) => typeof value === 'function'],
};
/** Refuses a value that is not of its kind. */
export function need(kind, what, value) {
  const [wanted, is] = kinds[kind];
  must(is(value), what, wanted, value);
}
/** Refuses options of which one that is given is not of its kind. Returns them. */
export function options(of, given, wanted) {
  if (given === undefined) return {};
  need('object', `${of}: options`, given);
  for (const name in wanted) if (given[name] !== undefined) need(wanted[name], `${of}: ${name}`, given[name]);
  return given;
}
