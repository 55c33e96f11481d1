/* Why a task is asked to stop. The wasm knows the reason as a text; here it keeps the value that was given, so that it
 * comes back as the same object wherever the cancellation surfaces. */
import { TimeoutError } from './errors.js';
import { textOf } from './future.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// Texts of the wasm are UTF-8 and end with a 0; the text that comes back must be the one that went in.
const asWasmSees = (text) => decoder.decode(encoder.encode(text.replaceAll('\0', '\uFFFD')));

export class Cause {
  /** asIs: the cancelled task rejects with the value itself. Else with a CancelledError that has it as its reason. */
  constructor(value, asIs) {
    this.value = value;
    this.text = asWasmSees(textOf(value));
    this.asIs = asIs;
  }

  static ofCancel(reason) { return new Cause(reason, false); }
  static ofSignal(signal) { return new Cause(signal.reason, true); }
  static ofTimeout(ms) { return new Cause(new TimeoutError(`not done within ${ms} ms`), true); }
}
