// The host in Rust, by its own tests. Its engine takes five minutes to compile, once; so only where somebody has done
// that.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(process.env.WASYNCIO_CACHE || join(homedir(), '.cache/wasyncio'), 'rust-host');
const manifest = join(root, 'bindings/wasi/rust/Cargo.toml');
const args = ['test', '--release', '--manifest-path', manifest, '--target-dir', target];
const skip = existsSync(target) ? false : `not compiled: cargo ${[...args, '--no-run'].join(' ')}`;

function cargo(program) {
  const env = { ...process.env, PROGRAM: program };
  // One after the other: they measure time and memory.
  const words = [...args, '--offline', '--', '--nocapture', '--test-threads=1'];
  const child = spawn('cargo', words, { env, timeout: 600_000 });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code: code ?? signal, text }));
  });
}

test('driven by Rust in wasmtime', { skip }, async (context) => {
  const files = ['tasks.c', 'memory.c'].map((name) => join(here, name));
  const out = join(root, 'build/tests/wasmtime/wasi-release.wasm');
  await buildWasm({ target: 'wasi', level: 'release', kind: 'reactor', out, files, extra: ['-Wl,--wrap=wa__alloc'] });
  const { code, text } = await cargo(out);
  assert.equal(code, 0, text.slice(-6000));
  const count = readFileSync(join(dirname(manifest), 'tests/acceptance.rs'), 'utf8').match(/^#\[test\]$/gm).length;
  assert.match(text, new RegExp(`test result: ok\\. ${count} passed`));
  for (const [figure] of text.matchAll(/(cancelled by a thread|resident MB).*/g)) context.diagnostic(figure);
});
