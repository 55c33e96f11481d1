// npm's own compiler: @yowasp/clang, clang and lld as wasm, in this process.
//
// clang sees a file system in memory. What it will ask for is put there under /host: the files that the command names,
// and what they include, found by looking for #include. Laws:
//   - too much is put there, never too little: conditions around an #include are not looked at, and a macro that stands
//     for a text may be included;
//   - that file system takes a/../b for a/b. Where that would be another file, it is refused.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { isFile } from './make.mjs';
import { BuildError, commandFailed, runWords } from './run.mjs';

const here = fileURLToPath(import.meta.url);

// V8 must not optimize programs like this one while they run, which takes longer than they run; and not check, which they
// don't need, 75 MB before the first call.
export function quickly() {
  for (const flag of ['--wasm-lazy-validation', '--liftoff', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) {
    v8.setFlagsFromString(flag);
  }
}

// Where a package's main file is: the project's own, else one beside this package. null: nowhere.
export function npmModule(name) {
  for (const from of [join(process.cwd(), 'package.json'), here]) {
    try {
      return createRequire(from).resolve(name);
    } catch { /* not there */ }
  }
  return null;
}

const programs = ['clang', 'clang++', 'ar'];

// Runs these as run.mjs runs a program. null: the package is not there.
export function npmClang() {
  const main = npmModule('@yowasp/clang');
  if (!main) return null;
  let loaded;
  return async (words) => {
    if (!programs.includes(words[0])) return runWords(words);
    loaded ??= load(main);
    return runInMemory(await loaded, words);
  };
}

async function load(main) {
  quickly();
  const yowasp = await import(pathToFileURL(main));
  const read = () => yowasp.runLLVM(null, {}, { fetchProgress() {} }); // without a line on the console
  await atOnce(read).catch(read);
  return yowasp;
}

// The package takes its 105 MB through streams, for progress to be shown and for a browser: 0.3 s more than the files as they are.
async function atOnce(read) {
  const { Response } = globalThis;
  const { compileStreaming } = WebAssembly;
  globalThis.Response = class {
    #file;
    constructor(body) { this.#file = body instanceof Uint8Array ? body : body.#file; }
    get body() { return { pipeThrough: () => this }; }
    arrayBuffer() {
      const { buffer, byteOffset, byteLength } = this.#file;
      return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
    }
  };
  WebAssembly.compileStreaming = async (response) => WebAssembly.compile((await response).arrayBuffer());
  try {
    await read();
  } finally {
    Object.assign(globalThis, { Response });
    Object.assign(WebAssembly, { compileStreaming });
  }
}

const HOST = '/host';
const toMemory = (path) => `${HOST}/${path.replaceAll('\\', '/').replace(/^([A-Za-z]):/, '$1').replace(/^\//, '')}`;
const fromMemory = (text) =>
  text.replaceAll(`${HOST}/`, process.platform === 'win32' ? '' : '/').replace(/^([A-Za-z])(?=\/)/gm,
    (letter) => (process.platform === 'win32' ? `${letter}:` : letter));
const withPath = /^(-I|-L|-isystem|-iquote|-include|-imacros|-ffile-prefix-map=)?(.+)$/;
const wordToMemory = (word) => {
  const [, option = '', rest] = withPath.exec(word) ?? [];
  return rest !== undefined && isAbsolute(rest) ? option + toMemory(rest) : word;
};

const includes = new RegExp(
  String.raw`(?:#\s*(?:include(?:_next)?|import|embed|define\s+\w+)\s*|__has_\w+\s*\(\s*)["<]([^">\n]+)`, 'g');

class Tree {
  files = {};
  #paths = new Map();

  // Puts a file there, under the name by which it will be asked for. false: it is there already.
  add(path) {
    const segments = toMemory(path).split('/').filter((segment) => !['', '.', '..'].includes(segment));
    const key = segments.join('/');
    const other = this.#paths.get(key);
    if (other !== undefined) {
      if (!readFileSync(other).equals(readFileSync(path))) {
        throw new BuildError(`npm's clang takes ${path} for ${other}: include one of them by another path`);
      }
      return false;
    }
    this.#paths.set(key, path);
    const name = segments.pop();
    segments.reduce((folder, segment) => (folder[segment] ??= {}), this.files)[name] = readFileSync(path);
    return true;
  }

  addSource(path, folders, macros = []) {
    if (!this.add(path)) return;
    const named = Array.from(readFileSync(path, 'utf8').matchAll(includes), ([, name]) => name);
    for (const name of [...named, ...macros]) {
      for (const folder of [dirname(path), ...folders]) {
        const found = isAbsolute(name) ? name : `${folder}/${name}`;
        if (isFile(found)) this.addSource(found, folders);
      }
    }
  }

  read(path) {
    const segments = toMemory(path).split('/').filter(Boolean);
    return segments.reduce((folder, segment) => folder?.[segment], this.files);
  }
}

const after = (words, option) => words.filter((word, i) => words[i - 1] === option);
const joined = (words, option) => [
  ...words.filter((word) => word.startsWith(option) && word !== option).map((word) => word.slice(option.length)),
  ...after(words, option),
];

async function runInMemory({ runClang, runLLVM, Exit }, words) {
  const tree = new Tree();
  const folders = ['-I', '-isystem', '-iquote'].flatMap((option) => joined(words, option));
  const outputs = [...after(words, '-o'), ...after(words, '-MF')];
  const macros = joined(words, '-D').flatMap((text) => /=["<](.+)[">]$/.exec(text)?.[1] ?? []);
  const sources = words.slice(1).filter((word) => isAbsolute(word) && !outputs.includes(word) && isFile(word));
  for (const path of [...sources, ...['-include', '-imacros'].flatMap((option) => joined(words, option)).filter(isFile)]) {
    if (/\.[oa]$/.test(path)) tree.add(path);
    else tree.addSource(path, folders, macros);
  }
  for (const folder of joined(words, '-L').filter((path) => existsSync(path))) {
    for (const name of readdirSync(folder)) if (name.endsWith('.a')) tree.add(join(folder, name));
  }
  // The folders of the results have to be there.
  const marker = Buffer.alloc(0);
  for (const path of outputs) {
    const segments = toMemory(dirname(path)).split('/').filter(Boolean);
    segments.reduce((folder, segment) => (folder[segment] ??= {}), tree.files)[`.${basename(path)}.folder`] = marker;
  }
  let text = '';
  const decoder = new TextDecoder();
  const hear = (bytes) => { if (bytes) text += decoder.decode(bytes, { stream: true }); };
  const options = { stdout: hear, stderr: hear, decodeASCII: false };
  const work = words[0].startsWith('clang') ? runClang : runLLVM;
  try {
    tree.files = await work(words.map(wordToMemory), tree.files, options);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    throw commandFailed(words, fromMemory(text));
  }
  for (const path of outputs) {
    const bytes = tree.read(path);
    if (bytes === undefined) throw commandFailed(words, fromMemory(text));
    // A list of what was included is text with such paths in it, and with those of clang's own headers.
    const list = (text) => fromMemory(text.replace(/(?<=\s)\/(?!host\/)(\\.|\S)+/g, ''));
    writeFileSync(path, after(words, '-MF').includes(path) ? list(new TextDecoder().decode(bytes)) : bytes);
  }
  return { stdout: '', stderr: fromMemory(text) };
}
