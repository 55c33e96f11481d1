// What a program prints under the CPython of npm's pyodide.
import { readFileSync } from 'node:fs';
import { loadPyodide } from 'pyodide';

export async function printed(file) {
  const lines = [];
  const python = await loadPyodide({ stdout: (line) => lines.push(line) });
  python.runPython(readFileSync(file, 'utf8'));
  return lines.map((line) => `${line}\n`).join('');
}
