// Runs batches one after the other and says so; the process that started it sees when one does not come back.
import { parentPort, workerData } from 'node:worker_threads';
import { runBatch } from './batch.mjs';

const { module, seeds } = workerData;
for (const seed of seeds) {
  parentPort.postMessage({ seed });
  try {
    runBatch(module, seed);
  } catch (error) {
    parentPort.postMessage({ failed: error.stack, seed, sequence: error.sequence });
    break;
  }
}
parentPort.postMessage({ done: true });
