/* Why a task is asked to stop. The wasm knows the reason as a text; here it keeps the value that was given, so that it
 * comes back as the same object wherever the cancellation surfaces. */
import { lateError, wordsOf } from './errors.js';
import { cancels } from './future.js';

export class Cause {
  /** asIs: the cancelled task rejects with the value itself. Else with a CancelledError that has it as its reason.
   * late: it is the task's own deadline. */
  constructor(value, asIs, late = false) {
    this.value = value;
    this.asIs = asIs;
    this.late = late;
    this.asked = 0; // so many tasks that are not over were asked by it
    this.text = wordsOf(value);
  }
}
// A signal that is not the platform's own may have no reason, or one that can't be read.
function reasonOf(signal) {
  try {
    const { reason = new DOMException('aborted', 'AbortError') } = signal;
    return reason;
  } catch (error) {
    return error;
  }
}
export function signalled(signal) {
  const reason = reasonOf(signal);
  cancels(reason); // at once: a promise may reject with it before a task does
  return new Cause(reason, true);
}
export const timedOut = (ms) => new Cause(lateError(ms), true, true);
