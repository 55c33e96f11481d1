// npm's optimizer: binaryen, wasm-opt as a library that is wasm itself, in a thread of its own. It loads while clang works, and
// what V8 made of it for the first run serves the second: 0.8 s less than a process for each.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { npmModule, quickly } from './npm.mjs';
import { BuildError } from './run.mjs';

const thread = fileURLToPath(new URL('binaryen-thread.mjs', import.meta.url));

// What toolchains.mjs calls an optimizer. null: the package is not there.
export function npmOptimizer() {
  const main = npmModule('binaryen');
  return main && new Binaryen(main);
}

// Law: the thread keeps the process alive while it runs something, and not otherwise.
class Binaryen {
  #worker = null;
  #last = Promise.resolve();

  constructor(main) {
    this.name = main;
  }

  load() {
    if (this.#worker) return this.#worker;
    quickly();
    this.#worker = new Worker(thread, { workerData: pathToFileURL(this.name).href });
    this.#worker.unref();
    return this.#worker;
  }

  // One at a time: the thread has one.
  run(input, output, flags) {
    const result = this.#last.then(() => this.#run(input, output, flags));
    this.#last = result.catch(() => {});
    return result;
  }

  async #run(input, output, flags) {
    const worker = this.load();
    worker.ref();
    const answer = await new Promise((done, fail) => {
      worker.once('message', done).once('error', fail);
      worker.postMessage({ bytes: readFileSync(input), flags });
    });
    worker.removeAllListeners('error');
    worker.unref();
    if (answer.bytes) return writeFileSync(output, answer.bytes);
    // An optimizer that gave up is not to be asked again.
    this.#worker = null;
    throw new BuildError(`binaryen ${flags.join(' ')}\n${answer.error}`.trimEnd());
  }
}
