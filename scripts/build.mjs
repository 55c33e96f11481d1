// Builds dist/. Each step is a process of its own, so that its whole output is in build/log/NAME.log, and the same step
// can be run alone: ./build.sh step NAME.
import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './cli.mjs';
import { cmakeConfig, cmakeVersion, pkgConfig } from './descriptions.mjs';
import { buildLibraries, buildWasm } from './link.mjs';
import { makeFile, root } from './make.mjs';
import { parallel } from '../toolchain/run.mjs';
import { targets } from '../toolchain/toolchains.mjs';

const dist = join(root, 'dist');

const library = (target, level) =>
  buildLibraries({ target, level, folder: join(dist, 'lib', `wasm32-${target}`) });

// The runtime alone, for programs whose tasks are all JavaScript's.
function runtime(level) {
  const out = join(dist, 'wasm', level === 'debug' ? 'wasyncio-debug.wasm' : 'wasyncio.wasm');
  return buildWasm({ target: 'emscripten', level, kind: 'reactor', out, files: [] });
}

// Every example is a command for WASI; one with a .mjs beside it is also a reactor that JavaScript drives.
function examples(target, kind, ending) {
  const folder = join(root, 'examples');
  const inFolder = readdirSync(folder);
  const wanted = (name) => name.endsWith('.c') && (kind === 'command' || inFolder.includes(name.replace(/c$/, 'mjs')));
  return parallel(inFolder.filter(wanted), (source) => {
    const out = join(dist, 'examples', basename(source, '.c') + ending);
    return buildWasm({ target, level: 'release', kind, out, files: [join(folder, source)] });
  });
}

function demo() {
  const folder = join(root, 'web');
  const files = readdirSync(folder).filter((name) => name.endsWith('.c')).map((name) => join(folder, name));
  return buildWasm({ target: 'wasi', level: 'release', kind: 'reactor', out: join(dist, 'web/demo.wasm'), files });
}

async function headers() {
  const header = join(root, 'src/wasyncio.h');
  await makeFile(join(dist, 'include/wasyncio.h'), [header], 'copy', (out) => copyFileSync(header, out));
}

// Small, and out of date by more than one file: written each time.
function descriptions() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const write = (path, text) => {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), text);
  };
  for (const [target, { triple }] of Object.entries(targets)) {
    for (const small of ['', '-small']) {
      write(`lib/${triple}/pkgconfig/wasyncio${small}.pc`, pkgConfig(target, version, small));
    }
  }
  write('cmake/wasyncio-config.cmake', cmakeConfig());
  write('cmake/wasyncio-config-version.cmake', cmakeVersion(version));
}

const steps = {
  headers,
  descriptions,
  'library-wasi': () => library('wasi', 'release'),
  'library-wasi-debug': () => library('wasi', 'debug'),
  'library-wasi-small': () => library('wasi', 'Oz'),
  'library-emscripten': () => library('emscripten', 'release'),
  'library-emscripten-debug': () => library('emscripten', 'debug'),
  'library-emscripten-small': () => library('emscripten', 'Oz'),
  runtime: () => runtime('release'),
  'runtime-debug': () => runtime('debug'),
  'examples-wasi': () => examples('wasi', 'command', '.wasm'),
  'examples-emscripten': () => examples('emscripten', 'reactor', '.emscripten.wasm'),
  demo,
};

function runStep(name) {
  const log = join(root, 'build/log', `${name}.log`);
  mkdirSync(join(root, 'build/log'), { recursive: true });
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), name], { stdio: ['ignore', output, output] });
  closeSync(output);
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done(code === 0 ? null : readFileSync(log, 'utf8')));
  });
}

async function runAll() {
  const names = Object.keys(steps);
  for (const [i, name] of names.entries()) {
    const started = performance.now();
    process.stdout.write(`build [${i + 1}/${names.length}] ${name}`);
    const alive = setInterval(() => process.stdout.write('.'), 2000);
    const failure = await runStep(name);
    clearInterval(alive);
    if (failure !== null) {
      const tail = failure.trimEnd().split('\n').slice(-40).join('\n');
      console.log(' FAILED');
      console.error(`${tail}\nThe whole output: build/log/${name}.log. This step alone: ./build.sh step ${name}`);
      process.exit(1);
    }
    console.log(` ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
}

const [name] = process.argv.slice(2);
const usage = `usage: ./build.sh step NAME; NAME is one of\n  ${Object.keys(steps).join('\n  ')}`;
await main(usage, name === undefined || name in steps, name === undefined ? runAll : steps[name]);
