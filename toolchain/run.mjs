// Running other programs: found on the PATH, several at once, their failure as a text that a reader can act on.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';

// A reader can act on its message alone: it is no fault of the program.
export class BuildError extends Error {
  output = ''; // what a command that failed said
}

// wanted: of which folders of the PATH.
export function find(program, wanted = Boolean) {
  if (/[/\\]/.test(program)) return existsSync(program) ? program : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder && wanted(folder));
  const endings = process.platform === 'win32' ? ['.exe', '.bat', '.cmd'] : [''];
  const paths = folders.flatMap((folder) => endings.map((ending) => join(folder, program + ending)));
  return paths.find((path) => existsSync(path)) ?? null;
}

// Debian's emcc runs JavaScript that looks for its modules in Debian's folder.
function environment() {
  const modules = '/usr/share/nodejs';
  return existsSync(modules) ? { NODE_PATH: modules, ...process.env } : process.env;
}

export function commandFailed(words, output) {
  const line = words.map((word) => (/^[\w./=,@:+-]+$/.test(word) ? word : `'${word}'`)).join(' ');
  return Object.assign(new BuildError(`${line}\n${output}`.trimEnd()), { output: output.trimEnd() });
}

// Runs a command; its output is the value, or, when it fails, the error's text below the command line.
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const settings = { maxBuffer: 1 << 28, ...options, env: { ...environment(), ...options.env } };
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (!error) return done({ stdout, stderr });
      const why = error.code === 'ENOENT' ? `${command}: not found\n` : '';
      fail(commandFailed([command, ...args], `${why}${stderr}${stdout}`));
    });
  });
}

// The same for a command line in one list.
export const runWords = ([command, ...args]) => run(command, args);

// What a compiler or a linker says that did not fail are warnings: shown.
export async function withWarnings(running) {
  const { stderr } = await running;
  if (stderr) process.stderr.write(stderr);
}

// Maps items through an async function, as many at once as there are processors. All are tried; every failure is told.
export async function parallel(items, f) {
  const results = new Array(items.length);
  const failures = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [i, item] of queue) {
      try {
        results[i] = await f(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), items.length) }, worker));
  const other = failures.find((error) => !(error instanceof BuildError));
  if (other) throw other;
  if (failures.length) throw new BuildError(failures.map((error) => error.message).join('\n\n'));
  return results;
}
