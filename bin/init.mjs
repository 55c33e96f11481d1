// npx wasyncio init: a project that runs: the files of template/, a package.json, and what npm has to bring.
// Law: nothing that is there is overwritten.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../toolchain/make.mjs';
import { BuildError } from '../toolchain/run.mjs';
import { lackingPackages } from '../toolchain/toolchains.mjs';
import { expect } from './usage.mjs';

export const help = `usage: npx wasyncio init [FOLDER]

makes a project in FOLDER (default: this one): a C file with tasks, a page with an Abort button, a Node script, a test,
and a package.json with the scripts build, start and test. Where no C compiler for wasm is installed, npm brings one.`;

export const options = {};

const template = fileURLToPath(new URL('template', import.meta.url));
const ownFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
// npm leaves files named .gitignore out of packages.
const targetName = (name) => (name === 'gitignore' ? '.gitignore' : name);

const scripts = {
  build: 'wasyncio build app.c -o app.wasm',
  start: 'npm run build && node serve.mjs',
  test: 'npm run build && node --test',
};
const placeholder = 'echo "Error: no test specified" && exit 1'; // npm init's

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')); // some editors' mark
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// A package.json that is there, before anything is written.
function ownPackage(path) {
  if (!existsSync(path)) return { private: true };
  let own;
  try { own = readJson(path); } catch (error) { expect(false, `init: ${path} can't be read: ${error.message}`); }
  expect(isObject(own) && isObject(own.scripts ?? {}), `init: ${path} is no package.json: expected an object, and scripts as one`);
  return own;
}

function writePackage(path, own) {
  for (const [name, script] of Object.entries(scripts)) {
    const there = own.scripts?.[name];
    if (!there || there === placeholder) own.scripts = { ...own.scripts, [name]: script };
    else console.log(`package.json has a script ${name} already; ours would be: ${script}`);
  }
  writeFileSync(path, `${JSON.stringify(own, null, 2)}\n`);
}

// How npm gets this very package: as it was got for this folder, or from this folder.
function ownSpec() {
  const holder = join(ownFolder, '../../package.json');
  if (basename(dirname(ownFolder)) !== 'node_modules' || !existsSync(holder)) return ownFolder;
  const { dependencies = {}, devDependencies = {} } = readJson(holder);
  const spec = dependencies.wasyncio ?? devDependencies.wasyncio ?? readJson(join(ownFolder, 'package.json')).version;
  return spec.startsWith('file:') ? resolve(dirname(holder), spec.slice('file:'.length)) : `wasyncio@${spec}`;
}

function npmInstall(folder, specs) {
  console.log(`npm install --save-dev --save-exact ${specs.join(' ')}`);
  const windows = process.platform === 'win32';
  const args = ['install', '--save-dev', '--save-exact', '--no-audit', '--no-fund', ...specs];
  const settings = { cwd: folder, stdio: 'inherit', shell: windows };
  const { status, error } = spawnSync(windows ? 'npm.cmd' : 'npm', args, settings);
  if (error) throw new BuildError(`npm cannot be run: ${error.message}`);
  if (status !== 0) throw new BuildError(`npm could not install ${specs.join(' ')}`);
}

function install(folder) {
  const isThere = existsSync(join(folder, 'node_modules/wasyncio'));
  const byName = lackingPackages().map((spec) => [spec.replace(/@[^@]*$/, ''), spec]);
  const wanted = [...(isThere ? [] : [['wasyncio', ownSpec()]]), ...byName];
  const unnoted = () => {
    const { dependencies, devDependencies } = readJson(join(folder, 'package.json'));
    return wanted.filter(([name]) => !(name in { ...dependencies, ...devDependencies })).map(([, spec]) => spec);
  };
  if (!wanted.length) return;
  npmInstall(folder, wanted.map(([, spec]) => spec));
  // Into a workspace's folder that npm has not seen before, it installs and notes nothing; the second time it knows it.
  if (unnoted().length) npmInstall(folder, unnoted());
  const specs = unnoted().join(' ');
  if (specs) console.log(`npm did not note in package.json what it installed: npm install --save --save-dev --save-exact ${specs}`);
}

export async function main({ words, rest }) {
  expect(words.length <= 1 && !rest.length, `init: one folder is expected, not ${words.length + rest.length}`);
  const folder = resolve(words[0] ?? '.');
  const files = readdirSync(template);
  const isThere = (name) => {
    try { return lstatSync(join(folder, name)); } catch { return false; } // existsSync finds no link to nowhere
  };
  const there = files.map(targetName).filter(isThere);
  expect(!there.length, `init: ${there.join(', ')} ${there.length > 1 ? 'are' : 'is'} there already, in ${folder}`);
  const path = join(folder, 'package.json');
  const own = ownPackage(path);
  makeFolder(folder);
  try {
    writePackage(path, own);
    for (const name of files) copyFileSync(join(template, name), join(folder, targetName(name)));
  } catch (error) {
    throw new BuildError(`init: the folder ${folder} can't be written to: ${error.message}`);
  }
  install(folder);
  const where = relative('', folder);
  console.log(`
${where || 'this folder'} has: ${files.map(targetName).join(', ')}
${where ? `  cd ${where}\n` : ''}  npm test         compiles app.c, and aborts a task
  npm start        the same in a page, with an Abort button
  node main.mjs    the same in Node`);
}
