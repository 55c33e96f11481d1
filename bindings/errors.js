/* What can go wrong, one class for each case that a caller may want to tell apart; a TaskError keeps the C status it stands
 * for. And the checks of what callers give: each refuses with "what must be this, not that". */

// The names are texts, because a minifier renames the classes.
const named = (name, Base = Error) => {
  const Named = class extends Base { static name = name; };
  return Object.defineProperty(Named.prototype, 'name', { value: name, writable: true, configurable: true }), Named;
};
export const MisuseError = /* @__PURE__ */ named('MisuseError', TypeError);
export const LoadError = /* @__PURE__ */ named('LoadError');
export const ClosedError = /* @__PURE__ */ named('ClosedError');
export const TimeoutError = /* @__PURE__ */ named('TimeoutError');
export const GroupError = /* @__PURE__ */ named('GroupError', AggregateError);

export class CancelledError extends named('CancelledError') {
  constructor(message, reason) {
    super(message);
    this.reason = reason;
  }
}

export class TaskError extends named('TaskError') {
  constructor(message, status, task, site, { statusName = 'WA_EUSER', ...options } = {}) {
    super(message, options);
    Object.assign(this, { status, statusName, task, site });
  }
}
export const StackOverflowError = /* @__PURE__ */ named('StackOverflowError', TaskError);
export const TrapError = /* @__PURE__ */ named('TrapError', TaskError);

// Of a value that may refuse to be looked at.
const readable = (textOf) => (value) => {
  try {
    return textOf(value);
  } catch {
    return typeof value;
  }
};
/** instanceof. */
export const isA = (kind, value) => {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
};
/** A reason, or an error, as C reads it. */
export const textOf = readable((reason) => String(reason?.message ?? reason ?? ''));
/** As it comes back: texts of the wasm are UTF-8 and end with a 0. */
export const wordsOf = (reason) => textOf(reason).replace(/\0|\p{Surrogate}/gu, '\uFFFD');
export const nameOf = readable((error) => String(error?.name));
/** A value as a message shows it. */
export const show = readable((value) => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  return String(value && typeof value === 'object' ? value.constructor.name || value : value);
});

export const lateError = (ms) => new TimeoutError(`not done within ${ms} ms`);
export const cancelledError = (reason) =>
  new CancelledError(`cancelled${reason === undefined ? '' : `: ${textOf(reason)}`}`, reason);

export const misuse = (sentence) => { throw new MisuseError(sentence); };
export const must = (ok, what, wanted, value) => { ok || misuse(`${what} must be ${wanted}, not ${show(value)}`); };

const isSignal = readable((value) => typeof value.addEventListener === 'function' &&
  typeof value.removeEventListener === 'function' && typeof value.aborted === 'boolean');
const kinds = {
  time: ['milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0],
  size: ['bytes, 256 to 1073741824', (value) => Number.isInteger(value) && value >= 256 && value <= 2 ** 30],
  string: ['a string'],
  signal: ['an AbortSignal', isSignal],
  object: ['an object', (value) => value && typeof value === 'object'],
  function: ['a function'],
};
/** Refuses a value that is not of its kind. */
export function need(kind, what, value) {
  const [wanted, is = () => typeof value === kind] = kinds[kind];
  must(is(value) === true, what, wanted, value); // what is readable gives a text where it is not
}
/** Refuses options of which one that is given is not of its kind. Returns them. */
export function options(of, given = {}, wanted) {
  need('object', `${of}: options`, given);
  for (const name in wanted) if (given[name] !== undefined) need(wanted[name], `${of}: ${name}`, given[name]);
  return given;
}
