// emscripten_fiber_swap: bench/c/fiber.c.
import create from '../../build/bench/fiber.cjs';
import { byName } from './crowd.mjs';

export default async function open(read) {
  const module = await create({ wasmBinary: await read('fiber.wasm') });
  async function run(n, depth, count) {
    module._prepare(n, depth, count);
    await module.ccall('go', null, [], [], { async: true });
    module._finish();
    return { value: module._took(), check: module._checked() };
  }
  return byName({
    yield: run,
    'await-depth-plain': run,
    async memory(n) {
      const before = module.HEAPU8.length;
      module._prepare(n, 1, 0);
      await module.ccall('go', null, [], [], { async: true });
      return { value: module.HEAPU8.length - before, check: n };
    },
  });
}
