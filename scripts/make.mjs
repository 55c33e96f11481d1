// Makes files from files, and only what is out of date: a result is fresh while it is younger than all it was made from
// and the command is the same. Results appear by rename, so that two builds at once never see half a file.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync,
} from 'node:fs';
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

const hash = (...words) => createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 12);
const textOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null);

function isFresh(out, inputs) {
  const made = statSync(out, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && inputs.every((input) => statSync(input, { throwIfNoEntry: false })?.mtimeMs <= made);
}

const making = new Map();

// Runs make(temporary path) unless out is fresh. how: whatever the result depends on besides the inputs, as text.
export function makeFile(out, inputs, how, make) {
  // Two that want the same file at the same time share the work.
  const key = `${resolve(out)}\0${how}`;
  if (!making.has(key)) making.set(key, makeOnce(out, inputs, how, make).finally(() => making.delete(key)));
  return making.get(key);
}

async function makeOnce(out, inputs, how, make) {
  const record = join(root, 'build/how', hash(resolve(out)));
  if (isFresh(out, inputs) && textOf(record) === how) return;
  mkdirSync(dirname(resolve(out)), { recursive: true });
  mkdirSync(dirname(record), { recursive: true });
  // In the same folder, so that the rename is one step; with the same ending, because compilers look at it.
  const temporary = join(dirname(out), `${scratch()}.${basename(out)}`);
  const started = Date.now() / 1000;
  try {
    await make(temporary);
    // As old as the start, so that an input that changed meanwhile is younger.
    utimesSync(temporary, started, started);
    renameSync(temporary, out);
    writeFileSync(record, how);
  } finally {
    rmSync(temporary, { force: true });
  }
}

// What a compiled file was made from, as the compiler wrote it down.
function dependencies(depfile) {
  const text = textOf(depfile).replaceAll('\\\n', ' ');
  const paths = text.slice(text.indexOf(': ') + 2).split(/(?<!\\)\s+/).filter(Boolean);
  return paths.map((path) => path.replaceAll('\\ ', ' '));
}

// Compiles one C file; returns the object's path. Another compiler or other flags give another object.
export async function compile(tools, flags, source) {
  const path = resolve(source);
  const inside = relative(root, path);
  const name = inside.startsWith('..') ? `elsewhere/${hash(dirname(path))}/${basename(path)}` : inside;
  const args = [...tools.cc.slice(1), ...tools.cflags, ...flags];
  const object = join(root, 'build/obj', `${tools.target}-${hash(tools.cc[0], ...args)}`, `${name}.o`);
  const depfile = `${object}.d`;
  const inputs = existsSync(depfile) ? dependencies(depfile) : [depfile];
  await makeFile(object, inputs, args.join(' '), async (out) => {
    const found = `${out}.d`;
    try {
      const { stderr } = await run(tools.cc[0], [...args, '-MMD', '-MF', found, '-c', path, '-o', out]);
      if (stderr) process.stderr.write(stderr);
      renameSync(found, depfile);
    } finally {
      rmSync(found, { force: true });
    }
  });
  return object;
}

// Archives objects into a static library. What is in it is part of `how`: it also changes when a file has left it.
export const archive = (tools, library, objects) =>
  makeFile(library, objects, objects.join('\n'), (out) => run(tools.ar, ['rcs', out, ...objects]));

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
