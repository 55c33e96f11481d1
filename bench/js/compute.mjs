// bench/c/compute.c, with the runtime or without it: plain calls of exports.
import { load } from '../../bindings/index.js';
import { byName, now } from './crowd.mjs';

export default async function open(read, file) {
  const wasm = await read(file);
  const withRuntime = WebAssembly.Module.exports(new WebAssembly.Module(wasm)).some(({ name }) => name === 'wax_abi');
  const { exports } = withRuntime ? await load(wasm) : (await WebAssembly.instantiate(wasm)).instance;
  const kernel = (name) => (n, depth, count) => {
    const start = now();
    const value = exports[name](count);
    return { value: now() - start, check: count, also: value };
  };
  return byName({
    'compute-sha256': kernel('compute_sha256'),
    'compute-queens': kernel('compute_queens'),
    'compute-matrix': kernel('compute_matrix'),
  });
}
