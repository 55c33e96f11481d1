// The judge: CPython 3.14, as npm's pyodide carries it, in a thread of its own. Scenario text in, traces out.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export class CPython {
  /** `fault` damages it on purpose: reference/faults.py. `judge`: the module whose run_text runs the programs. */
  constructor(fault, judge = 'world') {
    this.worker = new Worker(new URL('./cpython-worker.mjs', import.meta.url), { workerData: { fault, judge } });
    this.worker.unref();
  }

  /** One call at a time. */
  async run(text) {
    this.worker.ref();
    this.worker.postMessage(text);
    const [{ traces, error }] = await once(this.worker, 'message');
    this.worker.unref();
    if (error) throw new Error(`the reference failed: ${error}`);
    return traces;
  }

  close() {
    return this.worker.terminate();
  }
}
