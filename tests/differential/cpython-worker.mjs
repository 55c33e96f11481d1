// The thread in which the reference runs: CPython is started once and then answers every message.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { loadPyodide } from 'pyodide';

const START = `
import asyncio, importlib, sys, warnings
sys.path[:0] = ['/differential/reference', '/differential/bindings']
sys.dont_write_bytecode = True
warnings.simplefilter('ignore')  # of coroutines that are never awaited: scenarios end with some
asyncio._set_running_loop(None)  # pyodide's own, which drives JavaScript's event loop
if fault: importlib.import_module('faults').switch_on(fault)
importlib.import_module(judge).run_text
`;

async function start() {
  const python = await loadPyodide();
  python.mountNodeFS('/differential', fileURLToPath(new URL('.', import.meta.url)));
  python.globals.set('fault', workerData.fault ?? '');
  python.globals.set('judge', workerData.judge);
  return python.runPython(START);
}

const started = start();
parentPort.on('message', async (text) => {
  try {
    const run = await started;
    parentPort.postMessage({ traces: run(text) });
  } catch (error) {
    parentPort.postMessage({ error: error.message }); // the stack of a PythonError is all of pyodide's source
  }
});
