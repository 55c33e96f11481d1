// Where results are half made: a folder that is gone when the work is done, fails, or is ended by a signal.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const inUse = new Set();
let count = 0;

const remove = (folder) => rmSync(folder, { recursive: true, force: true });

const listen = (how) => { for (const signal of signals) process[how](signal, onSignal); };

function onSignal(signal) {
  inUse.forEach(remove); // whole, though the signal may come again meanwhile
  listen('off');
  process.kill(process.pid, signal); // it ends the process, as it would have
}

/** work(path of a folder inside this one, not made yet). */
export async function withScratch(folder, work) {
  const scratch = join(folder, `.${process.pid}.${++count}.tmp`);
  if (!inUse.size) listen('on');
  inUse.add(scratch);
  try {
    return await work(scratch);
  } finally {
    remove(scratch);
    inUse.delete(scratch);
    if (!inUse.size) listen('off');
  }
}
