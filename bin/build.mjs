// npx wasyncio build: a user's C and the prebuilt runtime become one wasm. Only what is out of date is compiled.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { linkWasm } from '../toolchain/link.mjs';
import { isCxx, makeFolder, maker } from '../toolchain/make.mjs';
import { BuildError, parallel } from '../toolchain/run.mjs';
import { findToolchain, names } from '../toolchain/toolchains.mjs';
import { checkFlags, explained } from './refuse.mjs';
import { expect, expectFile, expectOutput } from './usage.mjs';

export const help = `usage: npx wasyncio build FILE.c... -o OUT.wasm [OPTION...] [-- COMPILER-FLAG...]

compiles C (or C++ without exceptions), objects and archives with the runtime into one wasm.

  -o, --output OUT.wasm    where it goes
  -O 0|1|2|3|s|z           how far it is optimized (default: -O3); with s and z the runtime is the small one
  -I DIR, -D NAME[=VALUE], -U NAME, -W WARNING, -f FLAG, -m FLAG, -L DIR, -l NAME
                           as the compiler's own, like -Iinclude -DN=1 -Wall -msimd128 -lm; others behind --
  --debug                  -O0, with checks in the runtime and the functions' names in a trap's stack trace
  --command                for a host that calls main: wasmtime run OUT.wasm
  --reactor                for a host that calls tasks and has no use for a main
                           (default: both in one wasm; without a main of yours: OUT.wasm TASK [INPUT] runs a task)
  --toolchain NAME         ${names.join(', ')} (default: the first of these that is there)

Without any of these compilers npm has one: @yowasp/clang and binaryen. The command says so, and what to type.
What has been compiled is kept in node_modules/.cache, or in the folder that WASYNCIO_CACHE names.`;

const several = { type: 'string', multiple: true };
const shorts = {
  I: 'include', D: 'define', U: 'undefine', W: 'warn', f: 'flag', m: 'machine', L: 'library-path', l: 'library',
};
export const options = {
  output: { type: 'string', short: 'o' },
  optimize: { type: 'string', short: 'O' },
  ...Object.fromEntries(Object.entries(shorts).map(([short, name]) => [name, { ...several, short }])),
  debug: { type: 'boolean' }, command: { type: 'boolean' }, reactor: { type: 'boolean' },
  toolchain: { type: 'string' },
};

// Before the words are read: a flag like -pthread would be taken for several. Only behind -- is an @ no path's.
export const refuse = (args) => checkFlags(args.filter((word) => !/^(-[oO]|@)/.test(word)));

const beside = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const dist = beside('dist');
const { version } = JSON.parse(readFileSync(beside('package.json'), 'utf8'));

// Where objects are kept: with npm's other caches in the project, else in the user's.
function cacheFolder() {
  if (process.env.WASYNCIO_CACHE) return join(process.env.WASYNCIO_CACHE, 'build');
  for (let folder = process.cwd(), above; folder !== above; above = folder, folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return join(folder, 'node_modules/.cache/wasyncio');
  }
  return join(homedir(), '.cache/wasyncio/build');
}

// Before any work: an image, or another user, may own node_modules.
function writableCache() {
  const folder = cacheFolder();
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    throw new BuildError(`${error.message}; what has been compiled is kept there, or where you say: WASYNCIO_CACHE=FOLDER`);
  }
}

function check({ values, words }) {
  expect(words.length > 0, 'build: no C file is given, like: npx wasyncio build app.c -o app.wasm');
  expect(values.output, 'build: no output is given, like: -o app.wasm');
  expect(extname(values.output) === '.wasm', `build: the output must end in .wasm, not '${values.output}'`);
  expectOutput('build', values.output);
  for (const file of words) {
    expect(/\.(c|o|a)$/.test(file) || isCxx(file), `build: '${file}' is no C file, object or archive`);
    expectFile('build', file);
  }
  const { optimize = values.debug ? '0' : '3', toolchain } = values;
  expect(/^[0123sz]$/.test(optimize), `build: -O takes 0, 1, 2, 3, s or z, not '${optimize}'`);
  expect(!(values.command && values.reactor), 'build: --command and --reactor exclude each other');
  expect(toolchain === undefined || names.includes(toolchain),
    `build: --toolchain takes ${names.join(', ')}, not '${toolchain}'`);
  return `O${optimize}`;
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

export async function main({ values, words, rest }) {
  const started = performance.now();
  const level = check({ values, words });
  const own = Object.entries(shorts).flatMap(([short, name]) =>
    (values[name] ?? []).map((value) => `-${short}${value}`));
  const behind = whole(rest);
  checkFlags([...own, ...behind]);
  const forLink = [...own.filter(linkAlone), ...behind];
  const forCompiler = [...own, ...behind].filter((flag) => !linkAlone(flag));

  const tools = findToolchain(values.toolchain);
  const cache = writableCache();
  const making = maker(process.cwd(), cache, version);
  const flags = [
    `-${level}`, ...(values.debug ? ['-g'] : []), `-I${join(dist, 'include')}`,
    `-ffile-prefix-map=${process.cwd()}=.`, ...forCompiler.map(absolute),
  ];
  const objects = await parallel(words, (file) =>
    (/\.[oa]$/.test(file) ? resolve(file) : explained(file, tools.name, making.compile(tools, flags.filter(isFor(file)), file))));
  const ending = values.debug ? '-debug' : /[sz]/.test(level) ? '-small' : '';
  const libraries = ['libwasyncio', 'libwasyncio-start'].map((name) => join(dist, 'lib', tools.triple, name + ending + '.a'));
  await explained(values.output, tools.name, linkWasm(making, tools, {
    cache, objects, libraries, out: values.output, extra: forLink.map(absolute), cxx: words.some(isCxx),
    kind: values.command ? 'command' : values.reactor ? 'reactor' : 'both', level, names: values.debug === true,
  }));
  const bytes = readFileSync(values.output);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const size = `${kilobytes(bytes.length)} (gzip ${kilobytes(gzipSync(bytes).length)})`;
  console.log(`${relative('', values.output)}: ${size}, -${level}, ${tools.name}, ${seconds} s`);
}

const linkAlone = (flag) => /^-(L|l|Wl,)|^[^-].*\.[ao]$/.test(flag);
// A standard is one language's.
const isFor = (file) => (flag) => !/^--?std=/.test(flag) || isCxx(file) === flag.includes('++');

// Compilers are run on absolute paths, because npm's sees another file system.
const withPath = /^(-I|-L|-isystem|-iquote|-idirafter|-include|-imacros)(.+)$/;
const absolute = (flag) => {
  if (linkAlone(flag) && !flag.startsWith('-')) return resolve(flag);
  return flag.replace(withPath, (whole, option, path) =>
    (/^-(include|imacros)$/.test(option) && !existsSync(path) ? whole : `${option}${resolve(path)}`));
};
// -I DIR in two words becomes one.
const takesWord = (flag) => /^-(I|L|l|isystem|iquote|idirafter|include|imacros)$/.test(flag);
const whole = (flags) => flags.flatMap((flag, i) => {
  if (i > 0 && takesWord(flags[i - 1])) return [];
  expect(!takesWord(flag) || i + 1 < flags.length, `build: ${flag} takes a ${flag === '-l' ? 'name' : 'path'}`);
  return takesWord(flag) ? [flag + flags[i + 1]] : [flag];
});
