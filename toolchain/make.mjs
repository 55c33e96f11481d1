// Makes files from files, and only what is out of date: a result is fresh while it is the one that was made here, younger
// than all it was made from, which are what they were then, and the command is the same. Results appear by rename, so that
// two builds at once never see half a file.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BuildError, find, withWarnings } from './run.mjs';
import { withScratch } from './scratch.mjs';

// Not at once: where nothing can be made (/proc), Node 20 tries for ever.
export function makeFolder(path) {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code !== 'EEXIST') throw new BuildError(`the folder ${dirname(path)} can't be written to: ${error.message}`);
  }
}

export const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
const textOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null);
export const hash = (...words) => createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 12);

function isFresh(out, inputs) {
  const made = statSync(out, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && inputs.every((input) => statSync(input, { throwIfNoEntry: false })?.mtimeMs <= made);
}

// By which a file is known that somebody else has written over.
function stampOf(path) {
  const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return `${size} ${mtimeMs}`;
}

// What a compiled file was made from, as the compiler wrote it down.
function dependencies(depfile) {
  const text = textOf(depfile).replaceAll('\\\n', ' ');
  const paths = text.slice(text.indexOf(': ') + 2).split(/(?<!\\)\s+/).filter(Boolean);
  return paths.map((path) => path.replace(/\\([ #])/g, '$1').replaceAll('$$', '$'));
}

// What compilers read besides their command line.
const read = /^(CPATH|C(PLUS)?_INCLUDE_PATH|CCC_\w+|CLANG_\w+|COMPILER_PATH|EM(CC)?_\w+|SOURCE_DATE_EPOCH)$/;
export const environmentRead = () =>
  Object.entries(process.env).filter(([name]) => read.test(name)).map((setting) => setting.join('=')).sort();

// root: the folder whose files have names of their own in the cache. cache: where objects and records are kept. version: of what
// is not looked at by its times, because an installer may have set them.
export function maker(root, cache, version = '') {
  const making = new Map();

  // Runs make(temporary path) unless out is fresh. inputs: files, or a function that gives them, which may know more of them
  // afterwards. how: whatever the result depends on besides, as text.
  function makeFile(out, inputs, how, make) {
    // Two that want the same file at the same time share the work.
    const key = `${resolve(out)}\0${how}`;
    if (!making.has(key)) making.set(key, makeOnce(out, inputs, how, make).finally(() => making.delete(key)));
    return making.get(key);
  }

  async function makeOnce(out, inputs, how, make) {
    const record = join(cache, 'how', hash(resolve(out)));
    const all = typeof inputs === 'function' ? inputs : () => inputs;
    // The inputs' stamps too: an older file may have come in a newer one's place.
    const recordOf = (path) => `${version}\n${how}\n${stampOf(path)}\n${hash(...all().map(stampOf))}`;
    if (isFresh(out, all()) && textOf(record) === recordOf(out)) return;
    // In the same folder, so that the rename is one step; under the same name, because linkers write it into the file.
    await withScratch(dirname(out), async (folder) => {
      const temporary = join(folder, basename(out));
      const started = Date.now() / 1000;
      makeFolder(dirname(record));
      makeFolder(folder);
      await make(temporary);
      if (!existsSync(temporary)) throw new BuildError(`${basename(out)} was not made, though nothing failed: ${how}`);
      // As old as the start, so that an input that changed meanwhile is younger.
      utimesSync(temporary, started, started);
      const recorded = recordOf(temporary); // of this one: another build may put its own there at once
      renameSync(temporary, out);
      writeFileSync(record, recorded);
    });
  }

  // Compiles one C file; returns the object's path. Another compiler, other flags or settings give another object.
  async function compile(tools, flags, source) {
    const path = resolve(source);
    const inside = relative(root, path);
    const name = inside.startsWith('..') ? `elsewhere/${hash(dirname(path))}/${basename(path)}` : inside;
    const words = [...(isCxx(source) ? tools.cxx : tools.cc), ...tools.cflags(isCxx(source)), ...flags];
    const how = [...environmentRead(), ...words];
    const object = join(cache, 'obj', `${tools.target}-${hash(...how)}`, `${name}.o`);
    const depfile = `${object}.d`;
    // The compiler too: another version of it may have come under the same name. Behind a wrapper like ccache it is known by
    // its own headers, which are among the dependencies.
    const program = tools.program ?? find(words[0]) ?? [];
    const inputs = () => (existsSync(depfile) ? dependencies(depfile) : [depfile]).concat(program);
    await makeFile(object, inputs, how.join(' '), async (out) => {
      await withWarnings(tools.run([...words, '-MD', '-MF', `${out}.d`, '-c', path, '-o', out]));
      renameSync(`${out}.d`, depfile);
    });
    return object;
  }

  // Archives objects into a static library. What is in it is part of `how`: it also changes when a file has left it.
  const archive = (tools, library, objects) =>
    makeFile(library, objects, objects.join('\n'), (out) => tools.run([...tools.ar, 'rcs', out, ...objects]));

  return { makeFile, compile, archive };
}

export const isCxx = (source) => /\.(cc|cpp|cxx|c\+\+|C)$/.test(source);
