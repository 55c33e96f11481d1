// npx wasyncio run: one task of a wasm, in Node, as a command: input as an argument, output on stdout, Ctrl-C cancels.
//
//     run -> Ctrl-C or SIGTERM: cancelled, the task cleans up -> again: ended at once
//
// Law: what C has printed comes before what the task returns; the process ends when the task has, whatever its host still holds.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GroupError, LoadError, MisuseError, TimeoutError, load } from '../bindings/index.js';
import { BuildError } from '../toolchain/run.mjs';
import { UsageError, expect, expectFile } from './usage.mjs';

const TIMED_OUT = 124;
const signals = { SIGINT: ['Ctrl-C', 130], SIGTERM: ['SIGTERM', 143] }; // how each is called, and the exit status

export const help = `usage: npx wasyncio run APP.wasm TASK [INPUT] [--timeout MS] [--host FILE.mjs] [-- INPUT]

runs one task with INPUT as its text and prints what it returns. Ctrl-C or SIGTERM cancels the task, which cleans up; a
second one ends it at once, but not C that neither awaits nor checks: for that, kill -KILL. An INPUT that begins with -
stands behind --. C's stdin is empty, and it has no files, arguments or environment: for these, wasmtime run.

  --timeout MS      cancel the task after so many milliseconds
  --host FILE.mjs   a module whose exports are the functions that C calls with wa_await_op

Exit status: 0 the task ended well, 1 it failed, 2 wrong use, ${TIMED_OUT} its time was up,
${Object.values(signals).map(([name, status]) => `${status} cancelled by ${name}`).join(', ')}.`;

export const options = { timeout: { type: 'string' }, host: { type: 'string' } };

function check({ timeout, host }, words) {
  const [path, task] = words;
  expect(path, 'run: no wasm is given, like: npx wasyncio run app.wasm crawl');
  expectFile('run', path);
  expect(task, task || `run: no task is given, like: npx wasyncio run app.wasm crawl${orElse(path)}`);
  expect(words.length <= 3, `run: one input is expected, not ${words.length - 2}; quote one that has spaces`);
  expect(timeout === undefined || (timeout.trim() && Number(timeout) >= 0),
    `run: --timeout takes milliseconds, 0 or more, not '${timeout}'`);
  if (host !== undefined) expectFile('run', host);
}

async function importHost(path) {
  const stuck = () => { // Node has nothing left to wait for
    console.error(`wasyncio: ${path}: its top-level await waits for what can never come`);
    process.exitCode = 1;
  };
  process.once('exit', stuck);
  try {
    const { default: all, ...named } = await import(pathToFileURL(resolve(path)));
    if (typeof all !== 'object') return named;
    return Object.keys(named).length ? { ...all, ...named } : all; // which may be an instance of a class
  } catch (error) {
    throw new BuildError(`${path}: ${error?.message ?? error}`);
  } finally {
    process.off('exit', stuck);
  }
}

// How else a wasm is run that has a main. Only for who is refused: a pipe can be read once.
function orElse(path) {
  try {
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(path)));
    return exports.some(({ name }) => name === '_start') ? `; to call its main: wasmtime run ${path}` : '';
  } catch {
    return ''; // it is no wasm
  }
}

// What the bindings call a wrong argument was a wrong use of this command.
async function asUsage(path, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LoadError || error instanceof MisuseError)) throw error;
    throw new UsageError(`run: ${path}: ${error.message}${error instanceof LoadError ? orElse(path) : ''}`);
  }
}

function print(output) {
  if (typeof output === 'string' || typeof output === 'number') console.log(output);
  else process.stdout.write(output);
}

// Returns what gives the exit status of the signal that has cancelled the task.
function listen(task) {
  let interrupted;
  for (const [signal, [name, status]] of Object.entries(signals)) {
    process.on(signal, () => {
      if (interrupted || task.done) process.exit(status);
      interrupted = status;
      console.error(`wasyncio: cancelled by ${name}; again to end it at once`);
      task.cancel(name);
    });
  }
  return () => interrupted;
}

// A host module may hold what keeps Node running: a timer, a connection.
async function endProcess(status) {
  for (const stream of [process.stdout, process.stderr]) await new Promise((written) => { stream.write('', written); });
  process.exit(status);
}

export async function main({ values, words, rest }) {
  check(values, [...words, ...rest]);
  const [path, name, input] = [...words, ...rest];
  const host = values.host && await importHost(values.host);
  const timeout = values.timeout === undefined ? undefined : Number(values.timeout);
  const rt = await asUsage(path, () => load(resolve(path), host ? { host } : {}));
  let task, interrupted;
  await asUsage(path, () => {
    task = rt.spawn(name, input, { name, timeout });
    interrupted = listen(task); // at once: it may run before an await is over
  });
  rt.on('deadlock', () => {}); // told below, as this command's errors are
  // Node has nothing left to wait for, and the task is still there.
  let told = false;
  process.on('beforeExit', () => {
    if (task.done) return;
    const where = task.site && ` at ${task.site}`;
    if (!told) task.cancel(`it waits${where} for what can never come`);
    else console.error(`wasyncio: ${name}: it was cancelled, and waits again${where}, for what can never come`), process.exit(1);
    told = true;
  });
  const status = await outcome(rt, name, task, interrupted);
  return host ? endProcess(status) : status;
}

async function outcome(rt, name, task, interrupted) {
  try {
    const output = await task;
    if (!rt.tasks().length) await rt.close(); // what C's printf still holds is written; but what is left may take its time to end
    print(output);
    return 0;
  } catch (error) {
    if (interrupted() && task.cancelled) return interrupted();
    console.error(`wasyncio: ${name}: ${error?.message ?? error}`);
    for (const each of error instanceof GroupError ? error.errors : []) console.error(`  ${each.message}`);
    return error instanceof TimeoutError && task.cancelled ? TIMED_OUT : 1;
  } finally {
    await rt.close();
    for (const signal in signals) process.removeAllListeners(signal);
  }
}
