// CPython as wasm, with asyncio on Pyodide's own loop over JavaScript's: what its users have.
import { readFileSync } from 'node:fs';
import { loadPyodide } from 'pyodide';

export default async function open() {
  const python = await loadPyodide();
  python.runPython(readFileSync(new URL('../py/benches.py', import.meta.url), 'utf8'));
  const run = python.globals.get('run');
  return async (...job) => {
    const pair = await run(...job);
    const [value, check] = pair.toJs();
    pair.destroy();
    return { value: Number(value), check: Number(check) };
  };
}
