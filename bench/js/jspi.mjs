// JavaScript promise integration: bench/c/jspi.c. In engines that have it.
import { Crowd, byName, now } from './crowd.mjs';

const settled = Promise.resolve(1);

export default async function open(read) {
  const { Suspending, promising } = WebAssembly;
  const env = {
    tick: new Suspending(() => settled),
    promise: new Suspending(() => settled),
    increment: new Suspending(async (x) => x + 1),
  };
  const { instance } = await WebAssembly.instantiate(await read('jspi.wasm'), { env });
  const crowd = (name) => {
    const call = promising(instance.exports[name]);
    return async (n, depth, count) => {
      const crowd = new Crowd(n, count);
      await Promise.all(crowd.begin(async () => crowd.arrive(await call(count))));
      return crowd.answer;
    };
  };
  const calls = promising(instance.exports.calls);
  return byName({
    yield: crowd('yields'),
    promise: crowd('promises'),
    async 'host-call'(n, depth, count) {
      const start = now();
      const check = await calls(count);
      return { value: now() - start, check };
    },
  });
}
