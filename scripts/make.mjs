// Makes files from files, and only what is out of date: a result is fresh while it is younger than all it was made from
// and the command is the same. Results appear by rename, so that two builds at once never see half a file.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError, environment } from './toolchain.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = () => `.${process.pid}.${(scratch.count = (scratch.count ?? 0) + 1)}.tmp`;

// Runs a command; its output is the value, or, when it fails, the error's text below the command line.
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const settings = { maxBuffer: 1 << 28, env: environment(), ...options };
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (!error) return done({ stdout, stderr });
      const line = [command, ...args].map((word) => (/^[\w./=,@:+-]+$/.test(word) ? word : `'${word}'`)).join(' ');
      const why = error.code === 'ENOENT' ? `${command}: not found\n` : '';
      fail(new BuildError(`${line}\n${why}${stderr}${stdout}`.trimEnd()));
    });
  });
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : -1);
export const isFresh = (out, inputs) => {
  const made = modified(out);
  return made >= 0 && inputs.every((input) => { const time = modified(input); return time >= 0 && time <= made; });
};

// Runs make(temporary path) unless out is fresh. Returns true if it had to.
export async function makeFile(out, inputs, make) {
  if (isFresh(out, inputs)) return false;
  mkdirSync(dirname(out), { recursive: true });
  // In the same folder, so that the rename is one step; with the same ending, because compilers look at it.
  const temporary = join(dirname(out), `${scratch()}.${basename(out)}`);
  try {
    await make(temporary);
    renameSync(temporary, out);
  } finally {
    rmSync(temporary, { force: true });
  }
  return true;
}

// What a compiled file was made from, as the compiler wrote it down.
function dependencies(depfile) {
  if (!existsSync(depfile)) return null;
  const text = readFileSync(depfile, 'utf8').replaceAll('\\\n', ' ');
  return text.slice(text.indexOf(': ') + 2).split(/(?<!\\)\s+/).filter(Boolean).map((path) => path.replaceAll('\\ ', ' '));
}

const hash = (...words) => createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 8);

// Compiles one C file; returns the object's path. Another compiler or other flags give another object.
export async function compile(tools, flags, source) {
  const path = resolve(source);
  const inside = relative(root, path);
  const name = inside.startsWith('..') ? `elsewhere/${hash(dirname(path))}/${basename(path)}` : inside;
  const args = [...tools.cc.slice(1), ...tools.cflags, ...flags];
  const object = join(root, 'build/obj', `${tools.target}-${hash(tools.cc[0], ...args)}`, `${name}.o`);
  const depfile = `${object}.d`;
  const inputs = dependencies(depfile) ?? [join(dirname(object), 'never compiled')];
  await makeFile(object, inputs, async (out) => {
    const found = `${out}.d`;
    const { stderr } = await run(tools.cc[0], [...args, '-MMD', '-MF', found, '-c', path, '-o', out]);
    if (stderr) process.stderr.write(stderr);
    renameSync(found, depfile);
  });
  return object;
}

// Archives objects into a static library.
export function archive(tools, library, objects) {
  // A library also changes when a file has left it; its list of members says so.
  const list = `${library}.list`;
  const members = `${objects.join('\n')}\n`;
  if (!existsSync(list) || readFileSync(list, 'utf8') !== members) {
    mkdirSync(dirname(list), { recursive: true });
    writeFileSync(list, members);
  }
  return makeFile(library, [list, ...objects], (out) => run(tools.ar, ['rcs', out, ...objects]));
}

// Maps items through an async function, as many at once as there are processors.
export async function parallel(items, f) {
  const results = new Array(items.length);
  const queue = items.entries();
  const worker = async () => { for (const [i, item] of queue) results[i] = await f(item); };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), items.length) }, worker));
  return results;
}
