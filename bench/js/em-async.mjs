// EM_ASYNC_JS: bench/c/em_async.c.
import create from '../../build/bench/em_async.cjs';
import { byName } from './crowd.mjs';

export default async function open(read) {
  const module = await create({ wasmBinary: await read('em_async.wasm'), settled: Promise.resolve(1) });
  const run = (name) => async (n, depth, count) => {
    await module.ccall(name, null, ['number'], [count], { async: true });
    return { value: module._took(), check: module._checked() };
  };
  return byName({ promise: run('promises'), 'host-call': run('calls') });
}
